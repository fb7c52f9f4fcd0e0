"""JSON that somebody else may have written: bounded before it is parsed, and looked at after. Pure.

What comes of it can be walked by recursion, written again, and handed to the system as a name.
"""

import json
import math
from collections.abc import Iterator
from typing import Any

MOST_DEPTH = 64
"""Objects within objects: ours have fewer than ten; Python writes JSON by recursion."""

MOST_VALUES = 2_000_000
"""Values in all; each takes some 100 bytes, and a data set of 10 million slices has 100,000."""

MOST_LETTERS = 4096
"""Letters of a text or a key; a pattern in a recipe is the longest."""


def plain_json(content: bytes | str, *, most_letters: int = MOST_LETTERS) -> Any:  # noqa: ANN401
    """Return what JSON holds.

    Raises:
        ValueError: none, brackets within brackets beyond bounds, more values or longer texts than
            any of ours, a number that is not finite, NUL, or half a surrogate pair.
    """
    text = content.decode("latin-1") if isinstance(content, bytes) else content
    if sum(map(text.count, ",[{")) > MOST_VALUES:
        raise ValueError("more values than expected")
    try:
        found = json.loads(content, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("deeper than expected") from error
    for each in _each(found):
        _refuse_odd(each, most_letters)
    return found


def _each(found: object) -> Iterator[object]:
    """Yield every value and key; a stack, for recursion is what is to be bounded."""
    stack = [(found, 0)]
    while stack:
        value, depth = stack.pop()
        yield value
        if isinstance(value, (dict, list)):
            if depth >= MOST_DEPTH:
                raise ValueError("deeper than expected")
            if isinstance(value, dict):
                yield from value
                stack.extend((each, depth + 1) for each in value.values())
            else:
                stack.extend((each, depth + 1) for each in value)


def _refuse_odd(value: object, most_letters: int) -> None:
    if isinstance(value, str):
        if len(value) > most_letters or "\0" in value:
            raise ValueError("a text too long, or NUL in it")
        if not value.isascii():
            value.encode()  # UnicodeEncodeError, a ValueError, for half a surrogate pair
    elif isinstance(value, float) and not math.isfinite(value):  # 1e999
        raise ValueError("a number that is not finite")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"found {name}, expected a number")
