"""The file that a writer fills: it knows its digest and size, and keeps what is large uncached.

Memory for pages that nobody reads soon costs more time than the disk takes. From the second chunk
on a file is therefore written directly (O_DIRECT, open(2)): whole chunks from aligned memory. What
is left at the end, and a file system that refuses, goes the ordinary way.
"""

import contextlib
import errno
import fcntl
import hashlib
import mmap
import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import BinaryIO

CHUNK_BYTES = 2**20
"""A multiple of every block size; small enough to stay in a core's cache while it is hashed."""

_DIRECT = getattr(os, "O_DIRECT", 0)  # Linux has it


class HashingFile:
    """An unseekable file; what a thread of its own still writes is only safe once it is closed.

    Attributes:
        size: bytes taken so far.
        closed: Arrow asks; the file is closed by who opened it.
    """

    closed = False

    def __init__(self, file: BinaryIO, write: Callable[[BinaryIO, memoryview], None]) -> None:
        """Fill ``file``, opened unbuffered, by ``write``, which appends all it is given."""
        self._file, self._write = file, write
        self._chunk, self._other = _new_chunk(), memoryview(b"")
        self._filled = 0
        self._digest = hashlib.sha256()
        self._thread = ThreadPoolExecutor(1)  # begun by the second chunk only
        self._writing: Future[None] | None = None
        self._written = 0
        self._direct = False
        self.size = 0

    def write(self, data: bytes | memoryview, /) -> int:
        """Take bytes and return how many these were."""
        rest = memoryview(data).cast("B")
        taken = rest.nbytes
        while rest.nbytes:
            part = rest[: CHUNK_BYTES - self._filled]
            self._chunk[self._filled : self._filled + part.nbytes] = part
            self._filled += part.nbytes
            rest = rest[part.nbytes :]
            if self._filled == CHUNK_BYTES:
                self._pass_on()
        self.size += taken
        return taken

    def flush(self) -> None:
        """Do nothing; libraries that write into a file call it."""

    def finish(self) -> str:
        """Write what is left and return the sha256 of everything, as hex digits."""
        self._wait()
        if self._direct:
            self._go_direct(False)
        content = self._chunk[: self._filled]
        self._digest.update(content)
        if content.nbytes:
            self._write(self._file, content)
        return self._digest.hexdigest()

    def close(self) -> None:
        """Wait for what is being written; whether it could be no longer matters."""
        self._thread.shutdown()

    def _pass_on(self) -> None:
        """Have a full chunk written while it is hashed and the next one is filled."""
        self._wait()
        self._writing = self._thread.submit(self._write_chunk, self._chunk)
        self._digest.update(self._chunk)
        self._chunk, self._other = self._other or _new_chunk(), self._chunk
        self._filled = 0

    def _wait(self) -> None:
        if self._writing is not None:
            self._writing.result()

    def _write_chunk(self, chunk: memoryview) -> None:
        try:
            self._write(self._file, chunk)
        except OSError as error:
            if not self._direct or error.errno != errno.EINVAL:  # not on this file system
                raise
            self._go_direct(False)
            self._file.seek(self._written)
            self._write(self._file, chunk)
        if not self._written:  # the file is large
            self._go_direct(True)
        self._written += chunk.nbytes

    def _go_direct(self, direct: bool) -> None:
        with contextlib.suppress(OSError):  # refused: everything goes the ordinary way
            flags = fcntl.fcntl(self._file, fcntl.F_GETFL)
            flags = flags | _DIRECT if direct else flags & ~_DIRECT
            fcntl.fcntl(self._file, fcntl.F_SETFL, flags)
            self._direct = direct


def _new_chunk() -> memoryview:
    return memoryview(mmap.mmap(-1, CHUNK_BYTES))  # begins on a page, as direct writes want
