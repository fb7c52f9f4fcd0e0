"""A view as a file object of Python's, for libraries that want one."""

import io
import os

from hnp_etl.errors import FileError
from hnp_etl.files.views import View
from hnp_shared.vocabulary import Reason

_LARGEST_READ_BYTES = 2**30
"""What a library may ask for in one read, unless told otherwise."""


class Reader(io.RawIOBase):
    """A view as a file object of Python's, for libraries.

    Attributes:
        name: none; pydicom asks for it.
    """

    name = ""

    def __init__(
        self, view: View, size: int | None = None, *, most: int = _LARGEST_READ_BYTES
    ) -> None:
        """Read a view.

        Args:
            view: what is read.
            size: None when nobody knows; then nothing is found from the end.
            most: bytes of one read.
        """
        self._view, self._size, self._at, self._most = view, size, 0, most
        super().__init__()

    def readable(self) -> bool:
        """Return whether it can be read."""
        return True

    def seekable(self) -> bool:
        """Return whether it can be read by offset."""
        return True

    def tell(self) -> int:
        """Return the offset of the next byte."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to an offset."""
        if whence == os.SEEK_END:
            if self._size is None:
                raise io.UnsupportedOperation("the end is not known")
            offset += self._size
        elif whence == os.SEEK_CUR:
            offset += self._at
        self._at = max(0, offset)
        return self._at

    def read(self, size: int | None = -1, /) -> bytes:
        """Return the next bytes; all of them only where their number is known."""
        if size is None or size < 0:
            size = max(0, (self._size or 0) - self._at)
        if size > self._most:
            raise FileError(Reason.TOO_LARGE, "an archive whose own table is too large")
        data = self._view.read_at(self._at, size)
        self._at += len(data)
        return data

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]  # of a wider type there
        """Fill a buffer with the next bytes."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
