"""Hands tasks to Dask workers, and waits for none without end."""

import asyncio
import contextlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from functools import partial
from pathlib import Path
from typing import ParamSpec, TypeVar

import distributed

from hnp_etl import __version__
from hnp_etl.engines.dask_errand import Errand, Report, answer
from hnp_etl.engines.expected import Expected
from hnp_etl.engines.surroundings import Places, mark_places, own_facts, refuse_blind, take_back
from hnp_shared.errors import HnpError, InputError, StoppedError
from hnp_shared.storage import DISK, Disk

WORKERS_S = 20.0
"""How long a scheduler may be without workers before work begins."""

ALONE_S = 25.0
"""How long it may be while there is work: time for a nanny to start another."""

_ANSWER_S = 20.0
_CLOSE_S = 5.0
_BETWEEN_LOOKS_S = 0.1

_AGAIN = "run the same command again to go on"
_NO_SCHEDULER = f"the Dask scheduler is gone; {_AGAIN}"
_NO_WORKERS = f"all Dask workers are gone; {_AGAIN}"

P = ParamSpec("P")
R = TypeVar("R")


class DaskWorkers(Executor):
    """Runs tasks on the workers of a Dask cluster that are found, and stay, like this process."""

    def __init__(self, client: distributed.Client) -> None:
        self._client = client
        self._expected = Expected(own_facts())
        self._alone_since: float | None = None

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Hand ``fn`` to a worker.

        Its future fails with `BrokenExecutor` when the worker died of it, with `StoppedError` when
        the scheduler is gone, and with `InputError` or `StorageError` when the worker is unfit.
        """
        if not self._client.loop.asyncio_loop.is_running():
            raise RuntimeError("cannot schedule new futures after shutdown")
        errand = Errand(partial(fn, *args, **kwargs), self._expected)
        work = self._run(errand.packed())
        return asyncio.run_coroutine_threadsafe(work, self._client.loop.asyncio_loop)

    def inspect(self, src: Sequence[Path], out: Path, *, disk: Disk = DISK) -> None:
        """Wait for workers, and refuse the first that is not like this process or sees less.

        Raises:
            InputError: there is no worker, or one has other code, libraries or processor.
            StorageError: one cannot read ``src`` or write into ``out``.
            StoppedError: the scheduler is gone.
        """
        self._await_workers()
        self._remove_mark()
        places = mark_places(src, out, disk=disk)
        self._expected = Expected(own_facts(), places)
        told = self._reports(places)
        reports = [report for report in told.values() if isinstance(report, Report)]
        seen = [take_back(places, report.sight.written, disk) for report in reports]
        _refuse_strangers(told)
        _refuse_silent(told)
        for report, written_here in zip(reports, seen, strict=True):
            report.refuse_unfit(self._expected)
            if not written_here:
                refuse_blind(report.worker, "what it writes into OUT does not arrive here")

    def check(self) -> None:
        """Refuse to wait for what is gone.

        Raises:
            StoppedError: the scheduler does not answer, or there was no worker for a while.
        """
        if self._workers():
            self._alone_since = None
        elif self._alone_since is None:
            self._alone_since = time.monotonic()
        elif time.monotonic() - self._alone_since > ALONE_S:
            raise StoppedError(_NO_WORKERS)

    def leave(self) -> None:
        """Give up what is under way and leave the cluster; one of our own ends."""
        self._remove_mark()
        with contextlib.suppress(Exception):  # it may be gone, or half of it
            self._client.close(timeout=_CLOSE_S)

    async def _run(self, task: Callable[[], R]) -> R:
        remote = None
        try:
            remote = self._client.submit(task, pure=False)
            result: R = await remote
        except distributed.KilledWorker as error:
            raise BrokenExecutor("a Dask worker died of it") from error
        except HnpError:
            raise
        except (Exception, asyncio.CancelledError) as error:
            if remote is None or remote.status != "error":  # what failed is not the task
                self._raise_lost(error)
            with self._reachable():
                _refuse_strangers(await _ask_all(self._client, None))
            raise
        return result

    def _await_workers(self) -> None:
        deadline = time.monotonic() + WORKERS_S
        with self._reachable():  # a cluster that grows on demand waits for work
            work = self._client.submit(os.getpid, pure=False)
        while not self._workers():
            if time.monotonic() > deadline:
                raise InputError(f"found no Dask worker within {WORKERS_S:.0f} s, expected one")
            time.sleep(_BETWEEN_LOOKS_S)
        del work

    def _workers(self) -> dict[str, int]:
        """Return the threads of each worker by its address."""
        if self._client.status != "running":
            raise StoppedError(_NO_SCHEDULER)
        with self._reachable():
            found: dict[str, int] = self._client.sync(
                self._client.nthreads, callback_timeout=_ANSWER_S
            )
            return found

    def _reports(self, places: Places) -> dict[str, Report | Exception]:
        """Ask every worker what it is like; one that died meanwhile needs not answer."""
        with self._reachable():
            told: dict[str, Report | Exception] = self._client.sync(
                _ask_all, self._client, places, callback_timeout=_ANSWER_S + _CLOSE_S
            )
        left = self._workers()
        return {address: each for address, each in told.items() if address in left}

    @contextlib.contextmanager
    def _reachable(self) -> Iterator[None]:
        """Turn what fails because the scheduler is gone into an error that says so."""
        try:
            yield
        except HnpError:
            raise
        except (Exception, asyncio.CancelledError) as error:
            self._raise_lost(error)
            raise

    def _raise_lost(self, error: BaseException) -> None:
        lost = isinstance(error, OSError | asyncio.CancelledError)
        if lost or self._client.status != "running":
            raise StoppedError(_NO_SCHEDULER) from error

    def _remove_mark(self) -> None:
        if self._expected.places is not None:
            with contextlib.suppress(HnpError):  # the next build sweeps it
                self._expected.places.remove_mark()


async def _ask_all(
    client: distributed.Client, places: Places | None
) -> dict[str, Report | Exception]:
    """Return by its address what each worker says of itself, or why it does not."""
    addresses = list(await client.nthreads())
    told = await asyncio.gather(*(_ask(client, address, places) for address in addresses))
    return dict(zip(addresses, told, strict=True))


async def _ask(
    client: distributed.Client, address: str, places: Places | None
) -> Report | Exception:
    asked = client.run(answer, places, workers=[address], on_error="return")
    try:
        told: dict[str, Report | Exception] = await asyncio.wait_for(asked, _ANSWER_S)
    except TimeoutError as error:
        return error
    return told[address]


def _refuse_strangers(told: dict[str, Report | Exception]) -> None:
    """Refuse a worker that cannot be asked, because it knows no hnp-etl or an older one."""
    for address, error in told.items():
        if isinstance(error, Exception) and not isinstance(error, OSError):
            raise InputError(
                f"Dask worker {address}: found no hnp-etl that can be asked, "
                f"expected {__version__}; give every worker what runs here"
            )


def _refuse_silent(told: dict[str, Report | Exception]) -> None:
    for address, error in told.items():
        if isinstance(error, OSError):
            raise InputError(f"Dask worker {address}: found no answer, expected one; restart it")
