"""Calls that wait for a worker: put by who wants them done, taken by who hands them out."""

import contextlib
import socket
import threading
from collections import deque
from concurrent.futures import Future
from typing import Any


class Inbox:
    """A queue whose reader sleeps on a socket, so that it can wait for other things too.

    Attributes:
        bell: readable when there is something new: a call, or the end of calls.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: deque[tuple[Future[Any], bytes]] = deque()
        self._closed = False
        self._failure: Exception | None = None
        self.bell, self._cord = socket.socketpair()
        self.bell.setblocking(False)
        self._cord.setblocking(False)

    def put(self, future: Future[Any], call: bytes) -> None:
        """Let a call wait.

        Raises:
            RuntimeError: the inbox is closed.
            Exception: what the inbox failed of.
        """
        with self._lock:
            if self._failure is not None:
                raise self._failure
            if self._closed:
                raise RuntimeError("cannot schedule new futures after shutdown")
            self._calls.append((future, call))
        self._ring()

    def take(self) -> tuple[Future[Any], bytes] | None:
        """Return the next call that was not cancelled, which then cannot be any more."""
        with self._lock:
            while self._calls:
                future, call = self._calls.popleft()
                if future.set_running_or_notify_cancel():
                    return future, call
        return None

    def may_have_calls(self) -> bool:
        """Tell whether calls wait, or may still come."""
        with self._lock:
            return bool(self._calls) or not self._closed

    def close(self, *, cancel: bool) -> None:
        """Take no more calls, and forget those that wait if asked."""
        with self._lock:
            self._closed = True
            waiting = list(self._calls) if cancel else []
            if cancel:
                self._calls.clear()
        for future, _ in waiting:
            if future.cancel():
                future.set_running_or_notify_cancel()  # or who waits for it is not told
        self._ring()

    def fail(self, error: Exception) -> None:
        """Let all calls end in an error, those that wait and those that come."""
        with self._lock:
            self._closed, self._failure = True, error
            waiting = list(self._calls)
            self._calls.clear()
        for future, _ in waiting:
            if future.set_running_or_notify_cancel():
                future.set_exception(error)

    def hush(self) -> None:
        """Let the bell be silent until something new comes."""
        with contextlib.suppress(BlockingIOError):
            while self.bell.recv(4096):
                pass

    def dispose(self) -> None:
        """Close the bell; nobody takes calls any more."""
        with self._lock:
            self.bell.close()
            self._cord.close()

    def _ring(self) -> None:
        with self._lock, contextlib.suppress(OSError):  # full: it rings; closed: nobody listens
            self._cord.send(b"!")
