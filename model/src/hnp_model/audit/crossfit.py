"""Simple models, each judged on people it has not seen: ridge regressions, three strengths each.

A ridge regression is linear in what it learns, so that a thousand exchanged targets cost little
more than the real one, and what is found can be held against what luck would find.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

FOLDS = 5
SEED = 0
STRENGTHS = (0.003, 0.03, 0.3)
"""Penalties, in shares of the sum of squares of what a model sees: none suits all suspects."""

FARTHEST = 5.0
"""Standardised features end here: one odd picture must not be a model's whole knowledge."""


@dataclass(frozen=True, slots=True, eq=False)
class Ridge:
    """What the training part of a fold knows of itself.

    Attributes:
        train: (disc,), indices.
        test: (disc,), indices.
        seen: (disc of train, direction), features turned so that each direction stands alone.
        asked: (disc of test, direction).
        size: (direction,), sums of squares over train.
    """

    train: npt.NDArray[np.int64]
    test: npt.NDArray[np.int64]
    seen: Numbers
    asked: Numbers
    size: Numbers


def deal_folds(person: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the fold of each disc, (disc,); whole people, dealt without a look at the truth."""
    count = int(person.max()) + 1
    dealt = np.random.default_rng(SEED).permutation(count) % FOLDS
    return np.asarray(dealt[person])


def standardised(features: Numbers) -> Numbers:
    """Return features of mean 0 and variance 1, missing ones 0, constant ones left out."""
    known = np.isfinite(features)
    count = np.maximum(known.sum(axis=0), 1)
    filled = np.where(known, features, 0.0)
    mean = filled.sum(axis=0) / count
    centred = np.where(known, filled - mean, 0.0)
    spread = np.sqrt(np.square(centred).sum(axis=0) / count)
    varies = spread > 1e-9 * (np.abs(mean) + 1e-9)
    return np.asarray((centred[:, varies] / spread[varies]).clip(-FARTHEST, FARTHEST))


def prepare(features: Numbers, fold: npt.NDArray[np.int64]) -> tuple[Ridge, ...]:
    """Return what is needed to predict each fold from the others.

    Args:
        features: (disc, feature), standardised.
        fold: (disc,).
    """
    unit = features / np.sqrt(max(features.shape[1], 1))  # a row's squares sum to about 1
    ridges = []
    for number in np.unique(fold):
        test, train = np.flatnonzero(fold == number), np.flatnonzero(fold != number)
        size, turn = np.linalg.eigh(unit[train].T @ unit[train])
        ridges.append(Ridge(train, test, unit[train] @ turn, unit[test] @ turn, size.clip(0)))
    return tuple(ridges)


def predict(ridges: tuple[Ridge, ...], target: Numbers) -> Numbers:
    """Return what each strength predicts from the other folds, (strength, disc, target).

    Args:
        ridges: as `prepare` returns them.
        target: (disc, target), each without a mean.
    """
    predicted = np.zeros((len(STRENGTHS), *target.shape))
    for ridge in ridges:
        pull = ridge.seen.T @ target[ridge.train]
        for number, strength in enumerate(STRENGTHS):
            held = ridge.size + strength * ridge.train.size
            predicted[number, ridge.test] = ridge.asked @ (pull / held[:, None])
    return predicted
