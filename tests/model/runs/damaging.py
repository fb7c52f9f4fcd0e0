"""Ways in which a file of a run is damaged: in its bytes, and in what its JSON says."""

import json
import random
from collections.abc import Callable
from typing import Any

ODD: tuple[object, ...] = (
    [],
    {},
    None,
    "x",
    -1,
    0,
    True,
    1.5,
    1e308,
    10**30,
    ["x"],
    {"x": 1},
    "\ud800",
    "2e999",
)
"""What takes the place of something else in a JSON file."""

WHOLE = (
    b"",
    b"[]",
    b"{}",
    b"null",
    b"[1]",
    b"\xff\xfe\x00",
    b"[" * 200_000,
    b'{"a":' * 200_000,
    b'{"format": "hnp-run 1"}',
    b'"' + b"a" * 200_000,
)
"""What takes the place of a file."""

Chooser = random.Random


def damage(content: bytes, name: str, chooser: Chooser) -> bytes:
    """Return a file's content, damaged in one way."""
    ways: list[Callable[[bytes, Chooser], bytes]] = [_flip, _cut, _take_out, _put_in, _whole]
    if name.endswith(".json"):
        ways += [_say_odd] * 5
    return chooser.choice(ways)(content, chooser)


def _flip(content: bytes, chooser: Chooser) -> bytes:
    changed = bytearray(content)
    for _ in range(chooser.choice((1, 1, 4, 64))):
        changed[chooser.randrange(len(changed))] = chooser.randrange(256)
    return bytes(changed)


def _cut(content: bytes, chooser: Chooser) -> bytes:
    return content[: chooser.randrange(len(content))]


def _take_out(content: bytes, chooser: Chooser) -> bytes:
    first = chooser.randrange(len(content))
    return content[:first] + content[first + chooser.choice((1, 8, 100)) :]


def _put_in(content: bytes, chooser: Chooser) -> bytes:
    place = chooser.randrange(len(content))
    what = chooser.choice((b"\0", b"\n", b",", b'"', b"[" * 100_000, b"9" * 400, b"-", b"nan"))
    return content[:place] + what + content[place:]


def _whole(content: bytes, chooser: Chooser) -> bytes:
    return chooser.choice(WHOLE)


def _say_odd(content: bytes, chooser: Chooser) -> bytes:
    """Replace, leave out or double one value somewhere in a JSON file."""
    found = json.loads(content)
    inside = [one for one in _containers(found) if one]
    where: Any = chooser.choice(inside)
    keys = list(where) if isinstance(where, dict) else range(len(where))
    key = chooser.choice(list(keys))
    if chooser.random() < 0.2:
        del where[key]
    else:
        where[key] = chooser.choice(ODD)
    return json.dumps(found).encode()


def _containers(found: object) -> list[Any]:
    if not isinstance(found, dict | list):
        return []
    inner = found.values() if isinstance(found, dict) else found
    return [found, *(one for value in inner for one in _containers(value))]
