"""Where work runs: here, in local processes, or on Dask. The core needs only `submit`."""

import contextlib
import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from typing import ParamSpec, TypeVar

from hnp_shared.errors import InputError, StorageError

ENGINES = ("local", "dask")

_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

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


def ordered_map(
    executor: Executor, fn: Callable[[T], R], items: Iterable[T], *, in_flight: int
) -> Iterator[R]:
    """Like ``executor.map``, but reads at most ``in_flight`` items ahead of the consumer.

    Raises:
        StorageError: a worker process died.
    """
    pending: deque[Future[R]] = deque()
    try:
        for item in items:
            pending.append(executor.submit(fn, item))
            if len(pending) >= in_flight:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    except BrokenExecutor as error:
        raise StorageError("a worker", "it was ended from outside; run again to go on") from error
    finally:
        for future in pending:
            future.cancel()


@contextlib.contextmanager
def _processes(workers: int) -> Iterator[Executor]:
    """Workers ignore Ctrl-C, which is the parent's to handle, and end when their parent does."""
    for variable in _THREAD_VARIABLES:
        os.environ.setdefault(variable, "1")
    executor = ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn"), initializer=_begin_worker
    )
    try:
        yield executor
    except BaseException:
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


@contextlib.contextmanager
def _dask(workers: int, scheduler: str | None) -> Iterator[Executor]:
    try:
        from distributed import Client  # noqa: PLC0415  # an extra, needed here only
    except ImportError as error:
        raise InputError("found no Dask, expected hnp-etl[dask] to be installed") from error
    local = {"n_workers": workers, "threads_per_worker": 1, "dashboard_address": None}
    options = {"address": scheduler} if scheduler else local
    try:
        client = Client(**options, set_as_default=False)
    except OSError as error:
        raise InputError("found no Dask scheduler at the address given") from error
    with client:
        yield client.get_executor(pure=False)


def _begin_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)
