"""How much a suspect could add and yet be seen as little as it was: the upper limit.

That a simple model finds nothing is no proof: with few people it would miss a good deal. So what
the baseline leaves is exchanged between people, and something that the suspect could see, in a
direction drawn at random, is planted in it, ever stronger, until no more than one planted world in
forty shows as little as the real one. What would have been added then is the limit. Luck may make
a suspect look emptier than an innocent one would: that counts for nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from hnp_model.audit.baseline import without
from hnp_model.audit.crossfit import SEED, STRENGTHS, Ridge, predict
from hnp_model.audit.discs import Discs, Numbers
from hnp_model.audit.exchange import lists_by_level
from hnp_model.audit.looks import evidence
from hnp_model.measures.logistic import fit_line

WORLDS = 200
MISSED = 0.025
"""Share of planted worlds that may show as little: the tail of a 95 % interval."""

STEPS = np.geomspace(0.05, 3.2, 19)
"""Strengths of what is planted, in logits for one standard deviation of what is seen."""

DIRECTIONS = 20
"""Directions of which the area added is averaged."""


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What is known of the discs without a suspect.

    Attributes:
        discs: the discs.
        basis: (disc, column), of the baseline.
        left: (disc,), what the baseline leaves of the truth.
        base: (disc,), the baseline's logit, from other people.
    """

    discs: Discs
    basis: Numbers
    left: Numbers
    base: Numbers

    def calibrated(self) -> Numbers:
        """Return the baseline's logit as far as it is true, (disc,)."""
        line = fit_line(self.base, self.discs.truth.astype(np.float64))
        share = self.discs.truth.mean()
        if not np.isfinite(line.slope) or line.slope <= 0:
            return np.full(len(self.discs), np.log(share / (1 - share)))
        return np.asarray(line.intercept + line.slope * self.base)


def most_unseen(
    ground: Ground, features: Numbers, ridges: tuple[Ridge, ...], told: Numbers
) -> float:
    """Return the area by disc that a suspect could add and yet tell no more than it did.

    Args:
        ground: what is known without it.
        features: (disc, feature), what it sees.
        ridges: what its model knows of each fold.
        told: (disc, strength), what it told.
    """
    if not features.shape[1]:
        return 0.0
    random = np.random.default_rng(SEED)
    seen = float(evidence(ground.discs, ground.left[:, None], told).max())
    planted = _directions(features, ground.basis, random)
    logit = ground.calibrated()
    worlds = _worlds(ground, ridges, planted, logit, random)
    innocent = next(worlds)
    seen = max(seen, float(np.median(innocent)))
    before = 0.0, float((innocent <= seen).mean())
    for step, shown in zip(STEPS.tolist(), worlds, strict=True):
        missed = float((shown <= seen).mean())
        if missed <= MISSED:
            share = (before[1] - MISSED) / max(before[1] - missed, 1e-9)
            strength = before[0] + min(max(share, 0.0), 1.0) * (step - before[0])
            return _area_added(logit, planted, strength)
        before = step, missed
    return _area_added(logit, planted, float(STEPS[-1]))


def _directions(features: Numbers, basis: Numbers, random: np.random.Generator) -> Numbers:
    """Return what a suspect could see, the baseline taken away, (disc, world)."""
    seen = without(basis, features @ random.normal(size=(features.shape[1], WORLDS)))
    return np.asarray(seen / np.maximum(seen.std(axis=0), 1e-9))


def _worlds(
    ground: Ground,
    ridges: tuple[Ridge, ...],
    planted: Numbers,
    logit: Numbers,
    random: np.random.Generator,
) -> Iterator[Numbers]:
    """Yield the evidence in each world, (world,): with nothing planted, then for each step."""
    lists, basis = lists_by_level(ground.discs), ground.basis
    givers = [random.permutation(len(lists.table)) for _ in range(WORLDS)]
    left = np.stack([ground.left[lists.taken_from(giver)] for giver in givers], axis=1)
    shift = (expit(logit) * expit(-logit))[:, None] * planted
    left, shift = without(basis, left), without(basis, shift)
    told, more = (
        [without(basis, each) for each in predict(ridges, target)] for target in (left, shift)
    )
    for step in (0.0, *STEPS):
        target = left + step * shift
        shown = [
            evidence(ground.discs, target, told[number] + step * more[number])
            for number in range(len(STRENGTHS))
        ]
        yield np.max(shown, axis=0)


def _area_added(logit: Numbers, planted: Numbers, strength: float) -> float:
    """Return the mean area that a planted direction adds, where labels follow it as planted."""
    return float(
        np.mean(
            [
                _expected_area(logit + strength * one, score=logit + strength * one)
                - _expected_area(logit + strength * one, score=logit)
                for one in planted.T[:DIRECTIONS]
            ]
        )
    )


def _expected_area(logit: Numbers, score: Numbers) -> float:
    """Return the area under the ROC curve of a score where each disc is positive by its logit."""
    share = expit(logit)
    values, place = np.unique(score, return_inverse=True)
    hits = np.bincount(place, weights=share, minlength=values.size)
    alarms = np.bincount(place, weights=1 - share, minlength=values.size)
    below = np.cumsum(alarms) - alarms / 2
    return float(hits @ below / (hits.sum() * alarms.sum()))
