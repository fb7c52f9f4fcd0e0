"""What a compressed frame says of itself, before any decoder sees it. Pure.

Sources: ITU-T T.81 B.2.2 (JPEG frame header), ISO/IEC 14495-1 C.2.2 (JPEG-LS, alike), ISO/IEC
15444-1 A.5.1 (JPEG 2000 SIZ).
"""

import struct
from dataclasses import dataclass

from hnp_etl.dicom.syntaxes import JPEG_2000, RLE
from hnp_etl.errors import FileError
from hnp_etl.pixels.transform import PixelRule
from hnp_shared.vocabulary import Reason

_SOI = b"\xff\xd8"
_FRAME_MARKERS = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}
"""SOF of each coding process; C4, C8 and CC are other things. F7 is that of JPEG-LS."""
_LONE_MARKERS = frozenset({0x01, *range(0xD0, 0xD8)})
_CODESTREAM = b"\xff\x4f\xff\x51"  # SOC, SIZ; a JP2 box may come before


@dataclass(frozen=True, slots=True)
class FrameHeader:
    """Size, components and bits a component of a compressed frame."""

    rows: int
    columns: int
    samples: int
    bits: int


def check_frame(frame: bytes, syntax: str, rule: PixelRule) -> None:
    """Refuse a frame that is not what the DICOM header says: a decoder would cut or overrun.

    Args:
        frame: the joined fragments.
        syntax: transfer syntax; RLE frames say nothing of themselves.
        rule: what the DICOM header says.

    Raises:
        FileError: DECODE_FAILED.
    """
    if syntax == RLE:
        return
    try:
        found = _jpeg_2000(frame) if syntax in JPEG_2000 else _jpeg(frame)
    except (struct.error, IndexError) as error:
        raise FileError(Reason.DECODE_FAILED, "the frame ends within its header") from error
    if found.samples != 1 or (found.rows, found.columns) != (rule.rows, rule.columns):
        raise FileError(Reason.DECODE_FAILED, "the frame has another size than the header says")
    if found.bits > rule.bits_allocated:
        raise FileError(Reason.DECODE_FAILED, "the frame has more bits than the header allocates")


def _jpeg(frame: bytes) -> FrameHeader:
    if frame[:2] != _SOI:
        raise FileError(Reason.DECODE_FAILED, "the frame is no JPEG")
    position = 2
    while True:
        if frame[position] != 0xFF:
            raise FileError(Reason.DECODE_FAILED, "found no marker where one should be")
        marker = frame[position + 1]
        if marker == 0xFF:  # fill bytes, T.81 B.1.1.2
            position += 1
        elif marker in _FRAME_MARKERS:
            bits, rows, columns, samples = struct.unpack_from(">BHHB", frame, position + 4)
            return FrameHeader(rows, columns, samples, bits)
        elif marker in _LONE_MARKERS:
            position += 2
        else:
            (length,) = struct.unpack_from(">H", frame, position + 2)
            position += 2 + length


def _jpeg_2000(frame: bytes) -> FrameHeader:
    start = frame.find(_CODESTREAM)
    if start < 0:
        raise FileError(Reason.DECODE_FAILED, "the frame holds no JPEG 2000 codestream")
    right, bottom, left, top = struct.unpack_from(">IIII", frame, start + 8)
    (samples,) = struct.unpack_from(">H", frame, start + 40)
    bits = (frame[start + 42] & 0x7F) + 1
    return FrameHeader(bottom - top, right - left, samples, bits)
