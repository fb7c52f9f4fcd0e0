"""Compressed streams, read front to back with bounded memory."""

import bz2
import lzma
import zlib
from collections.abc import Callable, Mapping
from io import RawIOBase
from typing import Any, Protocol, cast

from hnp_etl.errors import FileError
from hnp_shared.vocabulary import Reason

_CHUNK_BYTES = 128 * 2**10
_XZ_MEMORY_BYTES = 512 * 2**20
"""Memory of an xz decoder: `xz -9` takes 65 MiB, a hostile one up to 4 GiB."""

DAMAGED = (zlib.error, lzma.LZMAError, EOFError, ValueError)
"""What libraries raise where compressed bytes are not sound."""


class Unpacker(Protocol):
    """A compressed stream."""

    def read(self, most: int, /) -> bytes:
        """Return the next bytes that it holds, none at its end."""


def unpacker(kind: str, packed: RawIOBase) -> Unpacker:
    """Return what a stream holds, as a stream.

    Args:
        kind: `gz`, `bz2`, `xz`, `zst`, or `zip` and the method of a member (APPNOTE.TXT 4.4.5).
        packed: a file object.

    Raises:
        FileError: UNSUPPORTED_SYNTAX, an unknown method.
    """
    if kind in _ZSTD:
        return _Zstd(packed)
    if kind not in _DECODERS:
        raise FileError(Reason.UNSUPPORTED_SYNTAX, f"compression by {kind}, which is not read")
    return _Stream(packed, _DECODERS[kind], several=not kind.startswith("zip"))


def is_read(method: int) -> bool:
    """Tell whether members of a zip of this method can be read.

    >>> is_read(0), is_read(8), is_read(99)
    (True, True, False)
    """
    return method == 0 or f"zip {method}" in {*_DECODERS, *_ZSTD}


def _xz() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(memlimit=_XZ_MEMORY_BYTES)


_DECODERS: Mapping[str, Callable[[], Any]] = {
    "gz": lambda: zlib.decompressobj(wbits=31),  # with its header and CRC-32 (zlib.net, manual)
    "bz2": bz2.BZ2Decompressor,
    "xz": _xz,
    "zip 8": lambda: zlib.decompressobj(wbits=-15),
    "zip 12": bz2.BZ2Decompressor,
    "zip 95": _xz,
}
_ZSTD = ("zst", "zip 93")


class _Stream:
    """Pulls through a decompressor of the standard library."""

    def __init__(self, packed: RawIOBase, new: Callable[[], Any], *, several: bool) -> None:
        """Begin.

        Args:
            packed: what is compressed.
            new: makes a decompressor.
            several: whether another compressed stream may follow the first, as `cat` joins them.
        """
        self._packed, self._new, self._several = packed, new, several
        self._inner, self._pending = new(), b""

    def read(self, most: int, /) -> bytes:
        while True:
            if self._inner.eof and not self._next_stream():
                return b""
            data = self._pending
            if not data and getattr(self._inner, "needs_input", True):
                data = self._packed.read(_CHUNK_BYTES)
            try:
                found = cast("bytes", self._inner.decompress(data, most))
            except OSError as error:  # bz2 says so, and the disk has no part in it
                raise EOFError("damaged") from error
            self._pending = getattr(self._inner, "unconsumed_tail", b"")
            if found:
                return found
            if not data and not self._inner.eof:
                raise EOFError("the compressed bytes break off")

    def _next_stream(self) -> bool:
        if not self._several:
            return False
        rest = self._inner.unused_data.lstrip(b"\0")
        while not rest and (more := self._packed.read(_CHUNK_BYTES)):
            rest = more.lstrip(b"\0")  # padding of tapes
        if not rest:
            return False
        self._inner, self._pending = self._new(), rest
        return True


class _Zstd:
    """Pulls through Arrow, which bounds the window a frame may ask for (RFC 8878, 3.1.1.1.2)."""

    def __init__(self, packed: RawIOBase) -> None:
        import pyarrow as pa  # noqa: PLC0415  # the walk alone need not wait for it

        self._stream = pa.CompressedInputStream(pa.PythonFile(packed, "r"), "zstd")

    def read(self, most: int, /) -> bytes:
        try:
            return cast("bytes", self._stream.read(most))
        except OSError as error:
            if error.errno is not None:
                raise  # of the disk
            raise EOFError("damaged") from error
