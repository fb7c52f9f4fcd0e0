"""Keeps one decoder child for each thread and asks it; a child that fails is replaced.

A frame is to blame for the death of a child that had no other frame before and died of a fault of
its own. One that others killed, for want of memory say, says nothing: the frame is tried again.
"""

import contextlib
import os
import pickle
import select
import struct
import subprocess
import sys
import threading
import time
import weakref

from hnp_etl.errors import FileError
from hnp_etl.limits import DECODER_FRAMES, LIMITS, Limits
from hnp_etl.pixels.deaths import PAUSES_S, was_killed
from hnp_etl.pixels.decoder_child import OK, Request, child_arguments, lowered_limits
from hnp_shared.errors import StorageError
from hnp_shared.vocabulary import Reason

_PIPE_BYTES = 1 << 20

_START_TRIES = 2
"""One that fails while it starts says little; two in a row do."""

_END_S = 2.0
"""How long the end of a child is waited for that has closed its pipes."""

_START_TIMEOUT_S = 60.0
"""Importing the decoders takes half a second, on a busy machine and a cold disk ten."""


class _Child:
    """A decoder process; it ends when nothing refers to it any more, at the latest at exit."""

    def __init__(self, arguments: list[str]) -> None:
        self.process = subprocess.Popen(  # -P: import nothing from the current folder
            [sys.executable, "-P", "-m", "hnp_etl.pixels.decoder_child", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # native decoders print raw values
        )
        self.arguments = arguments
        self.frames = 0
        self.end = weakref.finalize(self, _end, self.process)

    def serves(self, arguments: list[str]) -> bool:
        """Tell whether it lives, is not worn out, and is bound as it should be."""
        fresh = self.frames < DECODER_FRAMES and self.process.poll() is None
        return fresh and self.arguments == arguments

    def is_killed(self) -> bool:
        """Tell whether somebody else ended it."""
        try:
            code = self.process.wait(_END_S)
        except subprocess.TimeoutExpired:
            return False
        return was_killed(code)


class _Own(threading.local):
    """The child of this thread: a child decodes one frame at a time, and answers who asked."""

    child: _Child | None = None


_OWN = _Own()


def decode_guarded(request: Request, limits: Limits = LIMITS) -> bytes:
    """Return the stored values of a compressed frame, little endian, row by row.

    Raises:
        FileError: DECODE_FAILED; CRASHED when the child died; TIMEOUT when it did not answer.
        StorageError: no child can be started, which says nothing about the frame.
    """
    reply = _reply_to(request, limits)
    if reply[:1] != OK:
        raise FileError(Reason(reply[1:].decode()), "the decoder refused the frame")
    return reply[1:]


def _reply_to(request: Request, limits: Limits) -> bytes:
    for pause_s in PAUSES_S:
        time.sleep(pause_s)
        child = _ready_child(limits)
        child.frames += 1
        try:
            return _ask(child.process, request, limits.decode_timeout_s)
        except FileError as error:
            alone = child.frames == 1
            blamed = error.reason is not Reason.CRASHED or (alone and not child.is_killed())
            stop_child()
            if blamed:
                raise
    raise FileError(Reason.CRASHED, "the decoder was killed again and again, or lacked memory")


def stop_child() -> None:
    """End the child of this thread, if there is one."""
    child, _OWN.child = _OWN.child, None
    if child is not None:
        child.end()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()


def _ready_child(limits: Limits) -> _Child:
    arguments = child_arguments(limits)
    if _OWN.child is not None and not _OWN.child.serves(arguments):
        stop_child()
    if _OWN.child is None:
        _OWN.child = _start_child(arguments)
    return _OWN.child


def _start_child(arguments: list[str]) -> _Child:
    failed = 0
    for pause_s in PAUSES_S:
        time.sleep(pause_s)
        try:
            child = _Child(arguments)
            if _reply(child.process, time.monotonic() + _START_TIMEOUT_S) == OK:
                return child
        except FileError:
            failed += not child.is_killed()
        except OSError as error:
            raise StorageError.of("the decoder process", error) from error
        if failed == _START_TRIES:
            break
    lowered = " and ".join(lowered_limits(arguments))
    found = f"; found {lowered}" if lowered else ""
    raise StorageError("the decoder process", f"it ended before it could decode{found}")


def _ask(process: subprocess.Popen[bytes], request: Request, timeout_s: float) -> bytes:
    if process.stdin is None:
        raise FileError(Reason.CRASHED, "the decoder has no pipes")
    deadline = time.monotonic() + timeout_s
    try:
        content = pickle.dumps(request)
        _write(process.stdin.fileno(), struct.pack("<I", len(content)) + content, deadline)
        return _reply(process, deadline)
    except BrokenPipeError as error:
        raise FileError(Reason.CRASHED, "the decoder died") from error


def _reply(process: subprocess.Popen[bytes], deadline: float) -> bytes:
    if process.stdout is None:
        raise FileError(Reason.CRASHED, "the decoder has no pipes")
    descriptor = process.stdout.fileno()
    (length,) = struct.unpack("<I", _read(descriptor, 4, deadline))
    return _read(descriptor, length, deadline)


def _write(descriptor: int, content: bytes, deadline: float) -> None:
    rest = memoryview(content)
    os.set_blocking(descriptor, False)  # a child that reads nothing must not hold us up
    while rest:
        _await(descriptor, select.POLLOUT, deadline)
        rest = rest[os.write(descriptor, rest[:_PIPE_BYTES]) :]


def _await(descriptor: int, event: int, deadline: float) -> None:
    remaining_ms = 1000 * (deadline - time.monotonic())
    waiting = select.poll()  # select(2) knows no descriptor above 1023
    waiting.register(descriptor, event)
    if remaining_ms <= 0 or not waiting.poll(remaining_ms):
        raise FileError(Reason.TIMEOUT, "the decoder did not answer in time")


def _read(descriptor: int, count: int, deadline: float) -> bytes:
    parts: list[bytes] = []
    while count:
        _await(descriptor, select.POLLIN, deadline)
        part = os.read(descriptor, min(count, _PIPE_BYTES))
        if not part:
            raise FileError(Reason.CRASHED, "the decoder died")
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
