"""Bytes that lie within others: joined parts, a window, a zip member, a compressed whole.

Each is read by offset, whatever lies below; a compressed one is unpacked from its beginning on, as
far as it is asked for, and begun anew when something is asked for that was left behind.
"""

import io
import os
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from hnp_etl.errors import FileError
from hnp_etl.files.place import PACKINGS, SEVEN_ZIP, Move
from hnp_etl.files.seven_zip_folder import FolderStream
from hnp_etl.files.unpacking import DAMAGED, Unpacker, unpacker
from hnp_shared.vocabulary import Reason

_CHUNK_BYTES = 256 * 2**10
_KEPT_BYTES = 4 * 2**20
"""What was unpacked last and can be asked for again without beginning anew."""

_LARGEST_READ_BYTES = 2**30
"""What a library may ask for in one read, unless told otherwise."""

_LOCAL = struct.Struct("<4s5H3L2H")
"""Local file header of a zip member (APPNOTE.TXT 4.3.7)."""

_STORED = 0
_ENCRYPTED = 1


class View(Protocol):
    """Bytes that are read by offset."""

    def read_at(self, start: int, count: int) -> bytes:
        """Return bytes from ``start`` on, fewer at the end."""


@dataclass(frozen=True, slots=True)
class DiskView:
    """An open file."""

    descriptor: int

    def read_at(self, start: int, count: int) -> bytes:
        """Return bytes of the file; one call reads 2 GiB at most (read(2))."""
        return os.pread(self.descriptor, count, start)


@dataclass(frozen=True, slots=True)
class JoinedView:
    """Files as one, one after the other.

    Attributes:
        opened: returns the open file of a part, by its number from 0.
        sizes: of the parts, bytes.
    """

    opened: Callable[[int], int]
    sizes: Sequence[int]

    def read_at(self, start: int, count: int) -> bytes:
        """Return bytes, of as many parts as it takes."""
        found, begin = [], 0
        for number, size in enumerate(self.sizes):
            inner = start - begin
            if count > 0 and 0 <= inner < size:
                data = os.pread(self.opened(number), min(count, size - inner), inner)
                found.append(data)
                start, count = start + len(data), count - len(data)
                if len(data) < size - inner and count > 0:
                    break  # one call reads 2 GiB at most, and a part may have been cut
            begin += size
        return b"".join(found)


@dataclass(frozen=True, slots=True)
class Window:
    """A piece of other bytes."""

    of: View
    start: int
    size: int

    def read_at(self, start: int, count: int) -> bytes:
        """Return bytes of the piece, none beyond."""
        count = min(count, self.size - start)
        return self.of.read_at(self.start + start, count) if count > 0 else b""


@dataclass(slots=True)
class CheckedWindow:
    """A stored member: whoever reads most of it gets it compared with its CRC-32."""

    of: Window
    crc: int
    _right: bool = False

    def read_at(self, start: int, count: int) -> bytes:
        """Return bytes of the member.

        Raises:
            FileError: TRUNCATED, when it is not what was put in.
        """
        size = self.of.size
        if self._right or 2 * min(count, size - start) < size:
            return self.of.read_at(start, count)
        whole = read_all(self.of, size)
        if len(whole) != size or zlib.crc32(whole) != self.crc:
            raise FileError(Reason.TRUNCATED, "a member of an archive that is not what was put in")
        self._right = True
        return whole[start : start + count]


