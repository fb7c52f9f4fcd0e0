"""Lists what lies in one archive, within bounds: an archive that passes one is refused whole."""

from collections.abc import Iterable, Iterator

from hnp_etl.archives.member import Listing, Member, listing_of
from hnp_etl.archives.seven_zip import seven_zip_members
from hnp_etl.archives.tar_members import tar_members
from hnp_etl.archives.zip_directory import zip_members
from hnp_etl.errors import FileError
from hnp_etl.files.archive_files import open_place
from hnp_etl.files.file_stat import FileStat
from hnp_etl.files.forms import ArchiveName, Form
from hnp_etl.files.moves import unpacked
from hnp_etl.files.place import Move, step_of
from hnp_etl.files.views import View
from hnp_etl.limits import ARCHIVE_RATIO_FROM_BYTES, Limits
from hnp_shared.vocabulary import Reason

_TRIES = 2
"""A network share that fails once may answer again."""

_SIZE_BYTES = 4
_GREATEST_RATIO = 1032
"""Deflate makes bytes at most that many times fewer (zlib's technical details)."""


def list_archive(
    raw: bytes, stat: FileStat, name: ArchiveName, limits: Limits, *, whole: bool
) -> Listing:
    """Return what lies in an archive, or why that cannot be told.

    Args:
        raw: where it lies.
        stat: as it was met.
        name: what its name tells.
        limits: on members, bytes and ratio.
        whole: whether the size that was met is that of files on the disk.
    """
    for _ in range(_TRIES):
        try:
            with open_place(raw, stat, whole=whole) as view:
                return listing_of(members_of(view, stat.size, name, limits))
        except FileError as error:
            if error.reason is not Reason.UNREADABLE:
                return Listing(refusal=error.reason)
        except OSError:
            continue
    return Listing(refusal=Reason.UNREADABLE)


def members_of(view: View, size: int, name: ArchiveName, limits: Limits) -> Iterator[Member]:
    """Yield the members of an archive while they are within bounds.

    Raises:
        FileError: why it cannot be read, or not to its end.
    """
    return _within(_members(view, size, name), size, limits)


def _members(view: View, size: int, name: ArchiveName) -> Iterator[Member]:
    if name.form is Form.ZIP:
        yield from zip_members(view, size)
    elif name.form is Form.TAR:
        yield from tar_members(unpacked(view, name.packing) if name.packing else view, name.packing)
    elif name.form is Form.SEVEN_ZIP:
        yield from seven_zip_members(view, size)
    elif name.form is Form.SINGLE:
        yield _single(view, size)
    else:
        raise FileError(Reason.UNSUPPORTED_SYNTAX, "a volume of a zip file in volumes")


def _single(view: View, size: int) -> Member:
    """Return the file that a gzip file holds; its size stands at the end (RFC 1952, 2.3.1).

    Raises:
        FileError: it is no gzip file, or one whose end says a size that it cannot hold.
    """
    if view.read_at(0, 2) != b"\x1f\x8b":
        raise FileError(Reason.BAD_HEADER, "no gzip file")
    held = int.from_bytes(view.read_at(size - _SIZE_BYTES, _SIZE_BYTES), "little")
    if held > _GREATEST_RATIO * size:
        raise FileError(Reason.TRUNCATED, "a gzip file that breaks off before it says its size")
    return Member("", held, step_of(Move("gz", (held,))))


def _within(members: Iterable[Member], size: int, limits: Limits) -> Iterator[Member]:
    """Yield members while they are within bounds.

    Raises:
        FileError: TOO_LARGE, there are too many, or they would be too much.
    """
    total = 0
    for count, member in enumerate(members, 1):
        total += member.size
        if count > limits.archive_members:
            raise FileError(Reason.TOO_LARGE, "an archive of too many members")
        if total > limits.archive_bytes:
            raise FileError(Reason.TOO_LARGE, "an archive that holds too much")
        if total > max(ARCHIVE_RATIO_FROM_BYTES, limits.archive_ratio * size):
            raise FileError(Reason.TOO_LARGE, "an archive that holds far more than it takes")
        yield member
