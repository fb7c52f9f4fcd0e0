"""What killed commands left in the making, in folders that are not ours alone: swept by the next.

Who writes a file holds a lock on it (flock), which ends with the process: one that can be locked
has no writer any more.
"""

import contextlib
import fcntl
import os
import stat
import time
from pathlib import Path

from hnp_shared.storage import TEMPORARY_NAME

_YOUNG_S = 2.0
"""A file made more recently may not have been locked yet."""


def sweep_leftovers(folder: Path) -> None:
    """Remove files in the making that nobody writes any more; what cannot be removed stays."""
    with contextlib.suppress(OSError):
        for entry in sorted(os.scandir(folder), key=lambda each: each.name):
            if TEMPORARY_NAME.fullmatch(entry.name):
                with contextlib.suppress(OSError):
                    _remove_unwritten(folder / entry.name)


def _remove_unwritten(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        found = os.fstat(descriptor)
        ours = stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid()
        if ours and abs(time.time() - found.st_mtime) > _YOUNG_S:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # BlockingIOError: it is written
            path.unlink()
    finally:
        os.close(descriptor)
