"""The short way through a data set: elements that lie whole in memory and need no second thought.

Most of a header is such. Whatever is not, is left to the walk that looks at everything.
Source: DICOM PS3.5 7.1.2 (explicit VR, little endian).
"""

import struct
from collections.abc import Set as AbstractSet

from hnp_etl.element_form import PLAIN_LONG_VRS, SHORT_VRS, Raw

_HEAD = struct.Struct("<HH2sH")
_LONG = struct.Struct("<I")
_FIRST_OF_PIXELS = 0x7FE0


def take_plain(
    window: bytes,
    span: tuple[int, int],
    wanted: AbstractSet[int],
    values: dict[int, Raw],
    *,
    most: int,
    only_group: int | None = None,
) -> int:
    """Go past plain elements, keep the wanted ones, and return where the first other one begins.

    Args:
        window: bytes of the file.
        span: where the elements begin, and where what holds them ends, in ``window``.
        wanted: tags to keep.
        values: tag -> raw value; a tag that is there already is for the careful way.
        most: bytes that a wanted value may have.
        only_group: where to stop, too: before an element of another group.
    """
    offset, end = span
    unpack, last = _HEAD.unpack_from, end - _HEAD.size
    while offset <= last:
        group, element, vr, length = unpack(window, offset)
        begin = offset + 8
        if vr not in SHORT_VRS:
            if vr not in PLAIN_LONG_VRS or begin + 4 > end:
                break
            (length,) = _LONG.unpack_from(window, begin)  # undefined: ends after everything
            begin += 4
        after = begin + length
        if after > end or group >= _FIRST_OF_PIXELS or only_group not in (None, group):
            break
        tag = group << 16 | element
        if tag in wanted:
            if length > most or tag in values:
                break
            if length:  # an empty element tells as much as none
                values[tag] = Raw(vr, window[begin:after])
        offset = after
    return offset
