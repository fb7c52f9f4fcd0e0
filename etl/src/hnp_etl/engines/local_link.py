"""A worker process as its pool sees it; nothing here waits for it, except for its end."""

import contextlib
import os
import select
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

from hnp_etl.engines.local_worker import HEAD

_PART_BYTES = 1 << 18
"""What the socket holds at most, unless the system was told otherwise."""

_START_TIMEOUT_S = 60.0
"""Importing takes half a second, on a busy machine and a cold disk ten."""

_SHORT_S = 0.1
"""A worker gets its next call before it is done with a shorter one, so that it need not wait."""


class Link:
    """A worker process and our end of its socket, which no other process holds.

    Attributes:
        tries: how many before it, in a row, were killed before they could work.
        is_ready: it can work.
        has_left: its end of the socket is closed.
        futures: of the calls it has, in the order it does them.
        death: a descriptor that is readable once the process ended; None where there is no such.
    """

    def __init__(self, tries: int = 0) -> None:
        self.tries = tries
        self.is_ready = self.has_left = False
        self.futures: deque[Future[Any]] = deque()
        self.socket, theirs = socket.socketpair()
        with theirs, contextlib.ExitStack() as undo:
            undo.enter_context(self.socket)
            self.process = _start(theirs.fileno())
            undo.pop_all()
        self.socket.setblocking(False)
        self.death = _death(self.process.pid)
        self._incoming, self._outgoing = bytearray(), bytearray()
        self._began_s, self._last_s = time.monotonic(), 0.0

    @property
    def is_late(self) -> bool:
        """Whether it had time enough to begin, and did not."""
        return not self.is_ready and time.monotonic() > self._began_s + _START_TIMEOUT_S

    @property
    def has_room(self) -> bool:
        """Whether it may get one more call: long ones are left to who is free first."""
        most = 2 if self._last_s < _SHORT_S else 1
        return self.is_ready and not self.has_left and len(self.futures) < most

    @property
    def has_unsent(self) -> bool:
        """Whether something waits for it to read on."""
        return bool(self._outgoing)

    def give(self, future: Future[Any], call: bytes) -> None:
        """Note a call to be sent."""
        if not self.futures:
            self._began_s = time.monotonic()
        self.futures.append(future)
        self._outgoing += HEAD.pack(len(call)) + call

    def send(self) -> None:
        """Send what it takes at once; that it is gone is told by its end."""
        try:
            while self._outgoing:
                sent = self.socket.send(self._outgoing)
                del self._outgoing[:sent]
        except BlockingIOError:
            return
        except OSError:
            self._outgoing.clear()

    def receive(self) -> list[bytes]:
        """Take some of what lies ready; return the messages that are whole by now."""
        self._take()
        return list(self._messages())

    def receive_rest(self) -> list[bytes]:
        """Take all that it left; return the messages that are whole. Called once it ended."""
        while self._take():
            pass
        return list(self._messages())

    def finished(self) -> Future[Any]:
        """Return the future of the call whose result came, and take the time it took."""
        now_s = time.monotonic()
        self._began_s, self._last_s = now_s, now_s - self._began_s
        return self.futures.popleft()

    def close(self) -> None:
        """Close our end, at which the process ends at once."""
        self.socket.close()

    def ends_until(self, deadline_s: float) -> bool:
        """Wait for the end of the process, and tell whether it came in time."""
        left_s = max(0.0, deadline_s - time.monotonic())
        if self.death is not None:
            waiting = select.poll()  # Popen.wait sleeps, up to 50 ms at a time
            waiting.register(self.death, select.POLLIN)
            waiting.poll(1000 * left_s)
            return self.process.poll() is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(left_s)
        return self.process.returncode is not None

    def forget(self) -> None:
        """Let go of what is left of it, once it ended."""
        if self.death is not None:
            os.close(self.death)
            self.death = None

    def _take(self) -> bool:
        """Receive one part; tell whether there was one."""
        try:
            part = self.socket.recv(_PART_BYTES)
        except BlockingIOError:
            return False
        except OSError:
            part = b""
        self.has_left = not part
        self._incoming += part
        return bool(part)

    def _messages(self) -> Iterator[bytes]:
        while len(self._incoming) >= HEAD.size:
            end = HEAD.size + HEAD.unpack_from(self._incoming)[0]
            if len(self._incoming) < end:
                return
            with memoryview(self._incoming) as incoming:
                message = bytes(incoming[HEAD.size : end])
            del self._incoming[:end]
            yield message


def _start(descriptor: int) -> "subprocess.Popen[bytes]":
    """Start a worker that finds what we find, and prints nothing until it can work."""
    paths = os.pathsep.join(filter(None, sys.path))  # an empty one is the current folder
    passed = [descriptor]
    with contextlib.ExitStack() as ours:
        if sys.__stderr__ is not None:  # a program may be started without one
            passed.append(os.dup(2))
            ours.callback(os.close, passed[1])
        return subprocess.Popen(  # -P: import nothing from the current folder
            [sys.executable, "-P", "-m", "hnp_etl.engines.local_worker", *map(str, passed)],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=passed,
            env={**os.environ, "PYTHONPATH": paths},
        )


def _death(process: int) -> int | None:
    """Return a descriptor that tells of the end of a child, None where the system has none."""
    if sys.platform != "linux":
        return None
    try:
        return os.pidfd_open(process)
    except OSError:  # an old kernel, or one that a sandbox hides
        return None
