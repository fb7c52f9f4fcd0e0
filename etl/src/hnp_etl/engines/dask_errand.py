"""What runs in a Dask worker: a task, once the worker has found itself to be as expected.

Workers may join at any time, so every task carries what its worker must be like.
"""

import asyncio
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Generic, TypeVar

import distributed

from hnp_etl.engines.expected import Expected, refuse_self
from hnp_etl.engines.surroundings import (
    Facts,
    Places,
    Sight,
    look_at,
    own_facts,
    refuse_blind,
    refuse_others,
)

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Report:
    """What a worker is like, and who it is."""

    worker: str
    facts: Facts
    sight: Sight

    def refuse_unfit(self, expected: Expected) -> None:
        """Refuse what is not as expected.

        Raises:
            InputError: other code, libraries or processor.
            StorageError: it cannot read the sources or write the data set.
        """
        refuse_others(self.worker, self.facts, expected.facts)
        refuse_blind(self.worker, self.sight.trouble)


@dataclass(frozen=True, slots=True)
class Errand(Generic[R]):
    """A task that a worker refuses unless it is as expected."""

    run: Callable[[], R]
    expected: Expected

    def packed(self) -> Callable[[], R]:
        """Return what a worker calls, which any Python can read.

        Dask ends a worker that cannot read a task, as one without hnp-etl could not: this one is
        bytes until it runs, and fails as a task. Dask logs what a task that failed was called
        with, which is paths: this one is called with nothing.
        """
        return partial(pickle.loads, pickle.dumps(self))

    def __reduce__(self) -> tuple[Callable[..., R], tuple[object, ...]]:
        """Make unpacking it the same as running it."""
        return _perform, (self.run, self.expected)


def _perform(run: Callable[[], R], expected: Expected) -> R:
    _refuse_self(expected)
    return run()


async def answer(places: Places | None, dask_worker: distributed.Worker) -> Report:
    """Return what a worker is like; a share that does not answer must not hold up its loop."""
    return await asyncio.to_thread(_report, str(dask_worker.name), places)


@lru_cache(maxsize=4)
def _refuse_self(expected: Expected) -> None:
    """Refuse this worker, unless it is as expected; that it is, is remembered."""
    refuse_self(str(distributed.get_worker().name), expected)


def _report(worker: str, places: Places | None) -> Report:
    return Report(worker, own_facts(), Sight(None) if places is None else look_at(places))
