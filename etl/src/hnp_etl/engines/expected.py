"""What a worker must be like, and how one looks at itself before it works; whoever began it."""

from dataclasses import dataclass

from hnp_etl.engines.surroundings import (
    Facts,
    Places,
    look_at,
    own_facts,
    refuse_blind,
    refuse_others,
    take_back,
)


@dataclass(frozen=True, slots=True)
class Expected:
    """What a worker must be like.

    Attributes:
        facts: of the parent.
        places: None before they are known.
    """

    facts: Facts
    places: Places | None = None


def refuse_self(worker: str, expected: Expected, *, kind: str = "Dask worker") -> None:
    """Refuse this process as a worker, unless it is as expected.

    Args:
        worker: who this is, in words.
        expected: what it must be like.
        kind: of worker, in words.

    Raises:
        InputError: other code, libraries or processor.
        StorageError: it cannot read the sources or write the data set.
    """
    refuse_others(worker, own_facts(), expected.facts, kind=kind)
    if expected.places is not None:
        sight = look_at(expected.places)
        take_back(expected.places, sight.written)
        refuse_blind(worker, sight.trouble, kind=kind)
