"""Lists the members of a 7z file through py7zr, an extra."""

import stat
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hnp_etl.archives.member import Member
from hnp_etl.archives.names import tidy_name
from hnp_etl.errors import FileError
from hnp_etl.files.place import Move, step_of
from hnp_etl.files.reader import Reader
from hnp_etl.files.seven_zip_folder import opened
from hnp_etl.files.views import View
from hnp_shared.vocabulary import Reason

if TYPE_CHECKING:
    from py7zr.py7zr import ArchiveFile

_LARGEST_TABLE_BYTES = 512 * 2**20
_UNIX_MODE = 0x8000
_REPARSE_POINT = 0x400


def seven_zip_members(view: View, size: int) -> Iterator[Member]:
    """Yield the members of a 7z file.

    Args:
        view: the file.
        size: bytes.

    Raises:
        FileError: why it cannot be read at all.
    """
    archive = opened(Reader(view, size, most=_LARGEST_TABLE_BYTES))
    streams = getattr(archive.header, "main_streams", None)
    folders = list(streams.unpackinfo.folders) if streams is not None else []
    numbers = {id(folder): number for number, folder in enumerate(folders)}
    locked = _locked(folders)
    ends = [0] * len(folders)
    for file in archive.files:
        number = numbers.get(id(file.folder), -1)
        start = ends[number] if number >= 0 else 0
        if number >= 0:
            ends[number] += file.uncompressed
        if not file.is_directory:
            yield _member(file, (number, start), size, encrypted=number in locked)


def _member(file: "ArchiveFile", at: tuple[int, int], size: int, *, encrypted: bool) -> Member:
    number, start = at
    name, stays = tidy_name(file.filename)
    held = file.uncompressed if number >= 0 else 0
    window = Move("window", (start, held))
    if file.crc32 is not None:
        window = Move("checked", (start, held, file.crc32))
    step = step_of(Move("7z", (max(0, number), size)), window)
    refusal = Reason.ENCRYPTED if encrypted else None
    return Member(name, held, step, stays and _is_regular(file), refusal)


def _is_regular(file: "ArchiveFile") -> bool:
    attributes = file.file_properties().get("attributes") or 0
    if attributes & _UNIX_MODE:
        return stat.S_IFMT(attributes >> 16) in (0, stat.S_IFREG)
    return not attributes & _REPARSE_POINT


def _locked(folders: list[object]) -> frozenset[int]:
    """Return the numbers of the streams that need a password."""
    from py7zr.compressor import SupportedMethods  # noqa: PLC0415  # an extra

    try:
        return frozenset(
            number
            for number, folder in enumerate(folders)
            if SupportedMethods.needs_password(getattr(folder, "coders"))  # noqa: B009
        )
    except (ValueError, RuntimeError) as error:
        raise FileError(Reason.UNSUPPORTED_SYNTAX, "a 7z file packed as nobody reads") from error
