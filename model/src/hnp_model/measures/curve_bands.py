"""ROC and precision-recall curves with the band that resampled patients leave. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hnp_model.measures.bootstrap import INTERVAL, MIN_PATIENTS, draw_patients, fewest_patients
from hnp_model.measures.units import Scores

GRID = np.linspace(0, 1, 101)
"""Where a band is told: shares of negatives called, or of positives found."""

MOST_POINTS = 400
"""Thresholds of a curve, evenly over the rows; with fewer different probabilities, all of them."""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A curve of all rows, and the band that holds 95 % of those of resampled patients.

    Attributes:
        points: (point, [across, up]), one a threshold, the highest first.
        value: (grid,), the curve at `GRID`.
        low: (grid,), lower end of the band there.
        high: (grid,), upper end.
    """

    points: Numbers
    value: Numbers
    low: Numbers
    high: Numbers


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """Both curves of one unit: sensitivity by 1 - specificity, precision by sensitivity."""

    roc: Curve
    precision_recall: Curve


def curves_of(scores: Scores) -> Curves | None:
    """Return both curves; None under `MIN_PATIENTS` patients in a class.

    Bands are pointwise: at each place of the grid 95 % of the resamples lie in them, not whole
    curves. Resamples are those of all figures (`bootstrap.draw_patients`); of one class none.
    """
    if fewest_patients(scores) < MIN_PATIENTS:
        return None
    hits, misses = _by_patient(scores)
    drawn: tuple[list[Numbers], list[Numbers]] = ([], [])
    for weights in draw_patients(scores.patient_count, hits.shape[1]):
        for pair in zip(
            *(np.cumsum(weights @ each, axis=1) for each in (hits, misses)), strict=True
        ):
            if pair[0][-1] and pair[1][-1]:
                for kept, told in zip(drawn, _on_grid(*pair), strict=True):
                    kept.append(told)
    found, alarms = (np.cumsum(each.sum(axis=0)) for each in (hits, misses))
    recall = found / found[-1]
    points = (
        np.stack([np.append(0, alarms / alarms[-1]), np.append(0, recall)], axis=1),
        np.stack([recall, found / (found + alarms)], axis=1),
    )
    values = _on_grid(found, alarms)
    return Curves(*(_curve(*each) for each in zip(points, values, drawn, strict=True)))


def chosen_ends(scores: Scores, most: int) -> npt.NDArray[np.int64]:
    """Return the last row of some runs of equal probabilities, evenly over rows, the last too."""
    ends = np.append(np.flatnonzero(np.diff(scores.probability)), scores.truth.size - 1)
    if ends.size <= most:
        return ends
    wanted = np.linspace(0, scores.truth.size - 1, most)
    return np.unique(ends[np.searchsorted(ends, wanted)])


def _by_patient(scores: Scores) -> Iterator[Numbers]:
    """Yield positives and negatives of each patient from one threshold to the next."""
    ends = chosen_ends(scores, MOST_POINTS)
    place = np.searchsorted(ends, np.arange(scores.truth.size))
    cell = scores.patient * ends.size + place
    for rows in (scores.truth, ~scores.truth):
        counts = np.bincount(cell[rows], minlength=scores.patient_count * ends.size)
        yield counts.reshape(scores.patient_count, ends.size).astype(np.float64)


def _on_grid(found: Numbers, alarms: Numbers) -> tuple[Numbers, Numbers]:
    """Return sensitivity at each share of negatives called, and precision at each sensitivity.

    Args:
        found: (threshold,), positives called.
        alarms: (threshold,), negatives called.
    """
    recall = found / found[-1]
    roc = np.interp(GRID, np.append(0, alarms / alarms[-1]), np.append(0, recall))
    called = np.maximum(found + alarms, 1)  # a resample may have drawn nobody so probable
    # The first threshold that finds as many: between two of them no straight line holds.
    # At none found it is the first that calls anybody: before it there is no precision.
    first = np.searchsorted(found + alarms, 0, side="right")
    reached = np.maximum(np.searchsorted(recall, GRID - 1e-9), first)
    return roc, (found / called)[reached]


def _curve(points: Numbers, value: Numbers, drawn: list[Numbers]) -> Curve:
    low, high = np.quantile(np.stack(drawn), INTERVAL, axis=0)
    return Curve(points, value, low, high)
