"""Opens a Dask cluster, a running one or one of its own, and leaves it as it was found."""

import asyncio
import contextlib
import logging
import multiprocessing
import re
import signal
import socket
import sys
import threading
import warnings
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from multiprocessing import resource_tracker
from typing import Any

import dask
import distributed.comm
import distributed.utils
from distributed.comm.addressing import parse_address, parse_host_port
from distributed.utils import LoopRunner

from hnp_etl.engines.dask_workers import DaskWorkers
from hnp_etl.engines.tls import Tls
from hnp_shared.errors import InputError, StorageError

_KNOCK_S = 2.5
"""How long whoever listens at an address takes to take a call; a dead one is told within 5 s."""

_CONNECT_S = 5.0
_CLOSE_S = 5.0

_WORKER_NAME = "Dask Worker process"
"""How a nanny begins the names of the processes it starts."""

_ENCRYPTED = ("tls", "wss")
_NOBODY = "found no Dask scheduler at the address given"

_LOGGERS = ("distributed", "distributed.client", "tornado", "tornado.application", "asyncio")
_SPILLING = ("target", "spill")
_SETTINGS: dict[str, object] = {
    # Dask would run what was under way three times more; we run it again alone, to know who it was
    "distributed.scheduler.allowed-failures": 0,
    **{f"distributed.worker.memory.{name}": False for name in _SPILLING},
    # pages that tell of tasks, to whoever is on this machine
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    "scheduler-address": None,  # what is not given on the command line is not meant
}


@contextlib.contextmanager
def open_dask(workers: int, scheduler: str | None, tls: Tls | None = None) -> Iterator[Executor]:
    """Yield an executor on a running cluster, or on one of this machine that ends with the block.

    Args:
        workers: processes of a cluster of our own.
        scheduler: address of a running scheduler, None to begin a cluster.
        tls: certificates; None for those that Dask's own configuration names.

    Raises:
        InputError: no scheduler answers, or the certificates cannot be used.
        StorageError: a cluster of our own cannot be started.
    """
    _quieten()
    security = _security_of(tls)
    runner = _begin_loop()
    if scheduler is not None:
        _knock(scheduler, runner, security)
    with contextlib.ExitStack() as ending:
        with _signals_put_off():  # half a cluster would be left to itself
            executor = DaskWorkers(_connect(workers, scheduler, runner, security))
            ending.callback(_end, executor, runner)
        yield executor


def _end(executor: DaskWorkers, runner: LoopRunner) -> None:
    with _signals_put_off():
        executor.leave()
        _end_workers()
        runner.stop(_CLOSE_S)


def _begin_loop() -> LoopRunner:
    """Begin the thread of Dask's loop, which Ctrl-C does not reach, nor processes begun by it.

    Starting the tracker of their resources would let it through again.
    """
    # it tells on the terminal of what a killed build left to it, and we of its end
    sys.warnoptions.append(f"ignore::UserWarning:{resource_tracker.__name__}")
    warnings.filterwarnings("ignore", module=re.escape(resource_tracker.__name__))
    resource_tracker.ensure_running()
    runner = LoopRunner()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        runner.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return runner


def _security_of(tls: Tls | None) -> distributed.Security:
    """Return certificates as Dask takes them, once they are found to be some.

    Raises:
        InputError: they cannot be used.
    """
    if tls is None:
        return distributed.Security()
    tls.refuse_unfit()
    security = distributed.Security(
        tls_ca_file=str(tls.ca),
        tls_client_cert=str(tls.certificate),
        tls_client_key=str(tls.key),
        require_encryption=True,
    )
    try:
        security.get_connection_args("client")
    except OSError as error:  # ssl.SSLError is one
        raise InputError(
            "the TLS files cannot be used, expected in PEM the certificate of a CA, a certificate, "
            "and the key that belongs to it"
        ) from error
    return security


def _knock(scheduler: str, runner: LoopRunner, certificates: distributed.Security) -> None:
    """Refuse an address where nobody answers; a client would be left half made by it."""
    security = certificates.get_connection_args("client")
    if scheduler.startswith(_ENCRYPTED) and security.get("ssl_context") is None:
        raise InputError(
            "found an encrypted address and no certificates, expected --dask-tls-ca, "
            "--dask-tls-cert and --dask-tls-key, or distributed.comm.tls in Dask's configuration"
        )
    if security.get("require_encryption") and not scheduler.startswith(_ENCRYPTED):
        raise InputError("found certificates and an address without encryption, expected tls://")
    try:
        taken = _is_taken(*parse_address(scheduler))
        if taken:
            distributed.utils.sync(runner.loop, _meet, scheduler, security)
    except ValueError as error:
        raise InputError(
            "found no address of a Dask scheduler, expected one like tcp://host:8786"
        ) from error
    except Exception as error:  # whatever listens there may say anything
        raise InputError(_NOBODY) from error
    if not taken:
        raise InputError(_NOBODY)


def _is_taken(protocol: str, place: str) -> bool:
    """Tell whether somebody takes calls there; Dask would call again until its time is up."""
    if protocol not in ("tcp", *_ENCRYPTED, "ws"):
        return True  # Dask knows
    address, answer = parse_host_port(place), Future[bool]()

    def call() -> None:
        try:
            socket.create_connection(address, _KNOCK_S).close()
            answer.set_result(True)
        except (OSError, OverflowError, UnicodeError):  # no such port, or no such name
            answer.set_result(False)

    threading.Thread(target=call, daemon=True).start()  # a name may be looked up for long
    try:
        return answer.result(_KNOCK_S)
    except TimeoutError:
        return False


async def _meet(scheduler: str, security: dict[str, Any]) -> None:
    meeting = distributed.comm.connect(scheduler, timeout=_CONNECT_S, **security)
    comm = await asyncio.wait_for(meeting, _CONNECT_S)
    comm.abort()


def _connect(
    workers: int, scheduler: str | None, runner: LoopRunner, security: distributed.Security
) -> distributed.Client:
    options: dict[str, Any]
    if scheduler is None:
        # its logs quote errors with what they say, and what it spills lies in a folder of its own
        options = {"n_workers": workers, "threads_per_worker": 1}
        options |= {"dashboard_address": None, "silence_logs": logging.CRITICAL}
    else:
        options = {"address": scheduler, "timeout": _CONNECT_S, "security": security}
    try:
        with dask.config.set(_SETTINGS):
            return distributed.Client(**options, loop=runner.loop, set_as_default=False)
    except (OSError, RuntimeError) as error:
        if scheduler is None:
            raise StorageError("a Dask cluster here", "it could not be started") from error
        raise InputError(_NOBODY) from error


def _end_workers() -> None:
    """End what is left of a cluster of our own, which at exit would be waited for once more."""
    for process in multiprocessing.active_children():
        if process.name.startswith(_WORKER_NAME):
            process.kill()


def _quieten() -> None:
    """Keep what Dask has to say off the terminal, for good: it goes on when it is closed."""
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", module=r"distributed\.")


@contextlib.contextmanager
def _signals_put_off() -> Iterator[None]:
    """Let a signal that comes in the block come after it."""
    came: list[int] = []
    previous: dict[signal.Signals, Any] = {}
    with contextlib.suppress(ValueError):  # signals can be set in the main thread only
        for each in (signal.SIGINT, signal.SIGTERM):
            previous[each] = signal.signal(each, lambda number, _frame: came.append(number))
    try:
        yield
    finally:
        for each, handler in previous.items():
            signal.signal(each, handler)
        for number in came[:1]:
            signal.raise_signal(number)
