"""Runs tasks on an executor of the user's own, whose workers are held to be like this process."""

import contextlib
import importlib
import platform
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from functools import lru_cache, partial
from os import getpid
from pathlib import Path
from typing import ParamSpec, TypeVar

from hnp_etl.engines.expected import Expected, refuse_self
from hnp_etl.engines.surroundings import mark_places, own_facts
from hnp_shared.errors import HnpError, InputError
from hnp_shared.storage import DISK, Disk

P = ParamSpec("P")
R = TypeVar("R")

Factory = Callable[[], Executor]


class OtherExecutor(Executor):
    """Any executor; one that broke because a task killed its worker is made anew."""

    def __init__(self, factory: Factory) -> None:
        self._factory = factory
        self._inner = factory()
        self._expected = Expected(own_facts())

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Hand ``fn`` to a worker, which refuses unless it is like this process."""
        task = partial(perform, partial(fn, *args, **kwargs), self._expected)
        try:
            return self._inner.submit(task)
        except BrokenExecutor:
            self._inner.shutdown(wait=False)
            self._inner = self._factory()
            return self._inner.submit(task)

    def inspect(self, src: Sequence[Path], out: Path, *, disk: Disk = DISK) -> None:
        """Have one worker look at the folders of a build before work begins.

        Raises:
            InputError: it has other code, libraries or processor.
            StorageError: it cannot read ``src`` or write into ``out``.
        """
        self._expected = Expected(own_facts(), mark_places(src, out, disk=disk))
        self.submit(getpid).result()

    def check(self) -> None:
        """Do nothing: who made the workers knows whether they are there."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # Executor's
        """End the executor, and take back what was left in OUT to be known by."""
        if self._expected.places is not None:
            with contextlib.suppress(HnpError):  # the next build sweeps it
                self._expected.places.remove_mark()
        self._inner.shutdown(wait=wait, cancel_futures=cancel_futures)


def perform(run: Callable[[], R], expected: Expected) -> R:
    """Run a task in a worker that is as expected."""
    _refuse_self(expected)
    return run()


@lru_cache(maxsize=4)
def _refuse_self(expected: Expected) -> None:
    worker = f"{platform.node()}:{getpid()}"
    refuse_self(worker, expected, kind="worker")


def factory_of(name: str, workers: int | None) -> Factory:
    """Return what makes the executor that ``module:factory`` names.

    Args:
        name: such as ``concurrent.futures:ThreadPoolExecutor``.
        workers: given as ``max_workers`` when it is not None.

    Raises:
        InputError: there is no such function, or it makes no executor.
    """
    module, _, attribute = name.partition(":")
    try:
        factory = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise InputError(
            f"found no engine {name!r}, expected MODULE:FACTORY that can be imported, such as "
            "concurrent.futures:ThreadPoolExecutor"
        ) from error

    def make() -> Executor:
        try:
            made = factory() if workers is None else factory(max_workers=workers)
        except TypeError as error:
            asked = "()" if workers is None else f"(max_workers={workers})"
            raise InputError(
                f"engine {name!r} cannot be called, expected {attribute}{asked} to make an executor"
            ) from error
        if not isinstance(made, Executor):
            raise InputError(
                f"engine {name!r} makes a {type(made).__name__}, expected a "
                "concurrent.futures.Executor"
            )
        return made

    return make