class UnpackedView:
    """What a compressed whole holds."""

    def __init__(
        self, new: Callable[[], Unpacker], size: int | None = None, crc: int | None = None
    ) -> None:
        """Prepare to unpack.

        Args:
            new: begins to unpack.
            size: of what they hold; None when nobody knows.
            crc: CRC-32 of what they hold, None when they tell it themselves or not at all.
        """
        self._new, self._size, self._crc = new, size, crc
        self._begin()

    def read_at(self, start: int, count: int) -> bytes:
        """Return bytes of what is held.

        Raises:
            FileError: TRUNCATED, when it breaks off, is damaged, or not what was put in.
        """
        if self._size is not None:
            count = min(count, self._size - start)
        if count <= 0:
            return b""
        if start < self._kept_from:
            self._begin()
        while self._at < start + count and self._unpack(start):
            pass
        begin = start - self._kept_from
        return bytes(self._kept[begin : begin + count]) if begin >= 0 else b""

    def _begin(self) -> None:
        self._stream = self._new()
        self._kept, self._kept_from, self._at, self._sum = bytearray(), 0, 0, 0

    def _unpack(self, wanted: int) -> bool:
        """Unpack the next piece; bytes long before the wanted ones are let go."""
        room = _CHUNK_BYTES if self._size is None else self._size - self._at
        try:
            piece = self._stream.read(min(_CHUNK_BYTES, room))
        except DAMAGED as error:
            raise FileError(Reason.TRUNCATED, "compressed bytes that are damaged") from error
        self._at += len(piece)
        self._kept += piece
        if self._crc is not None:
            self._sum = zlib.crc32(piece, self._sum)
        spare = min(len(self._kept) - _KEPT_BYTES, wanted - self._kept_from)
        if spare >= _KEPT_BYTES:
            del self._kept[:spare]
            self._kept_from += spare
        self._check(piece)
        return bool(piece)

    def _check(self, piece: bytes) -> None:
        if self._size is None:
            return
        if not piece and self._at < self._size:
            raise FileError(Reason.TRUNCATED, "compressed bytes that hold less than they should")
        if self._at == self._size and self._crc not in (None, self._sum):
            raise FileError(Reason.TRUNCATED, "a member of an archive that is not what was put in")
        if self._at == self._size and self._crc is None:
            self._check_end()

    def _check_end(self) -> None:
        """See that nothing follows: the stream compares its own checksum on the way."""
        try:
            more = self._stream.read(1)
        except DAMAGED as error:
            raise FileError(Reason.TRUNCATED, "compressed bytes that are damaged") from error
        if more:
            raise FileError(Reason.TRUNCATED, "compressed bytes that hold more than they say")


class Reader(io.RawIOBase):
    """A view as a file object of Python's, for libraries."""

    def __init__(
        self, view: View, size: int | None = None, *, most: int = _LARGEST_READ_BYTES
    ) -> None:
        """Read a view.

        Args:
            view: what is read.
            size: None when nobody knows; then nothing is found from the end.
            most: bytes of one read.
        """
        self._view, self._size, self._at, self._most = view, size, 0, most
        super().__init__()

    def readable(self) -> bool:
        """Return whether it can be read."""
        return True

    def seekable(self) -> bool:
        """Return whether it can be read by offset."""
        return True

    def tell(self) -> int:
        """Return the offset of the next byte."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to an offset."""
        if whence == os.SEEK_END:
            if self._size is None:
                raise io.UnsupportedOperation("the end is not known")
            offset += self._size
        elif whence == os.SEEK_CUR:
            offset += self._at
        self._at = max(0, offset)
        return self._at

    def read(self, size: int | None = -1, /) -> bytes:
        """Return the next bytes; all of them only where their number is known."""
        if size is None or size < 0:
            size = max(0, (self._size or 0) - self._at)
        if size > self._most:
            raise FileError(Reason.TOO_LARGE, "an archive whose own table is too large")
        data = self._view.read_at(self._at, size)
        self._at += len(data)
        return data

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]  # of a wider type there
        """Fill a buffer with the next bytes."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def read_all(view: View, size: int) -> bytes:
    """Return all bytes of a view."""
    parts, start = [], 0
    while start < size and (part := view.read_at(start, size - start)):
        parts.append(part)
        start += len(part)
    return b"".join(parts)


def unpacked(
    packed: View, kind: str, size: int | None = None, crc: int | None = None
) -> UnpackedView:
    """Return the view of what compressed bytes hold."""
    return UnpackedView(lambda: unpacker(kind, Reader(packed)), size, crc)


def moved(view: View, move: Move) -> View:
    """Return the view that a move leads to.

    Raises:
        FileError: what should be there is not.
    """
    if move.kind == "window":
        return Window(view, *move.numbers)
    if move.kind == "zip":
        return _zip_member(view, *move.numbers)
    if move.kind == "checked":
        start, size, crc = move.numbers
        return CheckedWindow(Window(view, start, size), crc)
    if move.kind == SEVEN_ZIP:
        number, size = move.numbers
        return UnpackedView(lambda: FolderStream(Reader(view, size), number))
    if move.kind in PACKINGS:
        (size,) = move.numbers
        return unpacked(view, move.kind, None if size < 0 else size)
    raise FileError(Reason.UNREADABLE, f"an unknown way into an archive: {move.kind}")


def _zip_member(view: View, start: int, packed: int, size: int, crc: int, method: int) -> View:
    head = view.read_at(start, _LOCAL.size)
    if len(head) < _LOCAL.size or not head.startswith(b"PK\x03\x04"):
        raise FileError(Reason.TRUNCATED, "an archive that has no member where it says")
    _, _, flags, *_, name, extra = _LOCAL.unpack(head)
    if flags & _ENCRYPTED:
        raise FileError(Reason.ENCRYPTED, "an encrypted member of an archive")
    window = Window(view, start + _LOCAL.size + name + extra, packed)
    if method == _STORED:
        return CheckedWindow(window, crc)
    return unpacked(window, f"zip {method}", size, crc)
