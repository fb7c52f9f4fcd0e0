"""The process of either program: how it is stopped, and what becomes of output that nobody takes.

Little is imported here, for this is what guards the import of everything else.
"""

import contextlib
import io
import os
import signal
import sys

from hnp_shared.errors import StoppedError, StorageError
from hnp_shared.telling import Escaping

TYPE_CHECKING = False  # that of `typing`, which takes longer to import than a program may wait
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType
    from typing import TextIO

    from _typeshed import ReadableBuffer

STOPS = (signal.SIGINT, signal.SIGTERM)
"""Ctrl-C, and what a system sends that shuts down."""

_NOTES = 2  # the descriptor of stderr


def begin() -> None:
    """Let a stop from now on be one line, and a lost output be told by the exit code alone."""
    for number in STOPS:
        signal.signal(number, _leave)
    sys.stdout = _guarded(sys.stdout, sys.__stdout__, _Output)
    sys.stderr = _guarded(sys.stderr, sys.__stderr__, _Notes)


@contextlib.contextmanager
def held() -> "Iterator[None]":
    """Let a stop wait for the end of the block: what C calls back into must not raise."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def stopped_line(number: int, resume: str) -> str:
    """Return what the user is told."""
    return f"error: stopped by {signal.Signals(number).name}; {resume}\n"


def _leave(number: int, _frame: "FrameType | None") -> None:
    """End at once: outside the work of a command there is nothing to clear up.

    An error raised from here could come up in the middle of an import, which some libraries catch,
    or in a finalizer, where nobody does.
    """
    try:
        os.write(_NOTES, stopped_line(number, "run the same command again").encode())
    finally:
        os._exit(StoppedError.exit_code)


class _Output(io.FileIO):
    """Where results go. A reader who has left wanted no more of them: that is no failure."""

    def write(self, data: "ReadableBuffer", /) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            _forget(self)
            sys.exit(0)
        except OSError as error:
            _forget(self)
            raise StorageError.of("the standard output", error) from error


class _Notes(io.FileIO):
    """Where progress, warnings and errors go; the work goes on when nobody can read them."""

    def write(self, data: "ReadableBuffer", /) -> int:
        try:
            return super().write(data)
        except OSError:
            _forget(self)
            return super().write(data)


def _forget(output: io.FileIO) -> None:
    """Let what is still to come go nowhere: Python flushes once more at exit and would complain."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, output.fileno())
    os.close(nowhere)


def _guarded(now: "TextIO", first: "TextIO | None", kind: type[_Output] | type[_Notes]) -> "TextIO":
    """Return a stream over the same descriptor; as it is when it is none of the process's own."""
    if first is None or now is not first:  # closed, or somebody else's already
        return now
    return Escaping(
        io.BufferedWriter(kind(now.fileno(), "wb", closefd=False)),
        encoding=now.encoding,
        errors=now.errors,
        line_buffering=bool(now.line_buffering),
    )
