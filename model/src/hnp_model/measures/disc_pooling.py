"""Other ways to put the slices of a disc together than their mean, and which does best on val.

The mean is what a disc's figures are defined by, and stays so; another way is told beside it.
"""

from typing import Literal

import numpy as np

from hnp_model.measures.metrics import area_under_curve
from hnp_model.measures.units import PRIMARY_UNIT, Labelled, Numbers, Scores, score_units

Pooling = Literal["mean", "max", "noisy-or"]
POOLINGS: tuple[Pooling, ...] = ("mean", "max", "noisy-or")
"""The mean first: it wins where others are no better."""


def score_pooled(pooling: Pooling, slices: Labelled, probability: Numbers) -> Scores:
    """Return the scores of discs whose slices are put together so.

    Noisy-or takes slices for independent looks, any of which may find it: a disc of more slices is
    more probable by that alone.

    Args:
        pooling: how.
        slices: the slices judged.
        probability: (slice,), the model's.
    """
    if pooling == "mean":
        return score_units(PRIMARY_UNIT, slices, probability)
    keys = [np.unique(ids, return_inverse=True)[1] for ids in (slices.patient_id, slices.study_id)]
    discs, disc = np.unique(np.stack([*keys, slices.level]), axis=1, return_inverse=True)
    if pooling == "max":
        pooled = np.zeros(discs.shape[1])
        np.maximum.at(pooled, disc, probability)
    else:
        with np.errstate(divide="ignore"):  # of a slice that is certain
            pooled = -np.expm1(np.bincount(disc, weights=np.log1p(-probability)))
    # Each slice of a disc says the same, so that their mean is what was pooled.
    return score_units(PRIMARY_UNIT, slices, pooled[disc])


def choose_pooling(slices: Labelled, probability: Numbers) -> Pooling:
    """Return the way with the largest AUC by disc; the mean where none is larger.

    Args:
        slices: of val.
        probability: (slice,), the model's.
    """
    areas = [area_under_curve(score_pooled(one, slices, probability)) for one in POOLINGS]
    return POOLINGS[int(np.argmax(np.nan_to_num(areas, nan=0.0)))]
