"""Worker processes that are kept alive and busy by one thread, whatever becomes of each.

A worker has a socket of its own, and its death a descriptor: one that is killed in the middle of a
message, or suspended, holds up nobody else. A death costs the calls that the worker had.
"""

import math
import pickle
import selectors
import socket
import threading
import time
from concurrent.futures import BrokenExecutor, Future
from selectors import EVENT_READ, EVENT_WRITE
from typing import Any

from hnp_etl.engines.local_inbox import Inbox
from hnp_etl.engines.local_link import Link
from hnp_etl.pixels.deaths import was_killed
from hnp_shared.errors import StorageError

_ROLE = "a worker process"

_START_TRIES = 3
"""One killed while it starts, for want of memory, says little; so many in a row do."""

_GRACE_S = 5.0
"""How long a stop waits for work under way: a shard takes about a second."""

_KILLED_S = 2.0
"""How long a killed process is waited for; one that waits for a dead disk takes longer."""

_POLL_S = 0.05
_LOOK_S = 1.0


class WorkerDiedError(BrokenExecutor):
    """The process that had the call ended before it told a result.

    Attributes:
        killed: somebody else ended it.
    """

    def __init__(self, what: str, *, killed: bool = False) -> None:
        super().__init__(what)
        self.killed = killed


def begin_crew(workers: int) -> "Crew":
    """Start so many workers and the thread that keeps them.

    Raises:
        StorageError: the system has no process, thread or descriptor left for them.
    """
    try:
        crew = Crew(workers)
    except OSError as error:
        raise StorageError.of(_ROLE, error) from error
    crew.start()
    return crew


