"""How far probabilities lie from frequencies: bins of rows, and the expected calibration error."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from hnp_model.measures.sureness import Interval, quantile
from hnp_model.measures.units import Scores

BINS = 10
FEW_ROWS = 200
"""Below this many rows, half as many bins: single rows say nothing about a frequency."""

DRAWS = 2_000
SEED = 0
OUTSIDE = 0.025
"""Share that may lie beyond either end."""

ROUNDS = 20
"""Halvings of the search for the lower end: to a millionth of the error."""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """Rows by their probability; every array is (bin,).

    Attributes:
        count: rows in each bin.
        predicted: their mean probability, NaN in an empty bin.
        observed: their share of positives, NaN in an empty bin.
    """

    count: npt.NDArray[np.int64]
    predicted: Numbers
    observed: Numbers


def bin_count_for(scores: Scores) -> int:
    """Return how many bins so many rows fill."""
    return BINS if scores.truth.size >= FEW_ROWS else BINS // 2


def bin_rows(scores: Scores, bin_count: int) -> Bins:
    """Return the rows in bins of equal width; a probability of 1 is in the last one."""
    place = _places(scores, bin_count)
    count = np.bincount(place, minlength=bin_count)
    sums = (
        np.bincount(place, weights=values, minlength=bin_count)
        for values in (scores.probability, scores.truth)
    )
    divisor = np.where(count, count, np.nan)
    predicted, observed = (total / divisor for total in sums)
    return Bins(count, predicted, observed)


def calibration_error(scores: Scores) -> float:
    """Return the mean distance between share and probability over bins, by their rows.

    Source: Naeini MP, Obtaining well calibrated probabilities using Bayesian binning, AAAI 2015.
    Chance alone puts it above 0: see the interval.
    """
    bins = bin_rows(scores, bin_count_for(scores))
    filled = bins.count > 0
    apart = np.abs(bins.observed - bins.predicted)[filled]
    return float(bins.count[filled] @ apart / scores.truth.size)


def error_interval(scores: Scores) -> Interval:
    """Return the interval of the expected calibration error, from the variance between patients.

    A calibrated model's is above 0 by chance, so what is seen is more likely above the truth than
    below. The upper end is the usual one: the normal error of the sum with signs as they are. The
    lower end is the least error at which so much would not be rare: the distances of the bins,
    made smaller as one, with the noise of their clustered covariance.
    """
    gaps, covariance = _gaps(scores)
    seen = float(np.abs(gaps).sum())
    fewest = min(scores.patients_with(True), scores.patients_with(False))
    reach = quantile(max(2, fewest))
    signs = np.sign(gaps)
    high = seen + reach * math.sqrt(max(0.0, float(signs @ covariance @ signs)))
    values, axes = np.linalg.eigh(covariance)
    noise = np.random.default_rng(SEED).normal(size=(DRAWS, gaps.size)) * np.sqrt(values.clip(0))
    noise = noise @ axes.T * (reach / float(ndtri(1 - OUTSIDE)))  # (draw, bin)
    low, top = 0.0, 1.0
    for _ in range(ROUNDS):
        middle = (low + top) / 2
        rare = np.mean(np.abs(middle * gaps + noise).sum(axis=1) >= seen) <= OUTSIDE
        low, top = (middle, top) if rare else (low, middle)
    return low * seen, min(1.0, high)


def _gaps(scores: Scores) -> tuple[Numbers, Numbers]:
    """Return the summed distance in each bin over all rows, (bin,), and its covariance."""
    bin_count, patients = bin_count_for(scores), scores.patient_count
    cell = scores.patient * bin_count + _places(scores, bin_count)
    apart = (scores.truth - scores.probability) / scores.truth.size
    sums = np.bincount(cell, weights=apart, minlength=patients * bin_count)
    by_patient = sums.reshape(patients, bin_count)
    gaps = by_patient.sum(axis=0)
    share = np.bincount(scores.patient, minlength=patients) / scores.truth.size
    left = by_patient - share[:, None] * gaps
    seen = patients / max(1, patients - 1) * left.T @ left
    return gaps, seen + np.diag(_unseen(scores, cell, patients))


def _unseen(scores: Scores, cell: npt.NDArray[np.int64], patients: int) -> Numbers:
    """Return the variance that bins of one class do not show, (bin,): as their probabilities say.

    A patient's rows in a bin count as one, for they mostly have the same truth.
    """
    bin_count = bin_count_for(scores)
    place = _places(scores, bin_count)
    hits, rows = (
        np.bincount(place, weights, minlength=bin_count) for weights in (scores.truth, None)
    )
    spread = np.sqrt(scores.probability * (1 - scores.probability)) / scores.truth.size
    sums = np.bincount(cell, weights=spread, minlength=patients * bin_count)
    told = np.square(sums.reshape(patients, bin_count)).sum(axis=0)
    return np.where((hits > 0) & (hits < rows), 0.0, told)


def _places(scores: Scores, bin_count: int) -> npt.NDArray[np.int64]:
    return np.minimum((scores.probability * bin_count).astype(np.int64), bin_count - 1)
