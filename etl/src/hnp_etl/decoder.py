"""Keeps one decoder child for this process and asks it; a child that fails is replaced."""

import atexit
import contextlib
import os
import pickle
import select
import struct
import subprocess
import sys
import time
from dataclasses import dataclass

from hnp_etl.decoder_child import OK, Request, child_arguments
from hnp_etl.errors import FileError
from hnp_etl.limits import DECODER_FRAMES, LIMITS, Limits
from hnp_shared.vocabulary import Reason

_PIPE_BYTES = 1 << 20


@dataclass(slots=True)
class _Child:
    process: subprocess.Popen[bytes]
    arguments: list[str]
    frames: int = 0

    def serves(self, arguments: list[str]) -> bool:
        """Tell whether it lives, is not worn out, and is bound as it should be."""
        fresh = self.frames < DECODER_FRAMES and self.process.poll() is None
        return fresh and self.arguments == arguments


_children: list[_Child] = []  # none or one; a process decodes one frame at a time


def decode_guarded(request: Request, limits: Limits = LIMITS) -> bytes:
    """Return the stored values of a compressed frame, little endian, row by row.

    Raises:
        FileError: DECODE_FAILED; CRASHED when the child died; TIMEOUT when it did not answer.
    """
    child = _ready_child(limits)
    child.frames += 1
    try:
        reply = _ask(child.process, request, limits.decode_timeout_s)
    except FileError:
        stop_child()
        raise
    if reply[:1] != OK:
        raise FileError(Reason(reply[1:].decode()), "the decoder refused the frame")
    return reply[1:]


def stop_child() -> None:
    """End the child of this process, if there is one."""
    while _children:
        process = _children.pop().process
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()


def _ready_child(limits: Limits) -> _Child:
    arguments = child_arguments(limits)
    if _children and not _children[0].serves(arguments):
        stop_child()
    if not _children:
        process = subprocess.Popen(  # -P: import nothing from the current folder
            [sys.executable, "-P", "-m", "hnp_etl.decoder_child", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # native decoders print raw values
        )
        _children.append(_Child(process, arguments))
        atexit.register(stop_child)
    return _children[0]


def _ask(process: subprocess.Popen[bytes], request: Request, timeout_s: float) -> bytes:
    if process.stdin is None or process.stdout is None:
        raise FileError(Reason.CRASHED, "the decoder has no pipes")
    deadline = time.monotonic() + timeout_s
    try:
        content = pickle.dumps(request)
        _write(process.stdin.fileno(), struct.pack("<I", len(content)) + content, deadline)
        descriptor = process.stdout.fileno()
        (length,) = struct.unpack("<I", _read(descriptor, 4, deadline))
        return _read(descriptor, length, deadline)
    except BrokenPipeError as error:
        raise FileError(Reason.CRASHED, "the decoder died") from error


def _write(descriptor: int, content: bytes, deadline: float) -> None:
    rest = memoryview(content)
    os.set_blocking(descriptor, False)  # a child that reads nothing must not hold us up
    while rest:
        _await([], [descriptor], deadline)
        rest = rest[os.write(descriptor, rest[:_PIPE_BYTES]) :]


def _await(reading: list[int], writing: list[int], deadline: float) -> None:
    remaining = deadline - time.monotonic()
    if remaining <= 0 or not any(select.select(reading, writing, [], remaining)):
        raise FileError(Reason.TIMEOUT, "the decoder did not answer in time")


def _read(descriptor: int, count: int, deadline: float) -> bytes:
    parts: list[bytes] = []
    while count:
        _await([descriptor], [], deadline)
        part = os.read(descriptor, min(count, _PIPE_BYTES))
        if not part:
            raise FileError(Reason.CRASHED, "the decoder died")
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
