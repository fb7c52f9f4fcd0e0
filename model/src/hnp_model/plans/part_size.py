"""The smallest part that is worth what is asked of it."""

import math
from collections.abc import Iterator, Sequence

from hnp_model.plans.clustering import Clustering
from hnp_model.plans.simulation import Expected, expect

SIZES = (
    *(20, 30, 50, 70, 100, 150, 200, 300, 500, 700),
    *(1_000, 1_500, 2_000, 3_000, 5_000, 7_000, 10_000, 20_000),
)
"""Patients of the parts that are looked at; between two of them figures fall as a power."""


def climb(auc: float, clustering: Clustering, wanted: "Wanted") -> Iterator[Expected]:
    """Yield what parts are worth, from the smallest to the first that is worth all wanted."""
    for patients in SIZES:
        found = expect(patients, auc, clustering)
        yield found
        if all(_holds(found, name, limit) for name, limit in wanted.items()):
            return


Wanted = dict[str, float]
"""Name of a figure of `Expected` -> what it must not exceed."""


def patients_needed(ladder: Sequence[Expected], name: str, wanted: float) -> int | None:
    """Return how many patients bring a figure down to what is wanted; None: more than looked at.

    Args:
        ladder: what parts are worth, by ascending number of patients.
        name: which of the figures.
        wanted: what it must not exceed.
    """
    for position, found in enumerate(ladder):
        if not _holds(found, name, wanted):
            continue
        before = getattr(ladder[position - 1], name) if position else None
        if before is None:
            return found.patients
        return _between(ladder[position - 1].patients, before, found, getattr(found, name), wanted)
    return None


def _holds(found: Expected, name: str, wanted: float) -> bool:
    value = getattr(found, name)
    return value is not None and bool(value <= wanted)


def _between(few: int, wide: float, found: Expected, narrow: float, wanted: float) -> int:
    """Return the number at which a power of it through both ends is what is wanted."""
    power = math.log(wide / narrow) / math.log(found.patients / few)
    return min(math.ceil(few * math.exp(math.log(wide / wanted) / power)), found.patients)
