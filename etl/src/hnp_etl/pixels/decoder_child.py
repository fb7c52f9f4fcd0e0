"""The decoder child: native decoders behind a pipe, bounded in memory and time.

Run as ``python -m hnp_etl.pixels.decoder_child``. Requests and replies are frames on standard input
and output: four bytes of length, then the content. A request is a pickled `Request` from its own
parent; a reply is one status byte and the array's bytes, or a reason word. The first reply comes
unasked, once decoders are loaded: what ends a child before it can decode is no frame's fault.
"""

import ctypes
import mmap
import os
import pickle
import resource
import signal
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from hnp_etl.errors import FileError
from hnp_etl.limits import Limits
from hnp_etl.pixels.transform import PixelRule, Stored

Decompress = Callable[[bytes, str, PixelRule], Stored]

OK, REFUSED = b"+", b"-"
_CPU_GRACE_S = 1  # at the soft limit SIGXCPU tells why; at the hard one it is a kill like any other
_PR_SET_PDEATHSIG = 1  # prctl(2): sent when the thread that started the child ends

_ROOM_TO_DECODE_BYTES = 256 * 2**20
"""Address space for a frame of 4096 x 4096 pixels: compressed, decoded, and as it is sent."""


@dataclass(frozen=True, slots=True)
class Request:
    """One frame to decompress."""

    frame: bytes
    syntax: str
    rule: PixelRule


def main() -> None:
    """Answer requests until the pipe closes."""
    requests, replies = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a decoder that prints must not write into the reply
    limit_self(*map(int, sys.argv[1:]))
    from hnp_etl.pixels import codec  # noqa: PLC0415  # slow, and the parent never decodes

    mmap.mmap(-1, _ROOM_TO_DECODE_BYTES).close()
    write_message(replies, OK)
    while (content := read_message(requests)) is not None:
        request: Request = pickle.loads(content)  # noqa: S301  # our parent wrote it
        write_message(replies, _answer(request, codec.decompress))


def child_arguments(limits: Limits) -> list[str]:
    """Return the arguments that bind a child: CPU seconds, and bytes of address space."""
    return [str(limits.decode_cpu_s), str(limits.decode_memory_bytes)]


def lowered_limits(arguments: list[str]) -> list[str]:
    """Return which limits of this process are below those of `child_arguments`, in words."""
    cpu_s, memory_bytes = map(int, arguments)
    told = []
    if (bound := _bound(resource.RLIMIT_AS, memory_bytes)) < memory_bytes:
        mib = f"{bound >> 20:,} MiB of address space"
        told.append(f"a limit of {mib} (ulimit -v), expected {memory_bytes >> 20:,} or none")
    if (bound := _bound(resource.RLIMIT_CPU, cpu_s)) < cpu_s:
        told.append(f"a limit of {bound} CPU seconds (ulimit -t), expected {cpu_s} or none")
    return told


def limit_self(cpu_s: int, memory_bytes: int) -> None:
    """Bound memory, time and core files of this process, and tie its life to the parent's."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _lower(resource.RLIMIT_CPU, cpu_s, grace=_CPU_GRACE_S)
    if sys.platform == "linux":  # elsewhere address space cannot be limited, or not usefully
        _lower(resource.RLIMIT_AS, memory_bytes)
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _lower(limit: int, value: int, *, grace: int = 0) -> None:
    """Set a limit; what is told of it by a signal comes ``grace`` before the kill."""
    bound = _bound(limit, value)
    most = _bound(limit, bound + grace)
    resource.setrlimit(limit, (max(1, min(bound, most - grace)), most))


def _bound(limit: int, value: int) -> int:
    """Return what may be set: whoever started us may have bound us closer (getrlimit(2))."""
    _, hard = resource.getrlimit(limit)
    return value if hard == resource.RLIM_INFINITY else min(value, hard)


def read_message(pipe: IO[bytes]) -> bytes | None:
    """Return the next message, None at the end of the pipe."""
    head = pipe.read(4)
    if len(head) < 4:
        return None
    (length,) = struct.unpack("<I", head)
    content = pipe.read(length)
    return content if len(content) == length else None


def write_message(pipe: IO[bytes], content: bytes) -> None:
    """Write one message."""
    pipe.write(struct.pack("<I", len(content)))
    pipe.write(content)
    pipe.flush()


def _answer(request: Request, decompress: Decompress) -> bytes:
    try:
        values = decompress(request.frame, request.syntax, request.rule)
    except FileError as error:
        return REFUSED + error.reason.encode()
    return OK + values.astype(values.dtype.newbyteorder("<"), copy=False).tobytes()


if __name__ == "__main__":
    main()
