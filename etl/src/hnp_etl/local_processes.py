"""A pool of processes on this machine that outlives the death of one and ends with its parent."""

import contextlib
import multiprocessing
import multiprocessing.connection
import multiprocessing.forkserver
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from typing import ParamSpec, TypeVar

from hnp_etl.bugs import write_no_core_files

_HOW = "forkserver" if sys.platform == "linux" else "spawn"
"""Libraries of macOS do not take being forked."""

_PRELOADED = ("hnp_etl.read", "hnp_etl.shard")
"""What workers need is imported once, in a process without threads that they are forked from."""

_GRACE_S = 5.0
"""How long a stop waits for work under way: a shard takes about a second."""

P = ParamSpec("P")
R = TypeVar("R")


class LocalProcesses(Executor):
    """A pool of local processes that is made anew after one of them died.

    Workers ignore Ctrl-C, which is the parent's to handle, and end when their parent does.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool = self._new_pool()

    def get_ready(self) -> None:
        """Begin to import what workers need, and do not wait for it."""
        if _HOW == "forkserver":
            with _signals_held():
                multiprocessing.forkserver.ensure_running()

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Hand ``fn`` to a worker."""
        with _signals_held():
            try:
                return self._pool.submit(fn, *args, **kwargs)
            except BrokenExecutor:
                self._pool.shutdown(wait=True)
                self._pool = self._new_pool()
                return self._pool.submit(fn, *args, **kwargs)

    def shutdown(
        self, wait: bool = True, *, cancel_futures: bool = False
    ) -> None:  # as in Executor
        """End the workers."""
        self._pool.shutdown(wait=wait, cancel_futures=cancel_futures)

    def stop(self) -> None:
        """End the workers soon: after what they are at, or without it when that takes long.

        One that is killed while it hands over a result leaves the pool waiting for the rest of it.
        """
        self._pool.shutdown(wait=False, cancel_futures=True)
        deadline = time.monotonic() + _GRACE_S
        for process in multiprocessing.active_children():
            process.join(max(0.0, deadline - time.monotonic()))
            process.kill()

    def _new_pool(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context(_HOW)
        context.set_forkserver_preload(list(_PRELOADED))
        return ProcessPoolExecutor(self._workers, mp_context=context, initializer=_begin_worker)


@contextlib.contextmanager
def _signals_held() -> Iterator[None]:
    """Hold Ctrl-C and SIGTERM back; processes begun in the block see neither until they are ready.

    A terminal sends Ctrl-C to workers too, and one that still imports would print a traceback. A
    stop in the middle of starting a process would leave the pool waiting for it.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})
    write_no_core_files()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)
