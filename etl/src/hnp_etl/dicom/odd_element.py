"""Private elements in an explicit data set whose value representation is missing or unknown.

Gateways write private elements they do not know the implicit way, with blanks, or with a
representation of their own. How long such an element is, only what follows it can tell.
Source: DICOM PS3.5 7.1.2 (explicit, short and long heads), 7.1.3 (implicit).
"""

import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

from hnp_etl.dicom.element_form import ITEM_TAG, ITEM_TAG_BE, LONG_VRS, SHORT_VRS

MAX_ODD_ELEMENTS = 1024
"""In one header; each costs a look at a few places of the file. BAD_HEADER beyond."""

_UNDEFINED = 0xFFFF_FFFF
_DELIMITERS = (0xFFFE_E00D, 0xFFFE_E0DD)
_RUN_LENGTH = 3
"""Neighbours that may be odd too: a whole group of them is odd throughout, and in rising order."""


class Value(NamedTuple):
    """Where a value begins in the file, and how many bytes it has; all bits set: undefined."""

    start: int
    length: int


class Place(NamedTuple):
    """Where an odd element lies.

    Attributes:
        peek: returns bytes of the file, fewer at its end.
        end: of what holds the element, an offset in the file.
        big_endian: byte order of tags and lengths.
    """

    peek: Callable[[int, int], bytes]
    end: int
    big_endian: bool


def odd_value(start: int, place: Place) -> Value | None:
    """Return the one value by which the next element fits; None when no form does, or several.

    Args:
        start: where the element begins.
        place: what it lies in.
    """
    group, element = _numbers("HH", start, place) or (0, 0)
    fitting = {
        value.start + value.length: value
        for value in _forms(start, place)
        if _fits(value, group << 16 | element, place, _RUN_LENGTH)
    }
    return fitting.popitem()[1] if len(fitting) == 1 else None


def _forms(start: int, place: Place) -> Iterator[Value]:
    """Return the values that an element may have: implicit, with a short head, with a long one."""
    if found := _numbers("4xI", start, place):
        yield Value(start + 8, found[0])
    if found := _numbers("6xH", start, place):
        yield Value(start + 8, found[0])
    if (found := _numbers("6xHI", start, place)) and found[0] == 0:  # two bytes are reserved
        yield Value(start + 12, found[1])


def _fits(value: Value, tag: int, place: Place, run: int) -> bool:
    """Tell whether what follows a value is its container's end, or an element that may follow."""
    after = value.start + value.length
    if value.length == _UNDEFINED:  # a sequence; those without a representation begin with an item
        return place.peek(value.start, 4) == (ITEM_TAG_BE if place.big_endian else ITEM_TAG)
    if after >= place.end:
        return after == place.end
    head = _numbers("HH", after, place)
    if head is None:
        return False
    following = head[0] << 16 | head[1]
    if following in _DELIMITERS or (following > tag and _is_sound(after, place)):
        return True
    if following <= tag or following >> 16 != tag >> 16:
        return False
    return not run or any(_fits(v, following, place, run - 1) for v in _forms(after, place))


def _is_sound(start: int, place: Place) -> bool:
    """Tell whether an element has a known value representation and lies within its container."""
    vr = place.peek(start + 4, 2)
    if vr in SHORT_VRS:
        (length,) = _numbers("6xH", start, place) or (_UNDEFINED,)
        return start + 8 + length <= place.end
    (length,) = _numbers("8xI", start, place) or (0,)
    return vr in LONG_VRS and (length == _UNDEFINED or start + 12 + length <= place.end)


def _numbers(form: str, start: int, place: Place) -> tuple[int, ...] | None:
    """Return numbers at an offset, None where the file or the container ends before them."""
    packed = struct.Struct((">" if place.big_endian else "<") + form)
    content = place.peek(start, packed.size)
    if len(content) < packed.size or start + packed.size > place.end:
        return None
    return packed.unpack(content)
