"""What acting on a model is worth, against acting on everybody and on nobody: decision curves.

Source: Vickers AJ, Elkin EB, Decision curve analysis: a novel method for evaluating prediction
models, Medical Decision Making 2006; 26: 565-574. Intervals come from the variance between
patients, as those of all figures here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hnp_model.measures.bootstrap import MIN_PATIENTS
from hnp_model.measures.sureness import quantile
from hnp_model.measures.units import Scores

THRESHOLDS = tuple(round(0.01 * step, 2) for step in range(1, 100))
"""Probabilities from which on somebody acts; 0.2: one found is worth four alarms."""

COLUMNS = (
    "threshold",
    *("net_benefit", "net_benefit_low", "net_benefit_high"),
    *("all", "all_low", "all_high"),
    *("gain_over_all", "gain_over_all_low", "gain_over_all_high"),
    *("gain_over_best", "gain_over_best_low", "gain_over_best_high"),
)
"""Of a decision curve, as files name them; best: the better of acting on all and on none."""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Worth:
    """A net benefit at each threshold, with its interval there; every array is (threshold,)."""

    value: Numbers
    low: Numbers
    high: Numbers


@dataclass(frozen=True, slots=True, eq=False)
class DecisionCurve:
    """Net benefit per row: what is found, less the alarms at the price of the threshold.

    Acting on nobody is worth 0 at every threshold.

    Attributes:
        threshold: (threshold,), calibrated probability from which on somebody acts.
        model: acting on whom the model calls.
        everyone: acting on everybody.
        gain: the first less the second.
        gain_over_best: the first less the better of everybody and nobody.
    """

    threshold: Numbers
    model: Worth
    everyone: Worth
    gain: Worth
    gain_over_best: Worth

    def pays_between(self) -> tuple[float, float] | None:
        """Return the widest run of thresholds where the gain is above 0 with its whole interval."""
        runs = _runs(self.gain_over_best.low > 0)
        if not runs:
            return None
        first, last = max(runs, key=lambda run: run[1] - run[0])
        return float(self.threshold[first]), float(self.threshold[last])

    def to_plain(self) -> dict[str, list[float]]:
        """Return what metrics.json holds, one entry a threshold."""
        return {name: column.tolist() for name, column in self.columns().items()}

    def columns(self) -> dict[str, Numbers]:
        """Return name -> (threshold,)."""
        told = (self.model, self.everyone, self.gain, self.gain_over_best)
        ends = [one for worth in told for one in (worth.value, worth.low, worth.high)]
        return dict(zip(COLUMNS, (self.threshold, *ends), strict=True))


def decision_curve(
    scores: Scores, thresholds: Sequence[float] = THRESHOLDS
) -> DecisionCurve | None:
    """Return the decision curve of some rows; None under `MIN_PATIENTS` patients in a class.

    Args:
        scores: calibrated probabilities.
        thresholds: above 0, below 1, ascending.
    """
    fewest = min(map(scores.patients_with, (True, False)))
    if fewest < MIN_PATIENTS:
        return None
    cut = np.array(thresholds)
    price = cut / (1 - cut)
    called = scores.probability[:, None] >= cut  # (row, threshold)
    worth = np.where(scores.truth[:, None], 1.0, -price)  # of acting on a row
    model, everyone = (_by_patient(scores, each) for each in (worth * called, worth))
    gain = model - everyone
    rows = scores.truth.size
    best = np.where(everyone.sum(axis=0) > 0, everyone, 0.0)
    reach = quantile(fewest)
    told = (_worth(each, scores, rows, reach) for each in (model, everyone, gain, model - best))
    return DecisionCurve(cut, *told)


def _by_patient(scores: Scores, worth: Numbers) -> Numbers:
    """Return the sum over each patient's rows, (patient, threshold)."""
    sums = np.zeros((scores.patient_count, worth.shape[1]))
    np.add.at(sums, scores.patient, worth)
    return sums


def _worth(sums: Numbers, scores: Scores, rows: int, reach: float) -> Worth:
    value = sums.sum(axis=0) / rows
    held = np.bincount(scores.patient)[:, None]  # rows of each patient
    apart = (sums - value * held) / rows
    patients = len(sums)
    half = reach * np.sqrt(patients / (patients - 1) * np.square(apart).sum(axis=0))
    return Worth(value, value - half, value + half)


def _runs(marked: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return first and last index of each run that is marked."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], marked, [False]]).astype(np.int8)))
    return [(int(first), int(after) - 1) for first, after in edges.reshape(-1, 2)]
