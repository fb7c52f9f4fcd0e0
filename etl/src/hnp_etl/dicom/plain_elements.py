"""The short way through a data set: elements that lie whole in memory and need no second thought.

Most of a header is such. Whatever is not, is left to the walk that looks at everything.
Source: DICOM PS3.5 7.1.2 (explicit VR), 7.1.3 (implicit VR); both little endian.
"""

import struct
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from hnp_etl.dicom.element_form import ITEM_TAG, PLAIN_LONG_VRS, SHORT_VRS, Raw

_EXPLICIT_HEAD = struct.Struct("<HH2sH")
_IMPLICIT_HEAD = struct.Struct("<HHI")
_LONG = struct.Struct("<I")
_HEAD_BYTES = 8
_FIRST_OF_PIXELS = 0x7FE0  # delimiters have higher groups still


class Span(NamedTuple):
    """Where elements begin, and where what holds them ends, in a window of the file."""

    window: bytes
    begin: int
    end: int


class Keep(NamedTuple):
    """What to keep, and where.

    Attributes:
        wanted: tags.
        values: tag -> raw value; a tag that is there already is for the careful way.
        most: bytes that a value may have.
    """

    wanted: AbstractSet[int]
    values: dict[int, Raw]
    most: int


def take_explicit(span: Span, keep: Keep, only_group: int | None = None) -> int:
    """Go past plain elements with VRs; return where the first other one begins.

    Args:
        span: the elements.
        keep: the wanted ones.
        only_group: where to stop, too: before an element of another group.
    """
    window, offset, end = span
    wanted, values, most = keep
    unpack, last = _EXPLICIT_HEAD.unpack_from, end - _HEAD_BYTES
    while offset <= last:
        group, element, vr, length = unpack(window, offset)
        begin = offset + _HEAD_BYTES
        if vr not in SHORT_VRS:
            if vr not in PLAIN_LONG_VRS or begin + 4 > end:
                break
            (length,) = _LONG.unpack_from(window, begin)  # undefined: ends after everything
            begin += 4
        after = begin + length
        if after > end or group >= _FIRST_OF_PIXELS:
            break
        if only_group is not None and group != only_group:
            break
        tag = group << 16 | element
        if tag in wanted:
            if length > most or tag in values:
                break
            if length:  # an empty element tells as much as none
                values[tag] = Raw(vr, window[begin:after])
        offset = after
    return offset


def take_implicit(span: Span, keep: Keep) -> int:
    """Go past plain elements without VRs, none of which begins with an item; return likewise."""
    window, offset, end = span
    wanted, values, most = keep
    unpack, last = _IMPLICIT_HEAD.unpack_from, end - _HEAD_BYTES
    while offset <= last:
        group, element, length = unpack(window, offset)
        begin = offset + _HEAD_BYTES
        after = begin + length
        if after > end or group >= _FIRST_OF_PIXELS or window.startswith(ITEM_TAG, begin):
            break
        tag = group << 16 | element
        if tag in wanted:
            if length > most or tag in values:
                break
            if length:
                values[tag] = Raw(b"", window[begin:after])
        offset = after
    return offset
