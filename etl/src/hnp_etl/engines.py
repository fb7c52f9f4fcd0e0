"""Where work runs: here, in local processes, or on Dask. The core needs only `submit`."""

import contextlib
import logging
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass
from typing import Any, Generic, ParamSpec, TypeVar

from hnp_etl.local_processes import LocalProcesses
from hnp_shared.errors import InputError

ENGINES = ("local", "dask")

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


@contextlib.contextmanager
def _processes(workers: int) -> Iterator[Executor]:
    for variable in _THREAD_VARIABLES:
        os.environ.setdefault(variable, "1")
    executor = LocalProcesses(workers)
    try:
        yield executor
    except BaseException:
        executor.stop()
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
