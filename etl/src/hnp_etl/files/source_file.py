"""A source file as it was met, and the one door through which it is opened.

Between two looks a file may be replaced, cut, or become a FIFO or a device. What is read is what
was met, or nothing: a new picture must not get an old label. A member of an archive is read through
the same door; it is the one that was met while the archive is.
"""

import contextlib
import io
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple, cast

from hnp_etl.files.archive_files import HOW, another, open_place, stat_now
from hnp_etl.files.file_stat import FileStat
from hnp_etl.files.place import is_inside, size_inside
from hnp_etl.files.reader import Reader
from hnp_etl.files.views import DiskView, View


class Lifted(NamedTuple):
    """Where the bytes of a member were put down, in the private folder, for the time of a stage."""

    path: bytes
    start: int


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it was met.

    Attributes:
        raw: where its bytes lie: a path on the disk, or a place in an archive.
        stat: as it was met.
        lifted: where they lie besides; nothing is lost where that is not seen.
    """

    raw: bytes
    stat: FileStat
    lifted: Lifted | None = None

    @classmethod
    def at(cls, path: bytes | str | os.PathLike[str]) -> "SourceFile":
        """Return the file at a path or a place, as it is now.

        Raises:
            OSError: it is not there.
        """
        raw = os.fsencode(path)
        return cls(raw, stat_now(raw, size_inside(raw) if is_inside(raw) else 0)[0])

    @contextlib.contextmanager
    def opened(self) -> Iterator["OpenedFile"]:
        """Open the file for the block; it is the one that was met before the block and after it.

        Raises:
            FileError: UNREADABLE, when it is another, or changed on the way; of a member of an
                archive, that its bytes are not what they should be.
            OSError: it cannot be opened or read.
        """
        if self.lifted is not None and (descriptor := _descriptor_of(self.lifted)) is not None:
            try:
                yield OpenedFile(DiskView(descriptor), self.stat.size, self.lifted.start)
            finally:
                os.close(descriptor)
            return
        if is_inside(self.raw):
            with open_place(self.raw, self.stat) as view:
                yield OpenedFile(view, self.stat.size)
            return
        descriptor = os.open(self.raw, HOW)
        try:
            self._compare(descriptor)
            yield OpenedFile(DiskView(descriptor), self.stat.size)
            self._compare(descriptor)
        finally:
            os.close(descriptor)

    def _compare(self, descriptor: int) -> None:
        status = os.fstat(descriptor)
        if not (stat.S_ISREG(status.st_mode) and FileStat.of(status).same_file(self.stat)):
            raise another()


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """An open source file; nothing beyond its size is read, however much there is.

    Attributes:
        view: holds it.
        begin: where in the view.
    """

    view: View
    size: int
    begin: int = 0

    def read_at(self, start: int, count: int) -> bytes:
        """Return bytes from ``start`` on, at most ``count`` and none beyond the file's size."""
        count = min(count, max(0, self.size - start))
        return self.view.read_at(self.begin + start, count)

    def stream(self) -> BinaryIO:
        """Return the file as an object of Python's, for libraries; whoever asked closes it."""
        return cast("BinaryIO", io.BufferedReader(Reader(self, self.size)))

    def read_from(self, start: int) -> bytes:
        """Return everything from ``start`` on."""
        parts: list[bytes] = []
        while part := self.read_at(start, self.size):  # one call reads 2 GiB at most (read(2))
            parts.append(part)
            start += len(part)
        return b"".join(parts)


def _descriptor_of(lifted: Lifted) -> int | None:
    try:
        return os.open(lifted.path, HOW)
    except OSError:  # on another machine, or swept away
        return None
