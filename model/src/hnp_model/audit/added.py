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


def added_by(discs: Discs, base: Numbers, told: Numbers) -> Figure:
    """Return how much area by disc a suspect adds, its weight chosen anew in each resample.

    The weight is 0 or more: a model that learns nothing from a suspect leaves it alone.

    Args:
        discs: those judged.
        base: (disc,), the baseline's logit, from other people.
        told: (disc,), what the suspect tells beyond it, from other people.
    """
    spread = told.std()
    told = (told - told.mean()) / spread if spread > 0 else np.zeros_like(told)
    people = int(discs.person.max()) + 1
    drawn = np.concatenate(list(draw_patients(people, len(discs))))[:RESAMPLES, discs.person]
    both = (drawn @ discs.truth > 0) & (drawn @ ~discs.truth > 0)
    counts = np.vstack([np.ones((1, len(discs))), drawn[both]])
    weights = _weights(discs.truth, base, told, counts)
    gains = np.array(
        [
            weighted_area(base + weight * told, discs.truth, count) if weight > 0 else np.nan
            for weight, count in zip(weights, counts, strict=True)
        ]
    )
    before = np.array([weighted_area(base, discs.truth, count) for count in counts])
    gains = np.where(weights > 0, gains - before, 0.0)
    return figure_of(gains[0], gains[1:])


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
