"""Where work runs: here, in local processes, or on Dask. The core needs only `submit`."""

import contextlib
import logging
import multiprocessing
import multiprocessing.connection
import multiprocessing.forkserver
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, Generic, ParamSpec, TypeVar

from hnp_etl.bugs import write_no_core_files
from hnp_shared.errors import InputError

ENGINES = ("local", "dask")

_PRELOADED = ("hnp_etl.read", "hnp_etl.shard")
"""What workers need is imported once, in a process without threads that they are forked from."""

_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

_SPILLING = ("target", "spill")
_AT_THE_FIRST_DEATH = {"distributed.scheduler.allowed-failures": 0}
"""Dask would run what was under way three times more; we run it again alone, to know who it was."""

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")


class SerialExecutor(Executor):
    """Runs each task at once, in this process."""

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Run ``fn`` and return its finished future."""
        future: Future[R] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001  # a future carries whatever its task raised
            future.set_exception(error)
        return future


@contextlib.contextmanager
def open_executor(
    workers: int, *, engine: str = "local", scheduler: str | None = None
) -> Iterator[Executor]:
    """Yield an executor of so many processes.

    Args:
        workers: processes; with engine `local`, one is this process.
        engine: `local` or `dask`.
        scheduler: address of a running Dask scheduler, whose workers are taken as they are.

    Raises:
        InputError: Dask is not installed, or no scheduler answers.
    """
    opened: contextlib.AbstractContextManager[Executor]
    if engine == "dask":
        opened = _dask(workers, scheduler)
    elif workers == 1:
        opened = contextlib.nullcontext(SerialExecutor())
    else:
        opened = _processes(workers)
    with opened as executor:
        yield executor


@dataclass(frozen=True, slots=True)
class Task(Generic[T, R]):
    """Work that may kill the process it runs in.

    Attributes:
        run: does the work; a module-level function or a partial of one.
        isolate: called in the parent with an item that killed its process even alone; takes it
            apart with ``attempt``, which runs an item and returns None when that kills its process.
    """

    run: Callable[[T], R]
    isolate: Callable[[T, Callable[[T], R | None]], R]


def ordered_map(
    executor: Executor, task: Task[T, R], items: Iterable[T], *, in_flight: int
) -> Iterator[R]:
    """Like ``executor.map``, but reads at most ``in_flight`` items ahead of the consumer.

    When a process dies, the others under way are waited for, and the items it took with it run
    again one at a time, so that the one to blame is known. Futures of a consumer that gives up are
    left to who closes the executor: a pool whose process was killed stumbles over cancelled ones.
    """
    pending: deque[tuple[T, Future[R]]] = deque()
    for item in items:
        pending.append((item, executor.submit(task.run, item)))
        if len(pending) >= in_flight:
            yield from _next(executor, task, pending)
    while pending:
        yield from _next(executor, task, pending)


def _next(executor: Executor, task: Task[T, R], pending: deque[tuple[T, Future[R]]]) -> Iterator[R]:
    item, future = pending.popleft()
    result = _unless_killed(future)
    if result is not None:
        yield result
        return
    wait([other for _, other in pending])  # or another one's death would be blamed on this item
    under_way = [(item, result), *((other, _unless_killed(each)) for other, each in pending)]
    pending.clear()
    for each, found in under_way:
        yield _alone(executor, task, each) if found is None else found


def _unless_killed(future: Future[R]) -> R | None:
    """Return the result, None when the process that worked on it died."""
    try:
        return future.result()
    except _deaths():
        return None


def _deaths() -> tuple[type[Exception], ...]:
    """Return what tells that a process died; Dask's only where Dask is in use."""
    dask = sys.modules.get("distributed")
    return (BrokenExecutor,) if dask is None else (BrokenExecutor, dask.KilledWorker)


def _alone(executor: Executor, task: Task[T, R], item: T) -> R:
    def attempt(part: T) -> R | None:
        return _unless_killed(executor.submit(task.run, part))

    result = attempt(item)
    return task.isolate(item, attempt) if result is None else result


def expect_work(executor: Executor) -> None:
    """Let workers get ready while the caller still has something else to do."""
    if isinstance(executor, LocalProcesses):
        executor.get_ready()


class LocalProcesses(Executor):
    """A pool of local processes that is made anew after one of them died.

    Workers ignore Ctrl-C, which is the parent's to handle, and end when their parent does.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool = self._new_pool()

    def get_ready(self) -> None:
        """Begin to import what workers need, and do not wait for it."""
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

    def _new_pool(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(list(_PRELOADED))
        return ProcessPoolExecutor(self._workers, mp_context=context, initializer=_begin_worker)


@contextlib.contextmanager
def _processes(workers: int) -> Iterator[Executor]:
    for variable in _THREAD_VARIABLES:
        os.environ.setdefault(variable, "1")
    executor = LocalProcesses(workers)
    try:
        yield executor
    except BaseException:
        for process in multiprocessing.active_children():
            process.kill()
        raise
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


@contextlib.contextmanager
def _dask(workers: int, scheduler: str | None) -> Iterator[Executor]:
    try:
        from dask import config  # noqa: PLC0415  # an extra, needed here only
        from distributed import Client  # noqa: PLC0415
    except ImportError as error:
        raise InputError("found no Dask, expected hnp-etl[dask] to be installed") from error
    local: dict[str, Any] = {"n_workers": workers, "threads_per_worker": 1}
    # its logs quote errors with what they say, and what it spills lies in a folder of its own
    local |= {"dashboard_address": None, "silence_logs": logging.CRITICAL}
    options = {"address": scheduler} if scheduler else local
    never_spilling = {f"distributed.worker.memory.{name}": False for name in _SPILLING}
    try:
        with config.set({**_AT_THE_FIRST_DEATH, **never_spilling}):
            client = Client(**options, set_as_default=False)
    except OSError as error:
        raise InputError("found no Dask scheduler at the address given") from error
    with client:
        yield client.get_executor(pure=False)


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
