"""What a suspect could add to the baseline: the area with it less the area without."""

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from hnp_model.audit.discs import Discs, Numbers, scores_of
from hnp_model.audit.optimism import ANY_THRESHOLD, AUC
from hnp_model.measures.bootstrap import (
    MIN_PATIENTS,
    Figure,
    Model,
    draw_patients,
    fewest_patients,
    figure_of,
    resample,
)

ROUNDS = 30
NEAR_ENOUGH = 1e-3
MAX_STEP = 1.0
HELD = 1.0
"""Pull of the weight towards 0, in discs: a suspect that tells all would get no finite one."""

RESAMPLES = 500


class Adding:
    """How much area by disc suspects add, each weight chosen anew in each resample of people.

    A weight is 0 or more: a model that learns nothing from a suspect leaves it alone.
    """

    def __init__(self, discs: Discs, base: Numbers) -> None:
        """Draw people, and judge the baseline on them.

        Args:
            discs: those judged.
            base: (disc,), the baseline's logit, from other people.
        """
        people = int(discs.person.max()) + 1
        drawn = np.concatenate(list(draw_patients(people, len(discs))))[:RESAMPLES, discs.person]
        both = (drawn @ discs.truth > 0) & (drawn @ ~discs.truth > 0)
        self._discs, self._base = discs, base
        self._counts = np.vstack([np.ones((1, len(discs))), drawn[both]])
        self._before = [weighted_area(base, discs.truth, count) for count in self._counts]

    def by(self, told: Numbers) -> Figure:
        """Return what a suspect adds that tells so much beyond the baseline, (disc,)."""
        spread = told.std()
        told = (told - told.mean()) / spread if spread > 0 else np.zeros_like(told)
        truth = self._discs.truth
        weights = _weights(truth, self._base, told, self._counts)
        gains = [
            weighted_area(self._base + weight * told, truth, count) - before if weight else 0.0
            for weight, count, before in zip(
                weights.tolist(), self._counts, self._before, strict=True
            )
        ]
        return figure_of(np.float64(gains[0]), np.array(gains[1:]))


def gain(discs: Discs, poorer: Numbers, richer: Numbers) -> Figure:
    """Return how much more area by disc one score has, from people drawn for both at once.

    Args:
        discs: all discs.
        poorer: (disc,).
        richer: (disc,), NaN of discs that are not judged.
    """
    kept = np.isfinite(richer)
    both = [
        scores_of(each[kept], discs.truth[kept], discs.person[kept]) for each in (poorer, richer)
    ]
    if min(map(fewest_patients, both)) < MIN_PATIENTS:
        return Figure(None, None, None)
    models = [Model.of(scores, ANY_THRESHOLD) for scores in both]
    before, after = (model.values(AUC)[0] for model in models)
    drawn = resample(models, AUC)[:, :, 0]  # (model, resample)
    return figure_of(after - before, drawn[1] - drawn[0])


def weighted_area(score: Numbers, truth: npt.NDArray[np.bool_], count: Numbers) -> float:
    """Return the area under the ROC curve of rows that count so often; ties as half."""
    values, place = np.unique(score, return_inverse=True)
    hits = np.bincount(place, weights=count * truth, minlength=values.size)
    alarms = np.bincount(place, weights=count * ~truth, minlength=values.size)
    below = np.cumsum(alarms) - alarms / 2
    return float(hits @ below / (hits.sum() * alarms.sum()))


def _weights(
    truth: npt.NDArray[np.bool_], base: Numbers, told: Numbers, counts: Numbers
) -> Numbers:
    """Return the weight of what is told beside the baseline, (resample,), by Newton's method."""
    level, weight = np.zeros(len(counts)), np.zeros(len(counts))
    for _ in range(ROUNDS):
        expected = expit(base + level[:, None] + weight[:, None] * told)
        off, curve = counts * (truth - expected), counts * expected * (1 - expected)
        pull = off.sum(axis=1), off @ told - HELD * weight
        bend, cross = curve.sum(axis=1) + 1e-9, curve @ told
        bend_told = curve @ np.square(told) + HELD
        size = bend * bend_told - np.square(cross)
        steps = (
            (bend_told * pull[0] - cross * pull[1]) / size,
            (bend * pull[1] - cross * pull[0]) / size,
        )
        level += steps[0].clip(-MAX_STEP, MAX_STEP)
        weight += steps[1].clip(-MAX_STEP, MAX_STEP)
        if max(np.abs(step).max() for step in steps) < NEAR_ENOUGH:
            break
    return np.asarray(weight.clip(0))
