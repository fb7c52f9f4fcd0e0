"""How a data element is written: value representations, raw values, where pixel data lie.

Source: DICOM PS3.5 6.2 (value representations), 7.1.2 (which have a long head).
"""

from dataclasses import dataclass
from typing import NamedTuple

LONG_VRS = frozenset(
    {b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"}
)
PLAIN_LONG_VRS = LONG_VRS - {b"SQ", b"UN"}
"""Of these a defined length tells where the value ends; one of unknown VR may be a sequence."""

ITEM_TAG = b"\xfe\xff\x00\xe0"
"""How an item begins; `ITEM_TAG_BE` where the bytes lie the other way round."""

ITEM_TAG_BE = b"\xff\xfe\xe0\x00"
BYTE_VRS = frozenset({b"OB", b"OW"})
PIXEL_VRS = frozenset({b"", b"UN", b"OB", b"OW", b"OF", b"OD"})
SHORT_VRS = frozenset(
    {b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FD", b"FL", b"IS", b"LO", b"LT"}
    | {b"PN", b"SH", b"SL", b"SS", b"ST", b"TM", b"UI", b"UL", b"US"}
)


class Raw(NamedTuple):
    """A value as it lies in the file.

    Attributes:
        vr: the value representation written before it, b"" where none is.
    """

    vr: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class PixelPlace:
    """Where the pixel data lies.

    Attributes:
        tag: 7FE0,0010 for integers; 0008 and 0009 hold floats.
        offset: first byte of the value; in an inflated data set, from its start.
        length: bytes, None when encapsulated.
    """

    tag: int
    offset: int
    length: int | None


@dataclass(frozen=True, slots=True)
class End:
    """Where an open sequence or item ends: at an offset, or None where at a delimiter.

    Attributes:
        tag: of the sequence, 0 for an item.
    """

    offset: int | None
    delimiter: int
    tag: int
