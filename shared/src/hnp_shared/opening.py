"""The one door through which files are opened for reading.

A FIFO in the place of a file makes its reader wait for ever, and a device feeds it without end.
What is opened here is a regular file, so that it has an end.
"""

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path

from hnp_shared.errors import InputError

_WITHOUT_WAITING = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
"""Opening a FIFO waits for a writer unless told not to (open(2)); regular files do not care."""


def open_regular(path: Path | bytes, *, role: str, follow: bool = True) -> BufferedReader:
    """Open a regular file for reading.

    Args:
        path: bytes where names need not be text.
        role: what the file is for, for the message.
        follow: False refuses a link in the place of the file (ELOOP).

    Raises:
        InputError: it is a FIFO or a device.
        OSError: it is a folder, or could not be opened.
    """
    descriptor = os.open(path, _WITHOUT_WAITING | (0 if follow else os.O_NOFOLLOW))
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        raise InputError(f"{role} is no regular file, expected one")
    return open(descriptor, "rb")  # noqa: PTH123  # Path opens no descriptor


def read_regular(path: Path, *, role: str, most_bytes: int = -1) -> bytes:
    """Return the content of a regular file, at most so many bytes of it.

    Raises:
        InputError: it is a FIFO or a device.
        OSError: it is a folder, or could not be read.
    """
    with open_regular(path, role=role) as file:
        return file.read(most_bytes)
