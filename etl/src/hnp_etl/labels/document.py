"""A JSON label as a flat list of leaves, free of any recipe: strict, bounded, and never guessing.

Stricter than JSON readers usually are: a key given twice, Infinity and lone surrogates are refused,
and numbers keep the digits they were written with. NaN, as Python writes a missing value, is null.
"""

import codecs
import json
import re
from typing import NamedTuple, TypeVar

from hnp_etl.errors import FileError
from hnp_etl.limits import MAX_DEPTH
from hnp_etl.walking.paths import nfc
from hnp_shared.vocabulary import Reason

# A string ("a[b"), what opens ("[", "{"), what closes. Possessive, and a string may lack its end:
# each character is looked at once.
_NESTING = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[{]|[\]}]', re.DOTALL)
_FREE_VALUES, _LETTERS_A_VALUE = 200_000, 16
"""Values that any label may have, and letters that one takes in a longer one."""

_MOST_STEPS = 4_000_000
"""Keys on the way to all leaves: each leaf has all of those above it."""

_MOST_LETTERS = 32 * 2**20
"""Letters of the keys of all leaves, as the state keeps them."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_BY_MARK = {
    codecs.BOM_UTF8: ("utf-8-sig", "cp949"),
    codecs.BOM_UTF16_LE: ("utf-16",),
    codecs.BOM_UTF16_BE: ("utf-16",),
}


class Number(str):
    """A JSON number as it was written."""

    __slots__ = ()


Text = TypeVar("Text", bound=str)
Scalar = str | bool | None
Json = dict[str, "Json"] | list["Json"] | Scalar


class Leaf(NamedTuple):
    """One value of a label and the keys that lead to it.

    Attributes:
        keys: from the root.
        values: one a scalar, several for a list of scalars.
        readable: False for an object, or a list with one inside; it is then no value but a place.
    """

    keys: tuple[str, ...]
    values: tuple[Scalar, ...]
    readable: bool = True


def parse_label(content: bytes, most_depth: int = MAX_DEPTH) -> tuple[Leaf, ...]:
    """Return the leaves of a label file.

    Raises:
        FileError: BAD_ENCODING, TOO_DEEP, BAD_JSON or DUPLICATE_KEY.
    """
    root = read_json(content, most_depth)
    alone = root[0] if isinstance(root, list) and len(root) == 1 else root
    if isinstance(alone, dict):
        return leaves_of(alone)
    found = f"a list of length {len(root)}" if isinstance(root, list) else "a single value"
    raise FileError(Reason.BAD_JSON, f"found {found}, expected an object or a list of one object")


def leaves_of(root: dict[str, Json]) -> tuple[Leaf, ...]:
    """Return the leaves of an object."""
    found: list[Leaf] = []
    _gather(root, (), found)
    letters = sum(len(key) for leaf in found for key in leaf.keys)
    if letters > _MOST_LETTERS:
        raise FileError(Reason.TOO_LARGE, "found too many values below long keys")
    return tuple(found)


def read_json(
    content: bytes, most_depth: int = MAX_DEPTH, letters_a_value: int = _LETTERS_A_VALUE
) -> Json:
    """Return what a JSON file holds, numbers as they were written.

    Args:
        content: of the file.
        most_depth: of objects and lists within others.
        letters_a_value: that a value takes in a file of more than any may have.

    Raises:
        FileError: BAD_ENCODING, TOO_DEEP, BAD_JSON or DUPLICATE_KEY.
    """
    text = content.decode(encoding_of(content))
    _refuse_deep(text, most_depth)
    marks = sum(map(text.count, ",[{"))
    if marks > _FREE_VALUES + len(text) // letters_a_value:
        raise FileError(Reason.TOO_LARGE, f"found {marks:,} values, expected a label")
    try:
        root: Json = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_int=Number,
            parse_float=Number,
            parse_constant=_constant,
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise FileError(Reason.BAD_JSON, f"no valid JSON, {place}: {error.msg}") from error
    except RecursionError as error:
        raise FileError(Reason.BAD_JSON, "no valid JSON: too deep") from error
    return root


def leaves_to_json(leaves: tuple[Leaf, ...]) -> str:
    """Return leaves as JSON, for the private state."""
    packed = [
        (leaf.keys, [_pack(value) for value in leaf.values], leaf.readable) for leaf in leaves
    ]
    return json.dumps(packed)


def leaves_from_json(text: str) -> tuple[Leaf, ...]:
    """Return the leaves that `leaves_to_json` wrote."""
    return tuple(
        Leaf(tuple(keys), tuple(_unpack(value) for value in values), readable)
        for keys, values, readable in json.loads(text)
    )


def encoding_of(content: bytes) -> str:
    """Return in which encoding a text file is, as Python names it: plain ASCII is `utf-8`.

    Raises:
        FileError: BAD_ENCODING.
    """
    marked = (found for mark, found in _BY_MARK.items() if content.startswith(mark))
    for encoding in next(marked, ("utf-8", "cp949")):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise FileError(Reason.BAD_ENCODING, "neither UTF-8, UTF-16 with a mark, nor CP949")


def _refuse_deep(text: str, most: int) -> None:
    if text.count("[") + text.count("{") <= most:
        return
    depth = 0
    for match in _NESTING.finditer(text):
        mark = match.group()[0]
        depth += (mark in "[{") - (mark in "]}")
        if depth > most:
            raise FileError(Reason.TOO_DEEP, f"JSON nests deeper than {most}")


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for key, value in pairs:
        name = nfc(sound_text(key))
        if name in found:
            raise FileError(Reason.DUPLICATE_KEY, "one object has a key twice")
        found[name] = value
    return found


def sound_text(text: Text) -> Text:
    """Return a text that can be written as UTF-8.

    Raises:
        FileError: BAD_ENCODING.
    """
    if not text.isascii() and _SURROGATE.search(text):
        raise FileError(Reason.BAD_ENCODING, "half of a surrogate pair")
    return text


def _constant(name: str) -> None:
    if name != "NaN":
        raise FileError(Reason.BAD_JSON, f"{name} is no JSON number")


def _gather(value: Json, keys: tuple[str, ...], found: list[Leaf]) -> None:
    if len(found) * (len(keys) + 1) > _MOST_STEPS:
        raise FileError(Reason.TOO_LARGE, "found too many values too deep, expected a label")
    if isinstance(value, dict):
        found.append(Leaf(keys, (), readable=False))
        for key, inner in value.items():
            _gather(inner, (*keys, key), found)
    elif isinstance(value, list):
        scalars = [item for item in value if not isinstance(item, (dict, list))]
        readable = len(scalars) == len(value)
        found.append(Leaf(keys, tuple(map(_sound_value, scalars)), readable))
        for item in value:
            if isinstance(item, list):
                _gather(item, keys, found)
            elif isinstance(item, dict):
                found.append(Leaf(keys, (), readable=False))  # here one of the objects begins
                for key, inner in item.items():
                    _gather(inner, (*keys, key), found)
    else:
        found.append(Leaf(keys, (_sound_value(value),)))


def _sound_value(value: Scalar) -> Scalar:
    return sound_text(value) if isinstance(value, str) else value


def _pack(value: Scalar) -> object:
    return [str(value)] if isinstance(value, Number) else value


def _unpack(value: object) -> Scalar:
    if isinstance(value, list):
        return Number(value[0])
    return value if value is None or isinstance(value, (str, bool)) else str(value)
