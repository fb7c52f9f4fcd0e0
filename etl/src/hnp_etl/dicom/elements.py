"""The wanted elements of a DICOM file: preamble, file meta information, transfer syntax, data set.

Inflates no more than a bound. Source: DICOM PS3.10 section 7 (file format), PS3.5 A.5 (deflate).
"""

import zlib
from dataclasses import dataclass

from hnp_etl.dicom.element_form import PixelPlace, Raw
from hnp_etl.dicom.element_walk import Walker
from hnp_etl.dicom.file_window import ReadAt
from hnp_etl.dicom.functional_groups import Groups, Taken
from hnp_etl.dicom.syntaxes import DEFLATED_LE, EXPLICIT_BE
from hnp_etl.errors import FileError
from hnp_etl.limits import LIMITS, Limits
from hnp_shared.vocabulary import Reason

MEDIA_CLASS = 0x0002_0002
TRANSFER_SYNTAX = 0x0002_0010
_META = frozenset({MEDIA_CLASS, TRANSFER_SYNTAX})
_PREAMBLE_BYTES = 128


@dataclass(frozen=True, slots=True)
class Elements:
    """What was found.

    Attributes:
        values: tag -> raw value, of wanted elements at the top level.
        groups: likewise of the functional groups of an enhanced image.
        syntax: transfer syntax UID, None when the file does not say.
        big_endian: byte order of the values.
        explicit: value representations are written out.
        body_offset: first byte after the file meta information.
        pixels: None when the data set has none.
    """

    values: dict[int, Raw]
    groups: Groups
    syntax: str | None
    big_endian: bool
    explicit: bool
    body_offset: int
    pixels: PixelPlace | None


def is_dicom(start: bytes) -> bool:
    """Tell whether a file that begins so has a preamble and prefix (PS3.10 section 7.1)."""
    return start[_PREAMBLE_BYTES : _PREAMBLE_BYTES + 4] == b"DICM"


def read_elements(
    read_at: ReadAt,
    size: int,
    wanted: frozenset[int],
    within_groups: Taken,
    limits: Limits = LIMITS,
) -> Elements:
    """Walk a file of ``size`` bytes and return its wanted elements.

    Args:
        read_at: reads from the file.
        size: of the file, bytes.
        wanted: tags kept at the top level.
        within_groups: sequences from an item of the functional groups down -> tags kept there.
        limits: bounds, and whether a file without preamble is read.

    Raises:
        FileError: NOT_DICOM, TOO_DEEP or BAD_HEADER.
    """
    meta = Walker(read_at, size, 0, _META, Groups({}), limits)
    meta.position = _first_element(meta.peek(0, _PREAMBLE_BYTES + 4), limits)
    meta.walk(only_group=0x0002)
    syntax = _uid(meta.values.get(TRANSFER_SYNTAX))
    start = meta.position
    if syntax == DEFLATED_LE:
        if size > limits.header_bytes:
            raise FileError(Reason.BAD_HEADER, f"deflated, and over {limits.header_bytes} bytes")
        inflated = inflate(read_at(start, size - start), limits.header_bytes)
        read_at, size, start = (lambda at, count: inflated[at : at + count]), len(inflated), 0
    body = Walker(read_at, size, start, wanted, Groups(within_groups), limits)
    if start:  # what was read of the file so far is not read again
        body.window, body.window_start = meta.window, meta.window_start
    body.big_endian = syntax == EXPLICIT_BE
    body.explicit = body.looks_explicit()  # some files say one thing and hold the other
    body.walk()
    return Elements(
        values={**meta.values, **body.values},
        groups=body.groups,
        syntax=syntax,
        big_endian=body.big_endian,
        explicit=body.explicit,
        body_offset=meta.position,
        pixels=body.pixels,
    )


def inflate(deflated: bytes, most: int) -> bytes:
    """Return an inflated data set (PS3.5 A.5) of at most ``most`` bytes.

    Raises:
        FileError: BAD_HEADER when it is damaged or larger.
    """
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        inflated = stream.decompress(deflated, most)
    except zlib.error as error:
        raise FileError(Reason.BAD_HEADER, "the deflated data set is damaged") from error
    if stream.unconsumed_tail:
        raise FileError(Reason.BAD_HEADER, f"the data set inflates beyond {most} bytes")
    return inflated


def _first_element(begin: bytes, limits: Limits) -> int:
    """Return where the file meta information begins, or the data set where there is none."""
    if is_dicom(begin):
        return _PREAMBLE_BYTES + 4
    if limits.headerless and begins_headerless(begin[:8]):
        return 0
    raise FileError(Reason.NOT_DICOM, "found no DICM prefix after the preamble")


def begins_headerless(start: bytes) -> bool:
    """Tell whether bytes may begin a data set without preamble (PS3.5 7.1): group 0002 or 0008."""
    return start[:2] in (b"\x02\x00", b"\x08\x00") and len(start) == 8


def _uid(raw: Raw | None) -> str | None:
    text = (raw.value if raw else b"").decode("ascii", "replace").strip("\0 ")
    return text or None
