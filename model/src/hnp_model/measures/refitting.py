"""What a recipe of learning reaches on patients it has not seen, told by those it has seen.

A model is learned anew from resampled patients, many times, and judged on the patients who were not
drawn. It has learned from fewer than the model in question, so what it reaches is too low, as the
figure of that model on its own patients is too high; the .632+ bootstrap lies between, the nearer
to the former the more was learned by heart. Sources: Efron B, Tibshirani R, Improvements on
cross-validation: the .632+ bootstrap method, JASA 1997; 92: 548-560; for areas Sahiner B, Chan HP,
Hadjiiski L, Classifier performance prediction using a limited dataset, Medical Physics 2008; 35:
1559-1570. Patients, not slices, are drawn.

Harrell's bootstrap (Statistics in Medicine 1996; 15: 361-387) is given too: it judges refits on all
patients, of whom most were drawn, and trees that know them by heart look good in it.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from hnp_model.measures.metrics import Judged, judge, measure
from hnp_model.measures.units import Labelled, UnitName, score_units

ANY_THRESHOLD = 0.5
"""An AUC has none."""

CHANCE = 0.5
DRAWN = 0.632
"""Share of patients who are among as many as there are, drawn with replacement: 1 - 1/e."""

MOST_TRIES = 10
"""Resamples that are looked at for each that is wanted: those of one class teach nothing."""

Numbers = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
Learn = Callable[[Rows], Numbers]
"""From slices to learn from, as often as they are named, to the probability of every slice."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """An AUC on the patients learned from, and what is left of it for others.

    Attributes:
        unit: of its rows.
        apparent: as it is.
        outside: mean AUC of refits on the patients not drawn.
        harrell: what Harrell's bootstrap leaves of it.
        refits: models that were learned to tell.
    """

    unit: UnitName
    apparent: float
    outside: float
    harrell: float
    refits: int

    @property
    def corrected(self) -> float:
        """What the .632+ bootstrap leaves of it.

        What lies below chance outside stays there, unlike in the sources: cut off at chance, noise
        would come out at .53 in the mean, for nothing made up for what luck put above it.
        """
        if self.apparent <= max(self.outside, CHANCE):
            return min(self.apparent, self.outside)
        by_heart = (self.apparent - self.outside) / (self.apparent - CHANCE)
        weight = DRAWN / (1 - (1 - DRAWN) * min(max(by_heart, 0.0), 1.0))
        return (1 - weight) * self.apparent + weight * self.outside

    def to_plain(self) -> dict[str, object]:
        """Return what metrics.json holds."""
        return {**asdict(self), "corrected": self.corrected}


def correct_optimism(
    learn: Learn, slices: Labelled, unit: UnitName, *, refits: int, seed: int
) -> Corrected | None:
    """Return what is left of the AUC on the slices learned from.

    Args:
        learn: learns a model and applies it.
        slices: those learned from, of both classes.
        unit: what a row stands for.
        refits: models to learn.
        seed: decides who is drawn.

    Returns:
        None where too few patients have discs of either class: resamples leave out none of one.
    """
    patient = np.unique(slices.patient_id, return_inverse=True)[1]
    count = int(patient.max()) + 1
    rows_of = np.split(np.argsort(patient, kind="stable"), np.cumsum(np.bincount(patient))[:-1])
    random = np.random.default_rng(seed)
    everybody = np.ones(count)
    apparent = _area(_judged(learn(np.arange(patient.size)), slices, unit), everybody)
    gaps, outside = [], []
    for _ in range(MOST_TRIES * refits):
        drawn = random.integers(0, count, count)
        rows = np.concatenate([rows_of[number] for number in drawn])
        times = np.bincount(drawn, minlength=count).astype(np.float64)
        if not (_has_both(slices, rows) and _has_both(slices, times[patient] == 0)):
            continue
        judged = _judged(learn(rows), slices, unit)
        gaps.append(_area(judged, times) - _area(judged, everybody))
        outside.append(_area(judged, (times == 0).astype(np.float64)))
        if len(gaps) == refits:
            harrell = apparent - float(np.mean(gaps))
            return Corrected(unit, apparent, float(np.nanmean(outside)), harrell, refits)
    return None


def _has_both(slices: Labelled, rows: Rows | npt.NDArray[np.bool_]) -> bool:
    truth = slices.is_patient[rows]
    return bool(truth.any() and not truth.all())


def _judged(probability: Numbers, slices: Labelled, unit: UnitName) -> Judged:
    return judge(score_units(unit, slices, probability))


def _area(judged: Judged, times: Numbers) -> float:
    """Return the area under the curve with each patient counting so many times, (patient,)."""
    weights = times[judged.scores.patient][None]
    with np.errstate(invalid="ignore"):  # of one class: no area
        return float(measure(judged, ANY_THRESHOLD, weights, ("auc",))[0, 0])
