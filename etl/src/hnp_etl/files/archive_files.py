"""The files of an archive on the disk, which are those that were met or are not read."""

import contextlib
import os
import stat
from collections.abc import Iterator
from functools import cached_property

from hnp_etl.errors import FileError
from hnp_etl.files.file_stat import FileStat, joined_stat
from hnp_etl.files.moves import moved
from hnp_etl.files.place import Move, is_inside, on_disk, part_paths, split_place
from hnp_etl.files.views import DiskView, JoinedView, View
from hnp_shared.vocabulary import Reason

# A FIFO would wait for a writer, and a link lead to a file that nobody met (open(2)).
HOW = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


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
            self._open[number] = os.open(self._paths[number], HOW)
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
                raise another()
        now = joined_stat([FileStat.of(status) for status in found])
        now = now if whole else now._replace(size=met.size)
        regular = all(stat.S_ISREG(status.st_mode) for status in found)
        if not (regular and now.same_file(met)):
            raise another()

    def close(self) -> None:
        """Close what was opened."""
        for descriptor in self._open.values():
            os.close(descriptor)
        self._open.clear()


def another() -> FileError:
    """Return the error of a file that is not the one that was met."""
    return FileError(Reason.UNREADABLE, "the file is not the one that was met")
