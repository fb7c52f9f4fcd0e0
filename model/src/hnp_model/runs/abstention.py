"""What a model does on those it does not refer, from few referred to nearly all."""

from collections.abc import Sequence

from hnp_model.measures.units import Scores
from hnp_model.runs.referral import Referral, ValScores, refer

ERROR_LEVELS = tuple(round(0.01 * step, 2) for step in (*range(1, 21), 25, 30, 35, 40, 45, 50))
"""Shares of a class that may have their class left out: the lower, the more are referred."""


def abstention_curve(
    known: ValScores, asked: Scores, levels: Sequence[float] = ERROR_LEVELS
) -> tuple[Referral, ...]:
    """Return who is referred at each error level that val has enough patients for.

    Up to the level at which fewest are: beyond it more and more sets are empty, so that patients
    are referred whom the model is sure of.

    Args:
        known: calibrated probabilities of val's patients.
        asked: the same of the patients to judge.
        levels: above 0, below 1, ascending.
    """
    found = [refer(known, asked, level) for level in levels]
    told = [(one, one.referred.count) for one in found if one.referred is not None]
    counts = [count for _, count in told]
    return tuple(one for one, _ in told[: counts.index(min(counts)) + 1]) if told else ()
