"""How well probabilities match frequencies, before and after calibration."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hnp_model.measures.bootstrap import MIN_PATIENTS, Figure, fewest_patients
from hnp_model.measures.calibration_error import calibration_error, error_interval
from hnp_model.measures.intervals import interval_of
from hnp_model.measures.metrics import REPORT_THRESHOLD, judge, measure
from hnp_model.measures.units import Scores

CALIBRATED = ("brier", "calibration_slope", "ece")
"""The figures, in the order in which they are given."""


@dataclass(frozen=True, slots=True)
class CalibratedFigures:
    """Figures of one unit.

    Attributes:
        method: what calibrates it: `none`, `platt` or `isotonic`.
        before: one for each of `CALIBRATED`, of the model's probabilities.
        after: the same of the calibrated ones.
    """

    method: str
    before: tuple[Figure, ...]
    after: tuple[Figure, ...]

    def to_plain(self) -> dict[str, object]:
        """Return what metrics.json holds."""
        return {"method": self.method, "before": _named(self.before), "after": _named(self.after)}


def compare_calibration(method: str, before: Scores, after: Scores) -> CalibratedFigures:
    """Return the figures of one unit, of the same rows before and after calibration."""
    return CalibratedFigures(method, _figures(before), _figures(after))


def _figures(scores: Scores) -> tuple[Figure, ...]:
    if fewest_patients(scores) < MIN_PATIENTS:
        return (Figure(None, None, None),) * len(CALIBRATED)
    judged, once = judge(scores), np.ones((1, scores.truth.size))
    names = CALIBRATED[:2]
    values = measure(judged, REPORT_THRESHOLD, once, names)[0].tolist()
    figures = []
    for name, value in zip(names, values, strict=True):
        told = interval_of(name, value, judged, REPORT_THRESHOLD, np.empty(0))
        figures.append(Figure(value, *told) if told else Figure(None, None, None))
    return (*figures, Figure(calibration_error(scores), *error_interval(scores)))


def _named(figures: tuple[Figure, ...]) -> Mapping[str, Mapping[str, float | None]]:
    return {
        name: {"value": figure.value, "low": figure.low, "high": figure.high}
        for name, figure in zip(CALIBRATED, figures, strict=True)
    }
