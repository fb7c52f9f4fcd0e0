"""Bytes that lie within others: joined parts, a window, a zip member, a compressed whole.

Each is read by offset, whatever lies below; a compressed one is unpacked from its beginning on, as
far as it is asked for, and begun anew when something is asked for that was left behind.
"""

import os
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from hnp_etl.errors import FileError
from hnp_etl.files.unpacking import DAMAGED, Unpacker
from hnp_shared.vocabulary import Reason

_CHUNK_BYTES = 256 * 2**10
_LEAST_BYTES = 16 * 2**10
_KEPT_BYTES = 4 * 2**20
"""What was unpacked last and can be asked for again without beginning anew."""


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
        while self._at < start + count and self._unpack(start, start + count - self._at):
            pass
        begin = start - self._kept_from
        return bytes(self._kept[begin : begin + count]) if begin >= 0 else b""

    def _begin(self) -> None:
        self._stream = self._new()
        self._kept, self._kept_from, self._at, self._sum = bytearray(), 0, 0, 0

    def _unpack(self, wanted: int, lack: int) -> bool:
        """Unpack what is lacking, or a piece of it; bytes long before the wanted ones go."""
        most = min(_CHUNK_BYTES, max(lack, _LEAST_BYTES))  # a header is short, and pixels long
        room = most if self._size is None else self._size - self._at
        try:
            piece = self._stream.read(min(most, room))
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


def read_all(view: View, size: int) -> bytes:
    """Return all bytes of a view."""
    parts, start = [], 0
    while start < size and (part := view.read_at(start, size - start)):
        parts.append(part)
        start += len(part)
    return b"".join(parts)