class Crew(threading.Thread):
    """So many worker processes, and the thread that keeps them.

    Attributes:
        inbox: where calls are put.
    """

    def __init__(self, workers: int) -> None:
        super().__init__(name="hnp-etl workers", daemon=True)
        self.inbox = Inbox()
        self._workers = workers
        self._links: set[Link] = set()
        self._stop_s = math.inf
        self._selector = selectors.DefaultSelector()
        self._selector.register(self.inbox.bell, EVENT_READ)

    def start(self) -> None:
        """Start the workers, and the thread; see `begin_crew`."""
        try:
            for _ in range(self._workers):
                self._start_worker()
            super().start()
        except (StorageError, RuntimeError) as error:
            self._end(error)
            if isinstance(error, StorageError):
                raise
            raise StorageError(_ROLE, "no thread can be started to keep it") from error

    def stop(self) -> None:
        """End soon: what waits is cancelled, and what is under way has a moment to end."""
        self._stop_s = time.monotonic() + _GRACE_S
        self.inbox.close(cancel=True)
        self.join(_GRACE_S + _KILLED_S + 1)

    def run(self) -> None:
        """Hand out calls and note results until no more can come."""
        failure: Exception | None = None
        try:
            while self._is_needed():
                self._step()
        except Exception as error:  # noqa: BLE001  # whatever it is, nobody may wait for ever
            failure = error
        self._end(failure)

    def _is_needed(self) -> bool:
        busy = self.inbox.may_have_calls() or any(link.futures for link in self._links)
        return busy and time.monotonic() < self._stop_s

    def _step(self) -> None:
        self._hand_out()
        for key, events in self._selector.select(self._patience_s()):
            self._attend(key, events)
        for link in [link for link in self._links if link.death is None]:
            if link.process.poll() is not None:
                self._replace(link)
        if any(link.is_late for link in self._links):
            raise StorageError(_ROLE, "it did not begin to work in time")

    def _patience_s(self) -> float | None:
        """Return how long nothing need be looked at unasked."""
        waits_s = [self._stop_s - time.monotonic()]
        waits_s += [_POLL_S for link in self._links if link.death is None]
        waits_s += [_LOOK_S for link in self._links if not link.is_ready]
        return None if min(waits_s) == math.inf else max(0.0, min(waits_s))

    def _hand_out(self) -> None:
        while free := [link for link in self._links if link.has_room]:
            if (taken := self.inbox.take()) is None:
                return
            link = min(free, key=lambda each: len(each.futures))
            link.give(*taken)
            self._send(link)

    def _attend(self, key: selectors.SelectorKey, events: int) -> None:
        link: Link | None = key.data
        if link is None:
            self.inbox.hush()
        elif link not in self._links:
            return  # its death was told a moment ago
        elif key.fd == link.death and link.process.poll() is not None:
            self._replace(link)
        else:
            if events & EVENT_WRITE:
                self._send(link)
            if events & EVENT_READ:
                self._receive(link)

    def _send(self, link: Link) -> None:
        link.send()
        wanted = EVENT_READ | EVENT_WRITE if link.has_unsent else EVENT_READ
        if self._selector.get_key(link.socket).events != wanted:
            self._selector.modify(link.socket, wanted, link)

    def _receive(self, link: Link) -> None:
        _note(link, link.receive())
        if link.has_left:
            self._unwatch(link.socket)
            link.process.kill()  # should it live, it is of no more use

    def _replace(self, link: Link) -> None:
        """Settle what a worker that ended leaves behind, and start another one."""
        _note(link, link.receive_rest())
        code = link.process.returncode
        died = WorkerDiedError("a worker process ended while it worked", killed=was_killed(code))
        self._let_go(link, died)
        link.forget()
        if not link.is_ready and (code >= 0 or link.tries >= _START_TRIES):
            raise StorageError(_ROLE, f"it ended before it could work ({_how(code)})")
        if self._stop_s == math.inf and self.inbox.may_have_calls():
            self._start_worker(0 if link.is_ready else link.tries + 1)

    def _start_worker(self, tries: int = 0) -> None:
        try:
            link = Link(tries)
            self._links.add(link)
            self._selector.register(link.socket, EVENT_READ, link)
            if link.death is not None:
                self._selector.register(link.death, EVENT_READ, link)
        except OSError as error:
            raise StorageError.of(_ROLE, error) from error

    def _let_go(self, link: Link, error: Exception) -> None:
        self._links.discard(link)
        for future in link.futures:
            future.set_exception(error)
        self._unwatch(link.socket)
        self._unwatch(link.death)
        link.close()

    def _unwatch(self, watched: socket.socket | int | None) -> None:
        if watched is not None and watched in self._selector.get_map():
            self._selector.unregister(watched)

    def _end(self, failure: Exception | None) -> None:
        if failure is not None:
            self.inbox.fail(failure)
        links = list(self._links)
        for link in links:
            self._let_go(link, failure or WorkerDiedError("the pool was stopped"))
        now_s = time.monotonic()
        _end_processes(links, min(self._stop_s, now_s if failure else now_s + _GRACE_S))
        self._selector.close()
        self.inbox.dispose()


def _note(link: Link, messages: list[bytes]) -> None:
    """Settle the futures whose results came."""
    for message in messages:
        if link.is_ready:
            _settle(link.finished(), message)
        link.is_ready = True


def _settle(future: Future[Any], message: bytes) -> None:
    try:
        found, frames = pickle.loads(message)  # noqa: S301  # our own worker wrote it
    except Exception as error:  # noqa: BLE001  # unpickling runs code of the result's classes
        future.set_exception(error)
        return
    if frames is None:
        future.set_result(found)
    else:
        vars(found)["worker_frames"] = frames  # a class may refuse to have attributes set
        future.set_exception(found)


def _how(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"killed by signal {-code}"


def _end_processes(links: list[Link], deadline_s: float) -> None:
    """Wait for processes whose sockets are closed, and kill those that do not end in time."""
    for link in links:
        if not link.ends_until(deadline_s):
            link.process.kill()
    killed_s = time.monotonic() + _KILLED_S
    for link in links:
        link.ends_until(killed_s)
        link.forget()
