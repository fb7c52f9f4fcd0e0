"""Opens a regular file and nothing else: a pipe would wait for ever, a link leads elsewhere."""

import errno
import os
import stat
from typing import BinaryIO


def open_plain(raw: bytes) -> BinaryIO:
    """Return a regular file, opened for reading.

    Args:
        raw: bytes of its path on the disk.

    Raises:
        OSError: it is no regular file, or cannot be opened.
    """
    descriptor = os.open(raw, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    return os.fdopen(descriptor, "rb")
