"""A worker process: does what its pool sends until the socket between them ends.

Run as ``python -m hnp_etl.engines.local_worker SOCKET [STDERR]``, both descriptors. A message is
eight bytes of length, then the content: a pickled call, or what came of it. The first message comes
unasked and is empty, once what calls need is imported: what ends a worker before is no call's
fault. Nothing is printed before it either: that it could not start, the pool tells in one line.
"""

import importlib
import os
import pickle
import signal
import socket
import struct
import sys
import threading
from queue import SimpleQueue
from typing import Any

from hnp_etl.bugs import frames_of, write_no_core_files

HEAD = struct.Struct("<Q")
READY = b""

_PRELOADED = ("hnp_etl.reading.read", "hnp_etl.sharding.shard")


def main(descriptor: int, stderr: int | None = None) -> None:
    """Do calls one after the other; ends only with the process."""
    _set_signals()
    write_no_core_files()
    link = socket.socket(fileno=descriptor)
    link.set_inheritable(False)  # a child that held it would hide our end from the pool
    calls: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_receive, args=(link, calls), daemon=True).start()
    for name in _PRELOADED:
        importlib.import_module(name)
    if stderr is not None:
        os.dup2(stderr, 2)
        os.close(stderr)
    reply = READY
    while True:
        _send(link, reply)
        reply = result_of(calls.get())


def result_of(call: bytes) -> bytes:
    """Return the pickled result of a pickled call and None, or its error and the error's frames."""
    try:
        fn, args, kwargs = pickle.loads(call)  # noqa: S301  # our parent wrote it
        return pickle.dumps((fn(*args, **kwargs), None))
    except BaseException as error:  # noqa: BLE001  # whoever waits for the result is to get it
        return _failure(error)


def _failure(error: BaseException) -> bytes:
    told: tuple[Any, str] = (error, frames_of(error))
    try:
        content = pickle.dumps(told)
        pickle.loads(content)  # noqa: S301  # our own: some errors are written but not read again
    except Exception:  # noqa: BLE001  # pickling runs code of the error's class
        name = type(error).__name__
        return pickle.dumps((RuntimeError(f"{name} in a worker, which cannot be sent"), told[1]))
    return content


def _set_signals() -> None:
    """Leave Ctrl-C to the pool; it was held back, with SIGTERM, while this process began."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})


def _receive(link: socket.socket, calls: "SimpleQueue[bytes]") -> None:
    """Take calls off the socket at once, so that the pool can send while this process works."""
    try:
        with link.makefile("rb") as incoming:
            while len(head := incoming.read(HEAD.size)) == HEAD.size:
                calls.put(incoming.read(*HEAD.unpack(head)))
    finally:
        os._exit(1)  # the pool is gone, and with it whoever waits for what is under way


def _send(link: socket.socket, content: bytes) -> None:
    try:
        link.sendall(HEAD.pack(len(content)) + content)
    except OSError:
        os._exit(1)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
