"""How far off a measure may be: what members of an ensemble say, widened by what val taught. Pure.

Members that agree need not be right, so their spread alone covers too little. A model that was
tried on val tells, for each measure, the quantile of its errors by that spread (split conformal
prediction with a scale: Lei J and others, Journal of the American Statistical Association 2018;
113: 1094-1111, section 5.2); where none tells, Student's interval of the members stands in.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from hnp_model.measures.sureness import quantile

COVERAGE = 0.95

LEAST_TRIED = 19
"""With fewer errors no quantile of 95 % is among them."""

Numbers = npt.NDArray[np.float64]


class NoInterval(StrEnum):
    """Why a value has no interval."""

    ONE_MASK_SET = "ONE_MASK_SET"
    TOO_FEW_MEMBERS = "TOO_FEW_MEMBERS"
    NO_VALUE = "NO_VALUE"
    CODE = "CODE"


@dataclass(frozen=True, slots=True)
class Widening:
    """What val has taught of one measure: half an interval is ``factor * (spread + floor)``.

    Attributes:
        factor: quantile of errors, each by its spread.
        floor: the usual spread, so that members that agree by chance promise nothing.
    """

    factor: float
    floor: float

    @classmethod
    def learn(cls, errors: Numbers, spreads: Numbers) -> "Widening | None":
        """Return what errors teach; None where they are too few.

        Args:
            errors: value less truth, (slice,); NaN is left out.
            spreads: standard deviation of the members, (slice,).
        """
        known = np.isfinite(errors) & np.isfinite(spreads)
        if int(known.sum()) < LEAST_TRIED:
            return None
        floor = max(float(np.median(spreads[known])), 1e-9)
        ratios = np.sort(np.abs(errors[known]) / (spreads[known] + floor))
        place = math.ceil((ratios.size + 1) * COVERAGE) - 1
        return cls(float(ratios[min(place, ratios.size - 1)]), floor)

    def reach(self, spread: float) -> float:
        """Return half an interval."""
        return self.factor * (spread + self.floor)


@dataclass(frozen=True, slots=True)
class Interval:
    """Ends of an interval, or why there is none."""

    low: float | None
    high: float | None
    reason: NoInterval | None


def no_interval(reason: NoInterval) -> Interval:
    """Return an interval that is none."""
    return Interval(None, None, reason)


def interval_of(
    value: float | None, members: Sequence[float | None], widening: Widening | None, unit: str
) -> Interval:
    """Return the interval of a measure.

    Args:
        value: that is told.
        members: what masks of each member measure; of none that fails.
        widening: what val has taught; None: nothing.
        unit: of the measure: a code has no interval, and nothing is below 0.
    """
    if value is None:
        return no_interval(NoInterval.NO_VALUE)
    if unit == "code":
        return no_interval(NoInterval.CODE)
    if not members:
        return no_interval(NoInterval.ONE_MASK_SET)
    known = np.array([one for one in members if one is not None])
    if known.size < 2:
        return no_interval(NoInterval.TOO_FEW_MEMBERS)
    spread = float(known.std(ddof=1))
    if widening is None:
        reach = quantile(known.size) * spread * math.sqrt(1 + 1 / known.size)
    else:
        reach = widening.reach(spread)
    return Interval(max(value - reach, 0.0), value + reach, None)


def widenings_of(told: Mapping[str, Any]) -> dict[str, Widening]:
    """Return measure -> what val has taught, as a mask set tells it; odd entries are left out."""
    found = {}
    for name, one in told.items():
        try:
            widening = Widening(float(one["factor"]), float(one["floor"]))
        except (TypeError, KeyError, ValueError):
            continue
        if math.isfinite(widening.factor) and widening.floor > 0:
            found[name] = widening
    return found
