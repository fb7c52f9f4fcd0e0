"""The compressed streams of a 7z file ("folders" in its format), through py7zr, an extra.

py7zr unpacks to files or into memory; here a stream is pulled, so that no more than is asked for is
unpacked. That takes what py7zr does not promise to keep: its version is bounded for it.
"""

from io import RawIOBase
from typing import IO, TYPE_CHECKING, cast

from hnp_etl.errors import FileError
from hnp_shared.vocabulary import Reason

if TYPE_CHECKING:
    from py7zr import SevenZipFile


def opened(packed: RawIOBase) -> "SevenZipFile":
    """Return a 7z file, its table of contents read.

    Raises:
        FileError: why it cannot be read.
    """
    try:
        import py7zr  # noqa: PLC0415  # an extra
        from py7zr.exceptions import (  # noqa: PLC0415
            ArchiveError,
            PasswordRequired,
            UnsupportedCompressionMethodError,
        )
    except ModuleNotFoundError as error:
        raise FileError(
            Reason.UNSUPPORTED_SYNTAX, "a 7z file, expected the extra hnp-etl[7z]"
        ) from error
    try:
        return py7zr.SevenZipFile(cast("IO[bytes]", packed))
    except PasswordRequired as error:
        raise FileError(Reason.ENCRYPTED, "a 7z file whose names are encrypted") from error
    except UnsupportedCompressionMethodError as error:
        raise FileError(Reason.UNSUPPORTED_SYNTAX, "a 7z file packed as nobody reads") from error
    except (ArchiveError, ValueError, EOFError, IndexError, TypeError, AttributeError) as error:
        raise FileError(Reason.TRUNCATED, "a 7z file that breaks off or is damaged") from error


class FolderStream:
    """One stream of a 7z file, front to back."""

    def __init__(self, packed: RawIOBase, number: int) -> None:
        """Go to the stream of a number from 0."""
        archive = opened(packed)
        streams = archive.header.main_streams
        folders, sizes = streams.unpackinfo.folders, streams.packinfo.packsizes
        before = sum(len(folder.packed_indices) for folder in folders[:number])
        start = archive.afterheader + streams.packinfo.packpos + sum(sizes[:before])
        self._packed = packed
        packed.seek(start)
        try:
            self._inner = folders[number].get_decompressor(sizes[before], reset=True)
        except (ValueError, NotImplementedError, RuntimeError) as error:
            raise FileError(Reason.UNSUPPORTED_SYNTAX, "packed as nobody reads") from error

    def read(self, most: int, /) -> bytes:
        """Return the next bytes that it holds, none at its end."""
        from py7zr.exceptions import ArchiveError  # noqa: PLC0415  # an extra

        while True:
            before = self._packed.tell()
            try:
                found = cast("bytes", self._inner.decompress(self._packed, most))
            except (ArchiveError, RuntimeError) as error:
                raise EOFError("damaged") from error
            if found or self._packed.tell() == before:
                return bytes(found)
