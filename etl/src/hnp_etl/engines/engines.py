"""Where work runs: here, in local processes, or on Dask. The core needs only `submit`."""

import contextlib
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, ParamSpec, Protocol, TypeVar, runtime_checkable

from hnp_etl.engines.local_crew import WorkerDiedError
from hnp_etl.engines.local_processes import LocalProcesses
from hnp_etl.engines.other_executor import OtherExecutor, factory_of
from hnp_etl.engines.tls import Tls
from hnp_etl.pixels.deaths import PAUSES_S
from hnp_shared.errors import InputError
from hnp_shared.storage import DISK, Disk

ENGINES = ("local", "dask")

_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

_BETWEEN_CHECKS_S = 1.0

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


@runtime_checkable
class Remote(Protocol):
    """What an executor offers whose workers others began, and may end without a word."""

    def inspect(self, src: Sequence[Path], out: Path, *, disk: Disk) -> None:
        """Refuse workers that would do other work than this process; raises who and why."""

    def check(self) -> None:
        """Raise when there is nothing left to wait for."""


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextlib.contextmanager
def open_executor(
    workers: int | None,
    *,
    engine: str = "local",
    scheduler: str | None = None,
    tls: Tls | None = None,
) -> Iterator[Executor]:
    """Yield an executor of so many processes.

    Args:
        workers: processes; with engine `local`, one is this process, and None is all cores as soon
            as there is work that is worth starting them.
        engine: `local`, `dask`, or `module:factory` of any executor.
        scheduler: address of a running Dask scheduler; `refuse_unfit` looks at its workers.
        tls: certificates by which the scheduler and this process know each other.

    Raises:
        InputError: Dask is not installed, no scheduler answers, or no such executor is there.
    """
    opened: contextlib.AbstractContextManager[Executor]
    if engine == "dask":
        opened = _dask(workers or cores(), scheduler, tls)
    elif ":" in engine:
        opened = _other(engine, workers)
    elif (workers or cores()) == 1:
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
    left to who closes the executor.
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
    result = _unless_killed(executor, future)
    if result is not None:
        yield result
        return
    others = [(other, _unless_killed(executor, each)) for other, each in pending]
    pending.clear()  # all are done, or another one's death would be blamed on this item
    for each, found in ((item, result), *others):
        yield _alone(executor, task, each) if found is None else found


def _unless_killed(executor: Executor, future: Future[R]) -> R | None:
    """Return the result, None when the process that worked on it died."""
    if isinstance(executor, Remote):
        while not wait([future], timeout=_BETWEEN_CHECKS_S).done:
            executor.check()
    try:
        return future.result()
    except BrokenExecutor:
        return None


def _alone(executor: Executor, task: Task[T, R], item: T) -> R:
    def attempt(part: T) -> R | None:
        for pause_s in PAUSES_S:
            time.sleep(pause_s)
            future = executor.submit(task.run, part)
            result = _unless_killed(executor, future)
            if result is not None or not _is_killed(future):
                return result
        return None

    result = attempt(item)
    return task.isolate(item, attempt) if result is None else result


def _is_killed(future: Future[R]) -> bool:
    """Tell whether somebody else ended the process, so that its work is not to blame."""
    error = future.exception()
    return isinstance(error, WorkerDiedError) and error.killed


def expect_work(executor: Executor) -> None:
    """Let workers get ready while the caller still has something else to do."""
    if isinstance(executor, LocalProcesses):
        executor.get_ready()


def nearest(executor: Executor, *, worth: bool) -> Executor:
    """Return who is done first: this process, where the work is not worth starting workers for.

    Args:
        executor: what was asked for.
        worth: whether the work takes longer than workers of this machine take to begin.
    """
    if isinstance(executor, LocalProcesses) and executor.spares and not worth:
        return SerialExecutor()
    return executor


def refuse_unfit(executor: Executor, src: Sequence[Path], out: Path, *, disk: Disk = DISK) -> None:
    """Refuse workers that are not like this process, or do not see ``src`` and ``out`` as it does.

    Raises:
        InputError: names a worker with other code, libraries or processor.
        StorageError: names a worker that cannot read or write.
    """
    if isinstance(executor, Remote):
        executor.inspect(src, out, disk=disk)


@contextlib.contextmanager
def _processes(workers: int | None) -> Iterator[Executor]:
    for variable in _THREAD_VARIABLES:
        os.environ.setdefault(variable, "1")
    executor = LocalProcesses(workers or cores(), sparing=workers is None)
    try:
        yield executor
    except BaseException:
        executor.stop()
        raise
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


@contextlib.contextmanager
def _other(engine: str, workers: int | None) -> Iterator[Executor]:
    executor = OtherExecutor(factory_of(engine, workers))
    try:
        yield executor
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


@contextlib.contextmanager
def _dask(workers: int, scheduler: str | None, tls: Tls | None) -> Iterator[Executor]:
    try:
        from hnp_etl.engines.dask_engine import open_dask  # noqa: PLC0415  # an extra, needed here only
    except ImportError as error:
        raise InputError("found no Dask, expected hnp-etl[dask] to be installed") from error
    with open_dask(workers, scheduler, tls) as executor:
        yield executor
