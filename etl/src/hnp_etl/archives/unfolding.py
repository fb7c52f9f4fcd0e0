"""Meets the members of archives as if they lay in folders of the archives' names."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate, islice, pairwise
from typing import Protocol
from unicodedata import normalize

from hnp_etl.archives.listing import list_archive
from hnp_etl.archives.member import Listing, Member
from hnp_etl.files.file_stat import FileStat, joined_stat
from hnp_etl.files.forms import ArchiveName, Form, archive_name
from hnp_etl.files.place import Move, inside, is_inside, on_disk, step_of, whole_of
from hnp_etl.limits import ARCHIVE_DEPTH, Limits
from hnp_etl.walking.paths import path_bytes
from hnp_etl.walking.walk import FoundFile
from hnp_shared.vocabulary import Reason

_SAMPLE = 16
"""Members that are looked for beside an archive; the first that is not there ends the search."""


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
        partly: archives of which a part lies beside them; what does not is read from them.
    """

    limits: Limits
    left_out: Callable[[str], bool] = take_all
    shelf: Shelf | None = None
    korean: int = 0
    beside: int = 0
    partly: int = 0
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
        if _lies(whole):  # joined already
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
        if depth == 1 and name.form is Form.SINGLE and _lies(_beside(on_disk(file.raw), name)):
            self.beside += 1
            yield file
            return
        listing = self._listing(file, name)
        members = listing.members()
        if depth == 1 and _is_unpacked(on_disk(file.raw), name, listing):
            folder = _beside(on_disk(file.raw), name) + b"/"
            if not any(_is_left(folder, each) for each in listing.members()):
                self.beside += 1
                yield file
                return
            self.partly += 1
            members = (each for each in members if _is_left(folder, each))
        self.korean += listing.korean
        yield file._replace(refusal=listing.refusal)
        for member in members:
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
    except (OSError, ValueError):  # not there, or no path
        return False
    return True


def _beside(raw: bytes, name: ArchiveName) -> bytes:
    """Return the path beside an archive that has its name without suffixes."""
    return whole_of(raw)[: len(name.stem) - len(name.whole)]  # a suffix is ASCII


def _is_unpacked(raw: bytes, name: ArchiveName, listing: Listing) -> bool:
    """Tell whether the first members of an archive lie in the folder of its name."""
    wanted = [each for each in islice(listing.members(), _SAMPLE) if each.regular and each.size]
    folder = _beside(raw, name) + b"/"
    lie = (_size_of(folder + path_bytes(each.name)) == each.size for each in wanted)
    return name.form is not Form.SINGLE and bool(wanted) and all(lie)


def _is_left(folder: bytes, member: Member) -> bool:
    """Tell whether a member was not unpacked into a folder, as itself or as the folder it fills."""
    if not member.regular or not member.size or _is_of_a_mac(member.name):
        return False
    inner = archive_name(member.name.rpartition("/")[2])
    paths = [folder + path_bytes(normalize(form, member.name)) for form in ("NFC", "NFD")]
    folders = [_beside(path, inner) for path in paths] if inner else []
    return not any(_lies(path) for path in (*paths, *folders))


def _is_of_a_mac(name: str) -> bool:
    """Tell whether a member is what unpacking leaves out: a Mac's notes about other members."""
    return "__MACOSX" in name.split("/")


def _size_of(path: bytes) -> int | None:
    try:
        return os.lstat(path).st_size
    except (OSError, ValueError):  # not there, or no path
        return None
