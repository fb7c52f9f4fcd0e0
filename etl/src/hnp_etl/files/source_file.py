"""A source file as it was met, and the one door through which it is opened.

Between two looks a file may be replaced, cut, or become a FIFO or a device. What is read is what
was met, or nothing: a new picture must not get an old label.
"""

import contextlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from hnp_etl.errors import FileError
from hnp_shared.vocabulary import Reason

UNKNOWN_INODE = 0
"""Where a file system numbers files anew at each look; no file has this number."""


class FileStat(NamedTuple):
    """What tells a changed file: size in bytes, times in ns, inode."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> "FileStat":
        """Return what `stat` told."""
        return cls(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)

    def same_file(self, other: "FileStat") -> bool:
        """Tell whether nothing is seen to have changed between two looks."""
        if UNKNOWN_INODE in (self.inode, other.inode):
            return self[:3] == other[:3]
        return self == other


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it was met.

    Attributes:
        raw: bytes of the path on the disk.
        stat: as it was met.
    """

    raw: bytes
    stat: FileStat

    @classmethod
    def at(cls, path: bytes | str | os.PathLike[str]) -> "SourceFile":
        """Return the file at a path, as it is now.

        Raises:
            OSError: it is not there.
        """
        return cls(os.fsencode(path), FileStat.of(os.lstat(path)))

    @contextlib.contextmanager
    def opened(self) -> Iterator["OpenedFile"]:
        """Open the file for the block; it is the one that was met before the block and after it.

        Raises:
            FileError: UNREADABLE, when it is another, or changed on the way.
            OSError: it cannot be opened or read.
        """
        # A FIFO would wait for a writer, and a link lead to a file that nobody met (open(2)).
        how = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
        descriptor = os.open(self.raw, how)
        try:
            self._compare(descriptor)
            yield OpenedFile(descriptor, self.stat.size)
            self._compare(descriptor)
        finally:
            os.close(descriptor)

    def _compare(self, descriptor: int) -> None:
        status = os.fstat(descriptor)
        if not (stat.S_ISREG(status.st_mode) and FileStat.of(status).same_file(self.stat)):
            raise FileError(Reason.UNREADABLE, "the file is not the one that was met")


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """An open source file; nothing beyond its size is read, however much there is."""

    descriptor: int
    size: int

    def read_at(self, start: int, count: int) -> bytes:
        """Return bytes from ``start`` on, at most ``count`` and none beyond the file's size."""
        return os.pread(self.descriptor, min(count, max(0, self.size - start)), start)

    def stream(self) -> BinaryIO:
        """Return the file as an object of Python's, for libraries; whoever asked closes it."""
        return os.fdopen(os.dup(self.descriptor), "rb")

    def read_from(self, start: int) -> bytes:
        """Return everything from ``start`` on."""
        parts: list[bytes] = []
        while part := self.read_at(start, self.size):  # one call reads 2 GiB at most (read(2))
            parts.append(part)
            start += len(part)
        return b"".join(parts)
