"""Finds one frame among the fragments of an encapsulated multi-frame image.

Only the heads of fragments are read, once a file, and the fragments of the frame asked for.
Source: DICOM PS3.5 A.4 (encapsulated pixel data, Basic Offset Table).
"""

import struct
import threading
from collections.abc import Sequence
from typing import NamedTuple

from hnp_etl.dicom.file_window import ReadAt
from hnp_etl.dicom.syntaxes import RLE
from hnp_etl.errors import FileError
from hnp_etl.files.source_file import SourceFile
from hnp_etl.limits import MAX_FRAMES
from hnp_shared.vocabulary import Reason

_ITEM, _DELIMITER = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"
_HEAD_BYTES = 8
_BEGIN_BYTES = 8
_MOST_FRAGMENTS = 16 * MAX_FRAMES

_BEGINS = (b"\xff\xd8\xff", b"\xff\x4f\xff\x51", b"\x00\x00\x00\x0cjP  ")
"""How a frame of JPEG or JPEG-LS (T.81 B.1.1.3), and one of JPEG 2000 (A.4, I.5.1), begins."""


class Fragment(NamedTuple):
    """Where a fragment lies in the file: its item, its content; whether a frame begins so."""

    item: int
    offset: int
    length: int
    begins: bool


class Encapsulated(NamedTuple):
    """Pixel data of several frames.

    Attributes:
        start: first byte of their value: the item of the offset table.
        size: of the file.
        frames: as the header says.
        syntax: transfer syntax UID.
    """

    start: int
    size: int
    frames: int
    syntax: str


class _Last(threading.local):
    """Where the frames of the file lie that this thread asked about last."""

    of: tuple[SourceFile, Encapsulated] | None = None
    frames: Sequence[Sequence[Fragment]] = ()


_LAST = _Last()


def one_frame(source: SourceFile, read_at: ReadAt, pixels: Encapsulated, number: int) -> bytes:
    """Return the joined fragments of one frame, from 1.

    Args:
        source: the file, by which it is known again.
        read_at: reads from it.
        pixels: where and what they are.
        number: of the frame.

    Raises:
        FileError: TRUNCATED when the frame is not whole, DECODE_FAILED when it is not told which
            fragments are its.
    """
    if (source, pixels) != _LAST.of:
        _LAST.of, _LAST.frames = None, ()
        _LAST.frames = _frames(read_at, pixels)
        _LAST.of = (source, pixels)
    if number > len(_LAST.frames):
        found = f"found {len(_LAST.frames)} of {pixels.frames} frames"
        raise FileError(Reason.TRUNCATED, f"{found}: the pixel data end early")
    fragments = _LAST.frames[number - 1]
    content = b"".join(read_at(each.offset, each.length) for each in fragments)
    if len(content) < sum(each.length for each in fragments):
        raise FileError(Reason.TRUNCATED, "a fragment of the frame ends early")
    return content


def _frames(read_at: ReadAt, pixels: Encapsulated) -> Sequence[Sequence[Fragment]]:
    """Return the fragments of each frame, of as many as are there."""
    items = _items(read_at, pixels)
    if not items:
        raise FileError(Reason.TRUNCATED, "found no item of pixel data")
    table, fragments = items[0], items[1:]
    if len(fragments) == pixels.frames:
        return [[each] for each in fragments]
    firsts = _told_by_table(read_at, table, fragments, pixels.frames) or [
        index for index, each in enumerate(fragments) if each.begins
    ]
    if pixels.syntax == RLE:  # a frame is one fragment there (PS3.5 A.4.2)
        firsts = list(range(len(fragments)))
    if firsts[:1] != [0] or len(firsts) > pixels.frames:
        what = f"found {len(fragments)} fragments of {pixels.frames} frames, not told whose"
        raise FileError(Reason.DECODE_FAILED, what)
    ends = [*firsts[1:], len(fragments)]
    return [fragments[first:end] for first, end in zip(firsts, ends, strict=True)]


def _items(read_at: ReadAt, pixels: Encapsulated) -> list[Fragment]:
    """Return where items lie, from the offset table to the delimiter or to what is no item."""
    position, found = pixels.start, list[Fragment]()
    while len(found) <= _MOST_FRAGMENTS:
        head = read_at(position, _HEAD_BYTES + _BEGIN_BYTES)
        if len(head) < _HEAD_BYTES or head[:4] == _DELIMITER:
            return found
        if head[:4] != _ITEM:
            raise FileError(Reason.DECODE_FAILED, "found no item where a fragment should begin")
        (length,) = struct.unpack_from("<I", head, 4)
        content = position + _HEAD_BYTES
        found.append(Fragment(position, content, length, head[8:].startswith(_BEGINS)))
        position = content + length
    raise FileError(Reason.DECODE_FAILED, f"found over {_MOST_FRAGMENTS} fragments")


def _told_by_table(
    read_at: ReadAt, table: Fragment, fragments: Sequence[Fragment], frames: int
) -> list[int]:
    """Return the first fragment of each frame by the offset table; none where that is no help."""
    if table.length != 4 * frames:
        return []
    content = read_at(table.offset, table.length)
    if len(content) < table.length or not fragments:
        return []
    begin = fragments[0].item
    index_of = {each.item - begin: index for index, each in enumerate(fragments)}
    told = [index_of.get(offset, -1) for offset in struct.unpack(f"<{frames}I", content)]
    return told if -1 not in told and told == sorted(set(told)) else []
