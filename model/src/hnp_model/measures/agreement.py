"""How far two readers agree beyond chance: Cohen's kappa and Gwet's AC1, by patient. Pure.

Sources: Cohen J, A coefficient of agreement for nominal scales, 1960; Gwet KL, Computing
inter-rater reliability and its variance in the presence of high agreement, British Journal of
Mathematical and Statistical Psychology 2008; 61: 29-48. Both are functions of shares, so that what
each patient adds to their error follows by the delta method (as Yang Z, Zhou M, Kappa statistic for
clustered matched-pair data, Statistics in Medicine 2014; 33: 2612-2633).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hnp_model.measures.bootstrap import MIN_PATIENTS, Figure
from hnp_model.measures.intervals import ratio_interval
from hnp_model.measures.sureness import quantile

NAMES = ("agreement", "kappa", "ac1")

Numbers = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """How far two readers agree on one question.

    Attributes:
        categories: what either has said, in reading order.
        table: (first's, second's), how often.
        patients: patients behind it; None: not known, and there are no intervals.
        figures: `NAMES`: share of equal answers, kappa, AC1; kappa and AC1 are None where both
            readers know one answer only.
    """

    categories: tuple[str, ...]
    table: Whole
    patients: int | None
    figures: tuple[Figure, Figure, Figure]

    @property
    def n(self) -> int:
        """Answers compared."""
        return int(self.table.sum())

    def to_plain(self) -> dict[str, object]:
        """Return what --json prints."""
        named = zip(NAMES, self.figures, strict=True)
        return {
            "n": self.n,
            "patients": self.patients,
            "categories": list(self.categories),
            "confusion": self.table.tolist(),
            **{name: {"value": one.value, "low": one.low, "high": one.high} for name, one in named},
        }


def agree(
    first: Sequence[str], second: Sequence[str], patient: Sequence[str] | None
) -> Agreement | None:
    """Return how far two readers agree; None where there is nothing that both answered.

    Intervals are 95 %, with Student's quantile of the patients, on the scale of atanh; where all
    answers are equal no variance is seen, and Wilson's interval of their share stands in. None
    under `MIN_PATIENTS` patients.

    Args:
        first: (answer,), the first reader's.
        second: (answer,), the second's of the same.
        patient: (answer,), whose; None: not known.
    """
    if not first:
        return None
    categories, codes = np.unique([*first, *second], return_inverse=True)
    mine, theirs = codes[: len(first)], codes[len(first) :]
    table = np.zeros((categories.size, categories.size), dtype=np.int64)
    np.add.at(table, (mine, theirs), 1)
    whose = None if patient is None else np.unique(list(patient), return_inverse=True)[1]
    count = None if whose is None else int(whose.max()) + 1
    clusters = whose if count is not None and count >= MIN_PATIENTS else None
    figures = _figures(mine, theirs, table / len(first), clusters)
    return Agreement(tuple(categories.tolist()), table, count, figures)


def _figures(
    mine: Whole, theirs: Whole, shares: Numbers, patient: Whole | None
) -> tuple[Figure, Figure, Figure]:
    equal = (mine == theirs).astype(np.float64)
    agreed = float(np.trace(shares))
    ends = None if patient is None else ratio_interval(equal, np.ones_like(equal), patient)
    share = Figure(agreed, *(ends or (None, None)))
    by_chance = (_chance_of_kappa(mine, theirs, shares), _chance_of_ac1(mine, theirs, shares))
    kappa, ac1 = (_beyond(share, equal, *chance, patient) for chance in by_chance)
    return share, kappa, ac1


def _chance_of_kappa(mine: Whole, theirs: Whole, shares: Numbers) -> tuple[float, Numbers]:
    """Return the agreement by chance, and what each answer adds to it."""
    first, second = shares.sum(axis=1), shares.sum(axis=0)
    chance = float(first @ second)
    return chance, second[mine] + first[theirs] - 2 * chance


def _chance_of_ac1(mine: Whole, theirs: Whole, shares: Numbers) -> tuple[float, Numbers]:
    both = (shares.sum(axis=1) + shares.sum(axis=0)) / 2
    if both.size < 2:
        return 1.0, np.zeros(mine.size)
    slope = (1 - 2 * both) / (both.size - 1)
    added = (slope[mine] + slope[theirs]) / 2
    return float(both @ (1 - both)) / (both.size - 1), added - slope @ both


def _beyond(
    share: Figure, equal: Numbers, chance: float, added: Numbers, patient: Whole | None
) -> Figure:
    """Return the agreement beyond chance, (share - chance) / (1 - chance), with its interval."""
    if share.value is None or chance >= 1:
        return Figure(None, None, None)
    room = 1 - chance
    value = (share.value - chance) / room
    if patient is None or share.low is None:
        return Figure(value, None, None)
    pull = ((equal - share.value) * room - (1 - share.value) * added) / room**2 / equal.size
    pulls = np.bincount(patient, weights=pull)
    variance = pulls.size / (pulls.size - 1) * float(pulls @ pulls)
    if variance <= 0 or abs(value) >= 1:
        return Figure(value, (share.low - chance) / room, value)
    reach = quantile(pulls.size) * math.sqrt(variance) / (1 - value**2)
    middle = math.atanh(value)
    return Figure(value, math.tanh(middle - reach), math.tanh(middle + reach))
