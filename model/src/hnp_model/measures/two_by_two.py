"""Who is found and who is alarmed at one threshold: the four counts, and shares of them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from hnp_model.measures.bootstrap import MIN_PATIENTS, Figure
from hnp_model.measures.intervals import ratio_interval
from hnp_model.measures.units import Scores

SHARES = ("sensitivity", "specificity", "ppv", "npv", "found_of_all", "called_of_all")
"""Shares with intervals; of all: of the rows judged, positive or not."""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TwoByTwo:
    """What is called positive, against the truth.

    Attributes:
        threshold: a probability from here on is called positive.
        found: positive rows called so.
        missed: positive rows not called so.
        alarms: negative rows called positive.
        passed: negative rows not called so.
        shares: `SHARES` -> share; without an interval under `MIN_PATIENTS` patients in a class.
    """

    threshold: float
    found: int
    missed: int
    alarms: int
    passed: int
    shares: Mapping[str, Figure]

    @classmethod
    def of(cls, scores: Scores, threshold: float) -> "TwoByTwo":
        """Count at a threshold; rows of one patient are one draw in the intervals."""
        called = scores.probability >= threshold
        truth = scores.truth
        sides = (called & truth, ~called & truth, called & ~truth, ~called & ~truth)
        found, missed, alarms, passed = (int(np.count_nonzero(side)) for side in sides)
        enough = min(map(scores.patients_with, (True, False))) >= MIN_PATIENTS
        every = np.ones_like(truth)
        of_what = (
            *((called & truth, truth), (~called & ~truth, ~truth), (called & truth, called)),
            *((~called & ~truth, ~called), (called & truth, every), (called, every)),
        )
        shares = {
            name: _share(part, whole, scores.patient, enough=enough)
            for name, (part, whole) in zip(SHARES, of_what, strict=True)
        }
        return cls(threshold, found, missed, alarms, passed, shares)

    @property
    def positives(self) -> int:
        """Rows that are positive."""
        return self.found + self.missed

    @property
    def negatives(self) -> int:
        """Rows that are not."""
        return self.alarms + self.passed

    @property
    def screened_per_found(self) -> Figure:
        """Rows judged for each one found; no upper end where it may be that none is found."""
        return _inverse(self.shares["found_of_all"])

    @property
    def called_per_found(self) -> Figure:
        """Rows called positive for each one found: what a reader looks at."""
        return _inverse(self.shares["ppv"])

    def to_plain(self) -> dict[str, object]:
        """Return what metrics.json holds."""
        plain = asdict(self)
        shares = {**self.shares, "screened_per_found": self.screened_per_found}
        shares["called_per_found"] = self.called_per_found
        plain["shares"] = {name: _plain(figure) for name, figure in shares.items()}
        return plain


def _share(
    part: npt.NDArray[np.bool_],
    whole: npt.NDArray[np.bool_],
    patient: npt.NDArray[np.int64],
    *,
    enough: bool,
) -> Figure:
    if not whole.any():
        return Figure(None, None, None)
    value = float(part.sum() / whole.sum())
    if not enough:
        return Figure(value, None, None)
    upper, lower = part.astype(np.float64), whole.astype(np.float64)
    return Figure(value, *ratio_interval(upper, lower, patient))


def _inverse(share: Figure) -> Figure:
    def inverted(value: float | None) -> float | None:
        return 1 / value if value else None

    return Figure(inverted(share.value), inverted(share.high), inverted(share.low))


def _plain(figure: Figure) -> dict[str, float | None]:
    return {"value": figure.value, "low": figure.low, "high": figure.high}
