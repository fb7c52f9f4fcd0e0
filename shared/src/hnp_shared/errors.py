"""Everything the two programs raise on purpose, with the exit code each one ends in.

HnpError
├── InputError     65  what was given cannot be used: a data set, a recipe, a key, a split
├── OutputError    73  the output place is in use or holds something else
├── StorageError   74  a read or a write failed on the way
├── GateError       3  the work is done, but a limit the user stated was passed
└── StoppedError   75  a signal stopped the work; the same command goes on

Wrong use of a command line (2) is click's own UsageError.
"""

import errno
import os


class HnpError(Exception):
    """Base of all errors a command turns into one line and an exit code."""

    exit_code = 1


class InputError(HnpError):
    """The input is unusable; the message says what was found and what was expected."""

    exit_code = 65


class OutputError(HnpError):
    """The output place is in use or holds something else."""

    exit_code = 73


class StorageError(HnpError):
    """A read or write failed.

    Attributes:
        role: what the file is for ("the shard"), never where it lies.
    """

    exit_code = 74

    def __init__(self, role: str, reason: str) -> None:
        super().__init__(role, reason)  # same arguments: the error must survive pickling
        self.role = role
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.role}: {self.reason}"

    @classmethod
    def of(cls, role: str, error: OSError) -> "StorageError":
        """Return the error for ``role``; the system's text names the cause, not the path."""
        code = error.errno if error.errno is not None else errno.EIO
        return cls(role, f"{os.strerror(code)} ({errno.errorcode.get(code, code)})")


class GateError(HnpError):
    """The work is done, but a limit that the user stated was passed."""

    exit_code = 3


class StoppedError(HnpError):
    """A signal stopped the work; running the same command again goes on from there."""

    exit_code = 75
