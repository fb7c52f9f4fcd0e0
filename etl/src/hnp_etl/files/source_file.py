"""A source file as it was met, and the one door through which it is opened.

Between two looks a file may be replaced, cut, or become a FIFO or a device. What is read is what
was met, or nothing: a new picture must not get an old label. A member of an archive is read through
the same door; it is the one that was met while the archive is.
"""

import contextlib
import hashlib
import io
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import BinaryIO, NamedTuple, cast

from hnp_etl.errors import FileError
from hnp_etl.files.place import Move, is_inside, on_disk, part_paths, size_inside, split_place
from hnp_etl.files.views import DiskView, JoinedView, Reader, View, moved
from hnp_shared.vocabulary import Reason

UNKNOWN_INODE = 0
"""Where a file system numbers files anew at each look; no file has this number."""

# A FIFO would wait for a writer, and a link lead to a file that nobody met (open(2)).
_HOW = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


class FileStat(NamedTuple):
    """What tells a changed file: size in bytes, times in ns, inode.

    Of a member of an archive the size is its own, the rest the archive's.
    """

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


def joined_stat(parts: list[FileStat]) -> FileStat:
    """Return what tells a change in one of several files that are read as one."""
    if len(parts) == 1:
        return parts[0]
    told = hashlib.blake2b(repr([tuple(each) for each in parts]).encode(), digest_size=7).digest()
    return FileStat(
        sum(each.size for each in parts),
        max(each.mtime_ns for each in parts),
        max(each.ctime_ns for each in parts),
        int.from_bytes(told, "big") | 1,  # never UNKNOWN_INODE
    )


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
        descriptor = os.open(self.raw, _HOW)
        try:
            self._compare(descriptor)
            yield OpenedFile(DiskView(descriptor), self.stat.size)
            self._compare(descriptor)
        finally:
            os.close(descriptor)

    def _compare(self, descriptor: int) -> None:
        status = os.fstat(descriptor)
        if not (stat.S_ISREG(status.st_mode) and FileStat.of(status).same_file(self.stat)):
            raise _another()


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


@contextlib.contextmanager
def open_place(raw: bytes, met: FileStat, *, whole: bool = False) -> Iterator[View]:
    """Open a place in an archive for the block; the archive is the one that was met throughout.

    Args:
        raw: the place.
        met: of the member, or of the archive.
        whole: whether the size that was met is that of the files on the disk.

    Raises:
        FileError: UNREADABLE, the archive is another or changed on the way; else as `moved`.
        OSError: it cannot be opened or read.
    """
    with contextlib.closing(ArchiveFiles(raw)) as files:
        files.compare(met, whole=whole)
        yield files.view_of(split_place(raw)[1])
        files.compare(met, whole=whole)


def stat_now(raw: bytes, size: int) -> tuple[FileStat, bool]:
    """Return what tells a change of the file at a place, as it is now, and whether it is regular.

    Args:
        raw: the place.
        size: of a member, which does not change while its archive does not.

    Raises:
        OSError: it is not there.
    """
    if not is_inside(raw):
        status = os.lstat(raw)
        return FileStat.of(status), stat.S_ISREG(status.st_mode)
    path, moves = split_place(raw)
    joined = moves[0].texts if moves[0].kind == "parts" else ()
    found = [os.lstat(each) for each in (part_paths(path, joined) if joined else [on_disk(raw)])]
    now = joined_stat([FileStat.of(status) for status in found])
    return now._replace(size=size), all(stat.S_ISREG(status.st_mode) for status in found)


class ArchiveFiles:
    """The files of an archive on the disk, one or several that are read as one, while it is read.

    Each is opened once it is read.
    """

    def __init__(self, raw: bytes) -> None:
        """Prepare to open what a place in an archive lies in."""
        path, moves = split_place(raw)
        joined = moves[0].texts if moves and moves[0].kind == "parts" else ()
        self._paths = part_paths(path, joined) if joined else [path]
        self._open: dict[int, int] = {}

    def view_of(self, moves: tuple[Move, ...]) -> View:
        """Return the view that moves lead to.

        Raises:
            FileError: what should be there is not.
        """
        view = self._view
        for move in moves:
            view = view if move.kind == "parts" else moved(view, move)
        return view

    @cached_property
    def _view(self) -> View:
        if len(self._paths) == 1:
            return DiskView(self.descriptor(0))
        return JoinedView(self.descriptor, [os.lstat(path).st_size for path in self._paths])

    def descriptor(self, number: int) -> int:
        """Return the open file of a part, by its number from 0."""
        if number not in self._open:
            self._open[number] = os.open(self._paths[number], _HOW)
        return self._open[number]

    def compare(self, met: FileStat, *, whole: bool = False) -> None:
        """Pass while the archive is the one that was met; arguments as those of `open_place`."""
        if len(self._paths) == 1:
            found = [os.fstat(self.descriptor(0))]
        else:
            opened = [os.fstat(each) for each in self._open.values()]
            found = [os.lstat(path) for path in self._paths]
            same = [found[number] for number in self._open]
            if [FileStat.of(each) for each in opened] != [FileStat.of(each) for each in same]:
                raise _another()
        now = joined_stat([FileStat.of(status) for status in found])
        now = now if whole else now._replace(size=met.size)
        regular = all(stat.S_ISREG(status.st_mode) for status in found)
        if not (regular and now.same_file(met)):
            raise _another()

    def close(self) -> None:
        """Close what was opened."""
        for descriptor in self._open.values():
            os.close(descriptor)
        self._open.clear()


def _descriptor_of(lifted: Lifted) -> int | None:
    try:
        return os.open(lifted.path, _HOW)
    except OSError:  # on another machine, or swept away
        return None


def _another() -> FileError:
    return FileError(Reason.UNREADABLE, "the file is not the one that was met")
