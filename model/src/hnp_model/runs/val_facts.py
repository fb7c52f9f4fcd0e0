"""What val was like when thresholds, epoch and calibration were settled on it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hnp_model.measures.area_interval import area_interval
from hnp_model.measures.units import PRIMARY_UNIT, UNITS, Scores, UnitName


@dataclass(frozen=True, slots=True)
class Reach:
    """How much of val lies on either side of a threshold.

    Attributes:
        rows_from: rows at or above it.
        rows_below: rows below it.
        patients_from: patients with any row at or above it.
        patients_below: patients with any row below it.
    """

    rows_from: int
    rows_below: int
    patients_from: int
    patients_below: int


@dataclass(frozen=True, slots=True)
class ValFacts:
    """What later readers of a run should know of its val.

    Attributes:
        n_patients: patients.
        n_positive: patients with a positive disc.
        n_negative: patients with a negative disc.
        auc_high: upper end of the interval of the AUC by disc; None without two patients a class.
        thresholds: unit -> what lies on either side of its threshold.
    """

    n_patients: int
    n_positive: int
    n_negative: int
    auc_high: float | None
    thresholds: Mapping[str, Reach]

    @property
    def one_class(self) -> bool:
        """Whether val cannot tell one class from the other."""
        return not (self.n_positive and self.n_negative)


def describe_val(scores: Mapping[UnitName, Scores], thresholds: Mapping[str, float]) -> ValFacts:
    """Return the facts of val, from the scores and the threshold of each unit."""
    discs = scores[PRIMARY_UNIT]
    positive, negative = discs.patients_with(True), discs.patients_with(False)
    high = area_interval(discs)[1] if min(positive, negative) > 1 else None
    reach: dict[str, Reach] = {unit: _reach(scores[unit], thresholds[unit]) for unit in UNITS}
    return ValFacts(discs.patient_count, positive, negative, high, reach)


def _reach(scores: Scores, threshold: float) -> Reach:
    called = scores.probability >= threshold
    sides = (called, ~called)
    rows = (int(side.sum()) for side in sides)
    return Reach(*rows, *(int(np.unique(scores.patient[side]).size) for side in sides))
