"""A file as it is read: a window at a time, so that most elements cost no read of their own."""

from collections.abc import Callable
from dataclasses import dataclass, field

WINDOW_BYTES = 32 * 2**10
"""Bytes of one read; most headers of classic MR end within it."""

ReadAt = Callable[[int, int], bytes]
"""Returns up to so many bytes from an offset."""


@dataclass(slots=True)
class FileWindow:
    """Reads a file by offsets.

    Attributes:
        read_at: reads from the file.
        size: of the file, bytes.
        window: bytes read last, from `window_start`.
    """

    read_at: ReadAt
    size: int
    window: bytes = field(default=b"", kw_only=True)
    window_start: int = field(default=0, kw_only=True)

    def peek(self, start: int, count: int) -> bytes:
        """Return bytes of the file, fewer at its end; most lie in the window read before."""
        begin = start - self.window_start
        if begin < 0 or begin + count > len(self.window):
            self.window = self.read_at(start, max(count, WINDOW_BYTES))
            self.window_start, begin = start, 0
        return self.window[begin : begin + count]

    def glance(self, start: int, count: int) -> bytes:
        """Return bytes of the file as `peek` does, and leave the window where it is."""
        begin = start - self.window_start
        if begin < 0 or begin + count > len(self.window):
            return self.read_at(start, count)
        return self.window[begin : begin + count]
