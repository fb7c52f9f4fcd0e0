"""Meets the members of archives as if they lay in folders of the archives' names."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Protocol

from hnp_etl.archives.listing import list_archive
from hnp_etl.archives.member import Listing, Member
from hnp_etl.files.file_stat import FileStat, joined_stat
from hnp_etl.files.forms import ArchiveName, Form, archive_name
from hnp_etl.files.place import Move, inside, is_inside, step_of, whole_of
from hnp_etl.limits import ARCHIVE_DEPTH, Limits
from hnp_etl.walking.walk import FoundFile
from hnp_shared.vocabulary import Reason


class Shelf(Protocol):
    """Keeps listings, so that an archive that did not change is not opened again."""

    def get(self, raw: bytes, stat: FileStat) -> Listing | None:
        """Return what lies in an archive, None when it is not known or another was met."""

    def put(self, raw: bytes, stat: FileStat, listing: Listing) -> None:
        """Keep what lies in an archive."""


def take_all(_path: str) -> bool:
    """Leave no archive out."""
    return False


@dataclass(slots=True)
class Unfolder:
    """Turns files met on the disk into files met.

    Attributes:
        limits: bounds on archives.
        left_out: whether a path is not to be opened.
        shelf: keeps listings; None to list anew.
        korean: names that were read as CP949.
        beside: archives that are passed over because what they hold lies beside them.
    """

    limits: Limits
    left_out: Callable[[str], bool] = take_all
    shelf: Shelf | None = None
    korean: int = 0
    beside: int = 0
    _parts: dict[bytes, list[FoundFile]] = field(default_factory=dict)

    def __call__(self, met: Iterable[FoundFile]) -> Iterator[FoundFile]:
        """Yield each file met, and what lies in it where it is an archive."""
        for file in met:
            name = _archive(file)
            if name is None:
                yield file
            elif name.part:
                self._parts.setdefault(whole_of(file.raw), []).append(file)
            else:
                yield from self._unfold(file, name, 1)
        for whole, parts in self._parts.items():
            yield from self._join(whole, parts)
        self._parts.clear()

    def _join(self, whole: bytes, parts: list[FoundFile]) -> Iterator[FoundFile]:
        """Yield the parts of an archive, and what lies in it."""
        numbered = sorted((int(_name_of(part).part), part.path, part) for part in parts)
        files = [part for *_, part in numbered]
        first, name = files[0], _name_of(files[0])
        if _lies(whole) or _is_unpacked(first.raw, name):  # joined already
            self.beside += len(files)
            yield from files
            return
        stat = joined_stat([_stat(part) for part in files])
        joined = first._replace(
            raw=inside(first.raw, step_of(Move("parts", texts=tuple(_digits(files))))),
            regular=all(part.regular for part in files),
            size=stat.size,
            mtime_ns=stat.mtime_ns,
            ctime_ns=stat.ctime_ns,
            inode=stat.inode,
        )
        if not _follow([number for number, *_ in numbered], [part.size for part in files]):
            yield from (part._replace(refusal=Reason.TRUNCATED) for part in files)
            return
        found = self._unfold(joined, name, 1)
        told = next(found)
        yield from (part._replace(refusal=told.refusal) for part in files)
        yield from found

    def _unfold(self, file: FoundFile, name: ArchiveName, depth: int) -> Iterator[FoundFile]:
        """Yield an archive, and what lies in it."""
        if self.left_out(file.path) or not file.regular or not file.size:
            yield file
            return
        target = _target(file.path, name)
        if not is_inside(file.raw) and _is_unpacked(file.raw, name):
            self.beside += 1
            yield file
            return
        listing = self._listing(file, name)
        self.korean += listing.korean
        yield file._replace(refusal=listing.refusal)
        for member in listing.members():
            found = _found(file, target, member)
            inner = _archive(found) if member.regular and not member.refusal else None
            if inner is None:
                yield found
            elif inner.part:
                yield found._replace(refusal=Reason.UNSUPPORTED_SYNTAX)
            elif depth == ARCHIVE_DEPTH:
                yield found._replace(refusal=Reason.TOO_DEEP)
            else:
                yield from self._unfold(found, inner, depth + 1)

    def _listing(self, file: FoundFile, name: ArchiveName) -> Listing:
        stat = _stat(file)
        known = self.shelf.get(file.raw, stat) if self.shelf else None
        if known is not None:
            return known
        whole = name.part != "" or not is_inside(file.raw)
        listing = list_archive(file.raw, stat, name, self.limits, whole=whole)
        if self.shelf and listing.refusal is not Reason.UNREADABLE:
            self.shelf.put(file.raw, stat, listing)
        return listing


def _archive(file: FoundFile) -> ArchiveName | None:
    if not file.readable:
        return None
    return archive_name(file.path.rpartition("/")[2])


def _name_of(file: FoundFile) -> ArchiveName:
    name = _archive(file)
    if name is None:
        raise ValueError("no archive")
    return name


def _digits(files: Iterable[FoundFile]) -> Iterator[str]:
    return (_name_of(file).part for file in files)


def _stat(file: FoundFile) -> FileStat:
    return FileStat(file.size, file.mtime_ns, file.ctime_ns, file.inode)


def _target(path: str, name: ArchiveName) -> str:
    """Return the folder that members lie below; of a single file, its path."""
    return f"{path.rpartition('/')[0]}/{name.stem}"


def _found(archive: FoundFile, target: str, member: Member) -> FoundFile:
    return archive._replace(
        path=f"{target}/{member.name}" if member.name else target,
        raw=inside(archive.raw, member.step),
        regular=member.regular,
        size=member.size,
        refusal=member.refusal,
    )


def _follow(numbers: list[int], sizes: list[int]) -> bool:
    """Tell whether parts are all there: numbered on from 0 or 1, or by their offset."""
    offsets = [0, *accumulate(sizes)][:-1]
    steps = all(after - before == 1 for before, after in pairwise(numbers))
    return numbers == offsets or (numbers[0] in (0, 1) and steps)


def _lies(raw: bytes) -> bool:
    try:
        os.lstat(raw)
    except OSError:
        return False
    return True


def _is_unpacked(raw: bytes, name: ArchiveName) -> bool:
    """Tell whether what an archive holds lies beside it: its file, or a folder with anything."""
    last = raw.rpartition(b"/")[2]
    cut = len(name.whole) - len(name.stem)  # a suffix is ASCII
    target = whole_of(raw)[: -cut or None]
    if name.form is Form.SINGLE:
        return _lies(target)
    try:
        with os.scandir(target) as entries:
            return last != b"" and next(entries, None) is not None
    except OSError:
        return False
