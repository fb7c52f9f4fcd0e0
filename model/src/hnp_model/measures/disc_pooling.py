"""Other ways to put the slices of a disc together than their mean, and which does best on val.

The mean is what a disc's figures are defined by, and stays so; another way is told beside it.
"""

from typing import Literal

import numpy as np

from hnp_model.measures.attention import Attention, DiscSlices, attend, attend_apart
from hnp_model.measures.bootstrap import MIN_PATIENTS, fewest_patients
from hnp_model.measures.metrics import area_under_curve
from hnp_model.measures.units import PRIMARY_UNIT, Labelled, Numbers, Scores, score_units

Pooling = Literal["mean", "max", "noisy-or", "attention"]
POOLINGS: tuple[Pooling, ...] = ("mean", "max", "noisy-or", "attention")
"""The simpler first: it wins where others are no better."""


def score_pooled(
    pooling: Pooling,
    slices: Labelled,
    probability: Numbers,
    attention: Attention | None = None,
) -> Scores:
    """Return the scores of discs whose slices are put together so.

    Noisy-or takes slices for independent looks, any of which may find it: a disc of more slices is
    more probable by that alone.

    Args:
        pooling: how.
        slices: the slices judged.
        probability: (slice,), the model's.
        attention: what slices count by, where that is how.
    """
    if pooling == "mean":
        return score_units(PRIMARY_UNIT, slices, probability)
    discs = DiscSlices.of(slices)
    disc = discs.disc
    if pooling == "attention":
        pooled = attend(attention or Attention(), discs, probability)
    elif pooling == "max":
        pooled = np.zeros(discs.count)
        np.maximum.at(pooled, disc, probability)
    else:
        with np.errstate(divide="ignore"):  # of a slice that is certain
            pooled = -np.expm1(np.bincount(disc, weights=np.log1p(-probability)))
    # Each slice of a disc says the same, so that their mean is what was pooled.
    return score_units(PRIMARY_UNIT, slices, pooled[disc])


def choose_pooling(slices: Labelled, probability: Numbers) -> Pooling:
    """Return the way with the largest AUC by disc; the simplest of those with the same.

    Of attention, it is that on patients that it was not fitted on; few patients choose none.

    Args:
        slices: of val.
        probability: (slice,), the model's.
    """
    scores = [score_pooled(one, slices, probability) for one in POOLINGS[:-1]]
    if fewest_patients(scores[0]) >= MIN_PATIENTS:
        discs = DiscSlices.of(slices)
        apart = attend_apart(discs, probability)[discs.disc]
        scores.append(score_units(PRIMARY_UNIT, slices, apart))
    areas = [area_under_curve(one) for one in scores]
    return POOLINGS[int(np.argmax(np.nan_to_num(areas, nan=0.0)))]
