"""Makes every disk of this process fail, as a command meets it that nobody hands another disk."""

import contextlib
import errno
import itertools
import os
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

from hnp_shared.storage import Disk

OPERATIONS = ("write", "fsync", "rename", "link", "unlink", "mkdir")
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
