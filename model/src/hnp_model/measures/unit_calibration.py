"""Calibration of discs and patients: none, Platt's line or an isotonic curve, chosen on val.

Fitted to the very probabilities that are reported (a disc's mean, a patient's maximum), for a line
through slices does not make those match frequencies. The choice is by log loss on patients that
each candidate has not seen; what comes of it is judged on other data.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import isotonic_regression

from hnp_model.measures.calibration import fit_calibration, platt_targets, sigmoid
from hnp_model.measures.metrics import logit_of
from hnp_model.measures.patient_folds import deal_patients
from hnp_model.measures.units import Scores

Method = Literal["none", "platt", "isotonic"]
METHODS: tuple[Method, ...] = ("none", "platt", "isotonic")
"""The simplest first: it is kept where another is not better."""

ISOTONIC_FROM = 50
"""Patients of the rarer class from which on a curve is tried; with fewer it follows single ones."""

STEEPEST = 1e100
"""Beyond this, calibrated logits overflow."""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class UnitCalibration:
    """From the probability of a disc or patient to a calibrated one; never falls where it rises.

    Attributes:
        method: which of the three.
        intercept: of the line through the logits.
        slope: of that line, above 0.
        knots: probabilities at which the curve is given, ascending; straight lines lie between.
        heights: the curve there.
        losses: method -> mean log loss on patients of val that it was not fitted on.
    """

    method: Method = "none"
    intercept: float = 0.0
    slope: float = 1.0
    knots: tuple[float, ...] = ()
    heights: tuple[float, ...] = ()
    losses: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 < self.slope <= STEEPEST or abs(self.intercept) > STEEPEST:
            raise ValueError("expected a line that a fit can end in")
        curve = np.array([self.knots, self.heights])  # raises where lengths differ
        known = self.method != "isotonic" or curve.size > 0
        if not known or (np.diff(curve) < 0).any() or ((curve < 0) | (curve > 1)).any():
            raise ValueError("expected a curve that rises from 0 to 1 at most")

    def apply(self, probability: Numbers) -> Numbers:
        """Return calibrated probabilities, (row,)."""
        if self.method == "isotonic":
            return np.interp(probability, self.knots, self.heights)
        if self.method == "platt":
            return sigmoid(self.intercept + self.slope * logit_of(probability))
        return probability


def choose_calibration(val: Scores) -> UnitCalibration:
    """Return the calibration with the least loss on patients of val it was not fitted on.

    None where val has one class or one probability only.
    """
    methods = _offered(val)
    folds = deal_patients(val.patient, val.truth)
    losses: dict[str, float] = {method: _loss_apart(method, val, folds) for method in methods}
    chosen = min(methods, key=lambda method: losses[method])
    return replace(fit_unit(chosen, val.probability, val.truth), losses=losses)


def fit_unit(method: Method, probability: Numbers, truth: npt.NDArray[np.bool_]) -> UnitCalibration:
    """Return a calibration of one kind; none where nothing rises.

    Args:
        method: which.
        probability: (row,), of the unit.
        truth: (row,).
    """
    if method == "platt":
        line = fit_calibration(logit_of(probability), truth)
        if line.slope > 0:  # a falling line would exchange the classes
            return UnitCalibration("platt", line.intercept, line.slope)
    if method == "isotonic" and truth.any() and not truth.all():
        return _fit_isotonic(probability, truth)
    return UnitCalibration()


def _fit_isotonic(probability: Numbers, truth: npt.NDArray[np.bool_]) -> UnitCalibration:
    """Return the curve of least squares; Platt's targets keep it from 0 and 1."""
    knots, place = np.unique(probability, return_inverse=True)
    count = np.bincount(place)
    target = np.bincount(place, weights=platt_targets(truth)) / count
    found = isotonic_regression(target, weights=count)
    ends = np.unique([found.blocks[:-1], found.blocks[1:] - 1])  # first and last of each step
    heights = found.x[ends]
    return UnitCalibration(
        "isotonic", knots=tuple(knots[ends].tolist()), heights=tuple(heights.tolist())
    )


def _offered(val: Scores) -> tuple[Method, ...]:
    fewest = min(val.patients_with(True), val.patients_with(False))
    if not fewest or np.ptp(val.probability) == 0:
        return METHODS[:1]
    return METHODS if fewest >= ISOTONIC_FROM else METHODS[:2]


def _loss_apart(method: Method, val: Scores, folds: npt.NDArray[np.int64]) -> float:
    calibrated = val.probability.copy()
    for fold in np.unique(folds):
        here = folds == fold
        fitted = fit_unit(method, val.probability[~here], val.truth[~here])
        calibrated[here] = fitted.apply(val.probability[here])
    logit = logit_of(calibrated)
    return float(np.logaddexp(0.0, np.where(val.truth, -logit, logit)).mean())
