"""Two measurements of the same slices compared, measure by measure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hnp_model.measures.agreement import Agreement, agree
from hnp_model.measures.bootstrap import Figure
from hnp_model.measures.clustered import clustered_share
from hnp_model.measures.limits import Limits, limits_of
from hnp_model.morphometry.catalogue import MEASURES

Numbers = npt.NDArray[np.float64]
Strings = npt.NDArray[np.str_]


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """One measure of some slices; every array is (slice,), NaN where missing."""

    value: Numbers
    low: Numbers
    high: Numbers


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """How far two measurements of one measure agree.

    Attributes:
        unit: of the measure.
        first, second: both measurements.
        limits: of numbers; None for codes, and under three pairs.
        covered: share of slices whose second value lies in the first's interval; None without.
        codes: agreement of codes; None for numbers.
    """

    unit: str
    first: Told
    second: Told
    limits: Limits | None
    covered: Figure | None
    codes: Agreement | None

    def to_plain(self) -> dict[str, object]:
        """Return what JSON holds."""
        plain: dict[str, object] = {"unit": self.unit}
        if self.codes is not None:
            return plain | self.codes.to_plain()
        if self.limits is not None:
            plain |= {"n": self.limits.n, "patients": self.limits.patients}
            for name in ("bias", "lower_limit", "upper_limit", "icc", "mae"):
                plain[name] = ends(getattr(self.limits, name))
        if self.covered is not None:
            plain["covered"] = ends(self.covered)
        return plain


def ends(figure: Figure) -> dict[str, float | None]:
    """Return a figure and its interval."""
    return {"value": figure.value, "low": figure.low, "high": figure.high}


def compare_measures(
    first: Mapping[str, Told], second: Mapping[str, Told], patient_id: Strings
) -> dict[str, Compared]:
    """Return measure -> how far two measurements of the same slices agree.

    Args:
        first: measure -> values of the slices.
        second: likewise, of the same slices in the same order.
        patient_id: (slice,).
    """
    found = {}
    for measure in MEASURES:
        if measure.name not in first or measure.name not in second:
            continue
        one, other = first[measure.name], second[measure.name]
        both = np.isfinite(one.value) & np.isfinite(other.value)
        if not both.any():
            continue
        if measure.unit == "code":
            codes = agree(_codes(one, both), _codes(other, both), patient_id[both].tolist())
            found[measure.name] = Compared(measure.unit, one, other, None, None, codes)
        else:
            limits = limits_of(one.value, other.value, patient_id)
            covered = _covered(one, other, patient_id)
            found[measure.name] = Compared(measure.unit, one, other, limits, covered, None)
    return found


def _codes(told: Told, rows: npt.NDArray[np.bool_]) -> Sequence[str]:
    return [f"{value:g}" for value in told.value[rows].tolist()]


def _covered(one: Told, other: Told, patient_id: Strings) -> Figure | None:
    sure = np.isfinite(one.low) & np.isfinite(other.value)
    if not sure.any():
        return None
    inside = (other.value >= one.low) & (other.value <= one.high)
    return clustered_share(np.where(sure, inside.astype(np.float64), np.nan), patient_id)
