"""The compressed streams of a 7z file ("folders" in its format), through py7zr, an extra.

py7zr unpacks to files or into memory; here a stream is pulled, so that no more than is asked for is
unpacked. That takes what py7zr does not promise to keep: its version is bounded for it.
"""

import contextlib
import lzma
import struct
from collections.abc import Iterator
from io import RawIOBase
from typing import IO, TYPE_CHECKING, cast

from hnp_etl.errors import FileError
from hnp_shared.vocabulary import Reason

if TYPE_CHECKING:
    from py7zr import SevenZipFile

_DAMAGED = (
    *(ValueError, EOFError, LookupError, TypeError, AttributeError, RuntimeError, AssertionError),
    *(lzma.LZMAError, struct.error, OverflowError, MemoryError),
)
"""What py7zr raises, beside its own errors, where a file is not sound."""


def opened(packed: RawIOBase) -> "SevenZipFile":
    """Return a 7z file, its table of contents read.

    Raises:
        FileError: why it cannot be read.
    """
    with _translated():
        import py7zr  # noqa: PLC0415  # an extra

        return py7zr.SevenZipFile(cast("IO[bytes]", packed))


class FolderStream:
    """One stream of a 7z file, front to back."""

    def __init__(self, packed: RawIOBase, number: int) -> None:
        """Go to the stream of a number from 0."""
        archive = opened(packed)
        with _translated():
            streams = archive.header.main_streams
            folders, sizes = streams.unpackinfo.folders, streams.packinfo.packsizes
            before = sum(len(folder.packed_indices) for folder in folders[:number])
            packed.seek(archive.afterheader + streams.packinfo.packpos + sum(sizes[:before]))
            self._inner = folders[number].get_decompressor(sizes[before], reset=True)
        self._packed = packed

    def read(self, most: int, /) -> bytes:
        """Return the next bytes that it holds, none at its end."""
        with _translated():
            while True:
                before = self._packed.tell()
                found = bytes(self._inner.decompress(self._packed, most))
                if found or self._packed.tell() == before:
                    return found


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """Let what py7zr raises tell of the file."""
    try:
        from py7zr.exceptions import (  # noqa: PLC0415  # an extra
            ArchiveError,
            PasswordRequired,
            UnsupportedCompressionMethodError,
        )
    except ModuleNotFoundError as error:
        raise FileError(
            Reason.UNSUPPORTED_SYNTAX, "a 7z file, expected the extra hnp-etl[7z]"
        ) from error
    try:
        yield
    except PasswordRequired as error:
        raise FileError(Reason.ENCRYPTED, "a 7z file that needs a password") from error
    except UnsupportedCompressionMethodError as error:
        raise FileError(Reason.UNSUPPORTED_SYNTAX, "a 7z file packed as nobody reads") from error
    except (ArchiveError, *_DAMAGED) as error:
        raise FileError(Reason.TRUNCATED, "a 7z file that breaks off or is damaged") from error
