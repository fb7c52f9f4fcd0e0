"""The decoder child: native decoders behind a pipe, bounded in memory and time.

Run as ``python -m hnp_etl.decoder_child``. Requests and replies are frames on standard input and
output: four bytes of length, then the content. A request is a pickled `Request` from its own
parent; a reply is one status byte and the array's bytes, or a reason word.
"""

import ctypes
import os
import pickle
import resource
import signal
import struct
import sys
from dataclasses import dataclass
from typing import IO

from hnp_etl.errors import FileError
from hnp_etl.limits import Limits
from hnp_etl.pixels import PixelRule

OK, REFUSED = b"+", b"-"
_PR_SET_PDEATHSIG = 1  # prctl(2)


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
    while (content := read_message(requests)) is not None:
        request: Request = pickle.loads(content)  # noqa: S301  # our parent wrote it
        write_message(replies, _answer(request))


def child_arguments(limits: Limits) -> list[str]:
    """Return the arguments that bind a child: CPU seconds, and bytes of address space."""
    return [str(limits.decode_cpu_s), str(limits.decode_memory_bytes)]


def limit_self(cpu_s: int, memory_bytes: int) -> None:
    """Bound memory, time and core files of this process, and tie its life to the parent's."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
    if sys.platform == "linux":  # elsewhere address space cannot be limited, or not usefully
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


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


def _answer(request: Request) -> bytes:
    from hnp_etl.codec import decompress  # noqa: PLC0415  # slow, and the parent never decodes

    try:
        values = decompress(request.frame, request.syntax, request.rule)
    except FileError as error:
        return REFUSED + error.reason.encode()
    return OK + values.astype(values.dtype.newbyteorder("<"), copy=False).tobytes()


if __name__ == "__main__":
    main()
