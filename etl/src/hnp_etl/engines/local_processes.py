"""A pool of processes on this machine that outlives the death of any, and leaves none behind."""

import contextlib
import pickle
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from typing import ParamSpec, TypeVar

from hnp_etl.engines.local_crew import Crew, begin_crew

P = ParamSpec("P")
R = TypeVar("R")


class LocalProcesses(Executor):
    """A pool of local processes, each of which is replaced when it dies.

    Workers ignore Ctrl-C, which is the parent's to handle, and end when their parent does. What
    they are given are functions of modules: they know nothing of the parent's main program.

    Args:
        workers: processes.
        sparing: callers may do little work themselves as long as no worker was started.
    """

    def __init__(self, workers: int, *, sparing: bool = False) -> None:
        self._workers = workers
        self._sparing = sparing
        self._lock = threading.Lock()
        self._crew: Crew | None = None
        self._closed = False

    @property
    def spares(self) -> bool:
        """Whether no worker was started, and none need be for little work."""
        with self._lock:
            return self._sparing and self._crew is None

    def get_ready(self) -> None:
        """Start the workers, and do not wait until they have imported what they need.

        Raises:
            StorageError: they cannot be started.
        """
        with _signals_held():
            self._begun()

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Hand ``fn`` to a worker.

        Raises:
            StorageError: workers cannot be started, or died before they could work.
            RuntimeError: the pool was shut down.
        """
        call = pickle.dumps((fn, args, kwargs))
        future: Future[R] = Future()
        with _signals_held():
            self._begun().inbox.put(future, call)
        return future

    def shutdown(
        self, wait: bool = True, *, cancel_futures: bool = False
    ) -> None:  # as in Executor
        """End the workers once all is done that was submitted, or all that is under way."""
        crew = self._last_crew()
        if crew is not None:
            crew.inbox.close(cancel=cancel_futures)
            if wait:
                crew.join()

    def stop(self) -> None:
        """End the workers soon: after what they are at, or without it when that takes long."""
        crew = self._last_crew()
        if crew is not None:
            crew.stop()

    def _begun(self) -> Crew:
        with self._lock:
            if self._closed:
                raise RuntimeError("cannot schedule new futures after shutdown")
            if self._crew is None:
                self._crew = begin_crew(self._workers)
            return self._crew

    def _last_crew(self) -> Crew | None:
        with self._lock:
            self._closed = True
            return self._crew


@contextlib.contextmanager
def _signals_held() -> Iterator[None]:
    """Hold Ctrl-C and SIGTERM back; processes begun in the block see neither until they are ready.

    A terminal sends Ctrl-C to workers too, and one that still imports would print a traceback. A
    thread begun in the block never sees them, nor do processes that it begins.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
