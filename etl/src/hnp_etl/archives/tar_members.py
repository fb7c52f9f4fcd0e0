"""Lists the members of a tar file, plain or compressed, front to back."""

import tarfile
from collections.abc import Iterator

from hnp_etl.archives.member import Member
from hnp_etl.archives.names import tidy_name
from hnp_etl.errors import FileError
from hnp_etl.files.place import Move, step_of
from hnp_etl.files.reader import Reader
from hnp_etl.files.views import View
from hnp_shared.names import text_of
from hnp_shared.vocabulary import Reason

_AS_IT_IS = "surrogateescape"
_CUT = "a tar file that breaks off or is damaged on the way"
_UNKNOWN_SIZE = -1
_LARGEST_HEADER_BYTES = 16 * 2**20
"""A longer extended header of a member would fill memory: names have a few kilobytes."""


def tar_members(view: View, packing: str) -> Iterator[Member]:
    """Yield the members of a tar file.

    Args:
        view: the tar file itself, unpacked if it is compressed.
        packing: how it is compressed, "" where it is not.

    Raises:
        FileError: why it cannot be read, or not to its end.
    """
    whole = (Move(packing, (_UNKNOWN_SIZE,)),) if packing else ()
    met = False
    try:
        file = Reader(view, most=_LARGEST_HEADER_BYTES)
        with tarfile.open(fileobj=file, mode="r:", encoding="utf-8", errors=_AS_IT_IS) as archive:
            while (found := archive.next()) is not None:
                met = True
                archive.members = []  # type: ignore[attr-defined]  # they would all stay in memory
                if not found.isdir():
                    yield _member(found, whole)
            _refuse_cut(view.read_at(archive.offset, tarfile.BLOCKSIZE))
    except tarfile.TarError as error:
        if met:
            raise FileError(Reason.TRUNCATED, _CUT) from error
        raise FileError(Reason.BAD_HEADER, "no tar file") from error
    except (OverflowError, UnicodeError, ValueError, RecursionError) as error:
        raise FileError(Reason.BAD_HEADER, "a tar file that is damaged") from error


def _member(found: tarfile.TarInfo, whole: tuple[Move, ...]) -> Member:
    name, stays = tidy_name(_text(found.name))
    regular = stays and found.isreg() and found.size >= 0
    move = Move("window", (max(0, found.offset_data), max(0, found.size)))
    refusal = Reason.UNSUPPORTED_SYNTAX if found.issparse() else None
    return Member(name, max(0, found.size), step_of(*whole, move), regular, refusal)


def _text(name: str) -> str:
    """Return a name as a path on the disk would have it: its bytes, read as UTF-8."""
    return text_of(name.encode("utf-8", "surrogateescape"))


def _refuse_cut(block: bytes) -> None:
    """Refuse a tar file that ends before its end mark: blocks of zeros (POSIX pax, 4.1)."""
    if block.strip(b"\0"):
        raise FileError(Reason.TRUNCATED, _CUT)
