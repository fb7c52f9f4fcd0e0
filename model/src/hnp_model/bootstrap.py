"""Percentile intervals from resampling patients: slices of one person are not independent."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hnp_model.metrics import METRICS, judge, measure
from hnp_model.units import Scores

RESAMPLES = 2_000
SEED = 0
INTERVAL = (0.025, 0.975)
"""Quantiles of the resamples that are reported as low and high."""

MIN_PATIENTS = 10
"""Fewer patients than this in a class say nothing about either: no figures are given."""

CHUNK_CELLS = 400_000
"""Weights held at a time: small enough for the processor's cache, large enough for numpy."""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and its 95 % interval; None where it is not defined."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Estimates:
    """All figures of some rows.

    Attributes:
        figures: one for each of `metrics.METRICS`, in that order.
        resamples_dropped: resamples that drew one class only.
    """

    figures: tuple[Figure, ...]
    resamples_dropped: int


def estimate(scores: Scores, threshold: float) -> Estimates:
    """Return the figures with their intervals, threshold and model fixed."""
    if _fewest_patients(scores) < MIN_PATIENTS:
        return Estimates((Figure(None, None, None),) * len(METRICS), 0)
    judged = judge(scores)
    values = measure(judged, threshold, np.ones((1, scores.truth.size)))[0]
    resampled = []
    for counts in draw_patients(scores.patient_count, scores.truth.size):
        weights = counts[:, scores.patient]  # (resample, row)
        positives = weights @ scores.truth
        both = (positives > 0) & (positives < weights.sum(axis=1))
        resampled.append(measure(judged, threshold, weights[both]))
    drawn = np.concatenate(resampled)  # (resample, metric)
    return Estimates(tuple(map(_figure, values, drawn.T)), RESAMPLES - len(drawn))


def draw_patients(patient_count: int, row_count: int) -> Iterator[Numbers]:
    """Yield how often each patient is drawn, (resample, patient), some resamples at a time.

    Args:
        patient_count: patients to draw from; as many are drawn in each resample.
        row_count: rows they have, which bounds how many resamples come at a time.
    """
    random = np.random.default_rng(SEED)
    chunk = max(1, CHUNK_CELLS // max(row_count, patient_count))
    for first in range(0, RESAMPLES, chunk):
        size = min(chunk, RESAMPLES - first)
        drawn = random.integers(0, patient_count, size=(size, patient_count))
        drawn += np.arange(size)[:, None] * patient_count
        counts = np.bincount(drawn.ravel(), minlength=size * patient_count)
        yield counts.reshape(size, patient_count).astype(np.float64)


def _fewest_patients(scores: Scores) -> int:
    """Return the number of patients in the class that has fewer of them."""
    return min(np.unique(scores.patient[scores.truth == truth]).size for truth in (False, True))


def _figure(value: np.float64, drawn: Numbers) -> Figure:
    defined = drawn[np.isfinite(drawn)]
    if not np.isfinite(value) or not defined.size:
        return Figure(None, None, None)
    low, high = np.quantile(defined, INTERVAL)
    return Figure(float(value), float(low), float(high))
