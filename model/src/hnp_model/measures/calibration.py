"""Platt scaling: a line through the logits that makes probabilities match frequencies.

J. Platt, Probabilistic outputs for support vector machines (1999): targets are drawn in a little
from 0 and 1, so that the line is finite even where the classes are separated.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hnp_model.measures.logistic import fit_line

METHOD = "platt"
"""Name of the method in config.json."""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Calibration:
    """``logit of the calibrated probability = intercept + slope * logit``."""

    intercept: float = 0.0
    slope: float = 1.0

    def apply(self, logit: Numbers) -> Numbers:
        """Return calibrated probabilities, (slice,)."""
        return sigmoid(self.intercept + self.slope * logit)


def fit_calibration(logit: Numbers, truth: npt.NDArray[np.bool_]) -> Calibration:
    """Fit on the validation part; the identity when that has one class or one logit only.

    Args:
        logit: (slice,), the network's.
        truth: (slice,).
    """
    if truth.all() or not truth.any():
        return Calibration()
    line = fit_line(logit, platt_targets(truth))
    return Calibration() if np.isnan(line.slope) else Calibration(line.intercept, line.slope)


def platt_targets(truth: npt.NDArray[np.bool_]) -> Numbers:
    """Return what the line is drawn to, (row,): nearly 0 or 1, the nearer the more rows."""
    positives = int(truth.sum())
    return np.where(truth, (positives + 1) / (positives + 2), 1 / (truth.size - positives + 2))


def sigmoid(logit: Numbers) -> Numbers:
    """Return probabilities, without overflow at either end."""
    smaller = np.exp(-np.abs(logit))
    return np.where(logit >= 0, 1.0, smaller) / (1.0 + smaller)


def logit_of(probability: Numbers) -> Numbers:
    """Return log odds; of 0 and 1 the largest that floats tell from them."""
    inside = np.clip(probability, np.finfo(float).tiny, 1 - np.finfo(float).epsneg)
    return np.asarray(np.log(inside) - np.log1p(-inside), dtype=np.float64)
