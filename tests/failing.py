"""Disks that fail: one to hand over, and all of this process, as a command meets them."""

import contextlib
import errno
import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO
from unittest import mock

from hnp_shared.storage import Disk


class CountingDisk(Disk):
    """Counts operations and fails at one of them; 0 never fails."""

    def __init__(self, fails_at: int = 0) -> None:
        self.fails_at = fails_at
        self.done: list[str] = []

    def step(self, name: str) -> None:
        self.done.append(name)
        if len(self.done) == self.fails_at:
            raise OSError(28, "No space left on device", "/a/secret/path")

    def write(self, file: BinaryIO, data: bytes | memoryview) -> None:
        self.step("write")
        super().write(file, data)

    def fsync(self, descriptor: int) -> None:
        self.step("fsync")
        super().fsync(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        self.step("rename")
        super().rename(source, target)

    def link(self, source: Path, target: Path) -> None:
        self.step("link")
        super().link(source, target)

    def copy(self, source: BinaryIO, target: BinaryIO) -> None:
        self.step("copy")
        super().copy(source, target)

    def unlink(self, path: Path) -> None:
        self.step("unlink")
        super().unlink(path)

    def mkdir(self, path: Path, mode: int) -> None:
        self.step("mkdir")
        super().mkdir(path, mode)


class NoLinks(CountingDisk):
    """A disk without hard links."""

    def link(self, _source: Path, _target: Path) -> None:
        raise OSError(95, "Operation not supported")


OPERATIONS = ("write", "fsync", "rename", "link", "copy", "unlink", "mkdir")
ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES)


@contextlib.contextmanager
def disk_fails(at: int, error: int) -> Iterator[None]:
    """From the ``at``-th operation on, 1 the first, every one fails with ``error``."""
    counter = itertools.count(1)

    def failing(real: Callable[..., None]) -> Callable[..., None]:
        def operation(*arguments: Any) -> None:
            if next(counter) >= at:
                raise OSError(error, os.strerror(error), "/a/secret/path")
            real(*arguments)

        return operation

    with contextlib.ExitStack() as patches:
        for name in OPERATIONS:
            patched = mock.patch.object(Disk, name, failing(getattr(Disk, name)))
            patches.enter_context(patched)
        yield
