"""A disk that fails at its n-th operation: full, broken or forbidden from there on."""

import errno
import os
from pathlib import Path
from typing import BinaryIO

from hnp_shared.storage import Disk


class FailingDisk(Disk):
    """Fails at its n-th operation and at every one after it."""

    def __init__(self, fails_at: int, error: int = errno.ENOSPC) -> None:
        self.left = fails_at
        self.error = error

    def step(self) -> None:
        """Count one operation."""
        self.left -= 1
        if self.left <= 0:
            self.fail()

    def fail(self) -> None:
        """Do what happens at the n-th operation.

        Raises:
            OSError: always.
        """
        raise OSError(self.error, os.strerror(self.error))

    def write(self, file: BinaryIO, data: bytes | memoryview) -> None:
        """Append, or fail."""
        self.step()
        super().write(file, data)

    def fsync(self, descriptor: int) -> None:
        """Flush, or fail."""
        self.step()
        super().fsync(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        """Move, or fail."""
        self.step()
        super().rename(source, target)

    def link(self, source: Path, target: Path) -> None:
        """Link, or fail."""
        self.step()
        super().link(source, target)

    def copy(self, source: BinaryIO, target: BinaryIO) -> None:
        """Copy, or fail."""
        self.step()
        super().copy(source, target)

    def unlink(self, path: Path) -> None:
        """Remove, or fail."""
        self.step()
        super().unlink(path)

    def mkdir(self, path: Path, mode: int) -> None:
        """Make a folder, or fail."""
        self.step()
        super().mkdir(path, mode)
