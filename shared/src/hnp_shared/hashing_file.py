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
from typing import BinaryIO

CHUNK_BYTES = 2**20
"""A multiple of every block size; small enough to stay in a core's cache while it is hashed."""

_DIRECT = getattr(os, "O_DIRECT", 0)  # Linux has it


class HashingFile:
    """An unseekable file; `finish` it, or its end is missing.

    Attributes:
        size: bytes taken so far.
        closed: Arrow asks; the file is closed by who opened it.
    """

    closed = False

    def __init__(self, file: BinaryIO, write: Callable[[BinaryIO, memoryview], None]) -> None:
        """Fill ``file``, opened unbuffered, by ``write``, which appends all it is given."""
        self._file, self._write = file, write
        self._chunk = memoryview(mmap.mmap(-1, CHUNK_BYTES))  # begins on a page
        self._filled = 0
        self._digest = hashlib.sha256()
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
                self._drain()
                if self.size == CHUNK_BYTES:  # the file is large
                    self._go_direct(True)
        return taken

    def flush(self) -> None:
        """Do nothing; libraries that write into a file call it."""

    def finish(self) -> str:
        """Write what is left and return the sha256 of everything, as hex digits."""
        if self._direct:
            self._go_direct(False)
        if self._filled:
            self._drain()
        return self._digest.hexdigest()

    def _drain(self) -> None:
        content = self._chunk[: self._filled]
        self._digest.update(content)
        if self._direct:
            self._write_directly(content)
        else:
            self._write(self._file, content)
        self.size += self._filled
        self._filled = 0

    def _write_directly(self, content: memoryview) -> None:
        try:
            self._write(self._file, content)
        except OSError as error:
            if error.errno != errno.EINVAL:  # that is: not on this file system
                raise
            self._go_direct(False)
            self._file.seek(self.size)
            self._write(self._file, content)

    def _go_direct(self, direct: bool) -> None:
        with contextlib.suppress(OSError):  # refused: everything goes the ordinary way
            flags = fcntl.fcntl(self._file, fcntl.F_GETFL)
            flags = flags | _DIRECT if direct else flags & ~_DIRECT
            fcntl.fcntl(self._file, fcntl.F_SETFL, flags)
            self._direct = direct
