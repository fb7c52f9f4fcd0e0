"""What another seed would change: the variance between trainings that differ in it alone.

The prediction is the mean of K members. Each member's figure is one draw, so the mean's is taken to
vary as the mean of K draws does: by their variance over K. That is a little too much, for averaging
predictions also takes out what members err in by themselves; an interval errs on the wide side.
Intervals are put together as those of independent causes, end by end (the method of variance
estimates recovery: Zou GY, Donner A, Statistics in Medicine 2008; 27: 1693-1702).
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from hnp_model.measures.bootstrap import Figure
from hnp_model.measures.sureness import quantile

Numbers = npt.NDArray[np.float64]


ANYWHERE = (-math.inf, math.inf)


def with_seeds(
    figure: Figure, members: Sequence[Numbers], limits: tuple[float, float] = ANYWHERE
) -> Figure:
    """Return a figure with the interval that holds the variance between seeds too.

    Args:
        figure: of the mean of members, or of a difference between two such.
        members: (member,) figures of each member, of each run; a run of one says nothing of seeds.
        limits: what such a figure lies between.
    """
    reaches = [_reach(values) for values in members if values.size > 1]
    if figure.value is None or figure.low is None or figure.high is None or not reaches:
        return figure
    reach = math.hypot(*reaches)
    if not math.isfinite(reach):
        return figure
    low = figure.value - math.hypot(figure.value - figure.low, reach)
    high = figure.value + math.hypot(figure.high - figure.value, reach)
    return replace(figure, low_seeds=max(low, limits[0]), high_seeds=min(high, limits[1]))


def _reach(values: Numbers) -> float:
    """Return half of the interval of a mean of members; NaN where one has no figure."""
    return quantile(values.size) * float(values.std(ddof=1)) / math.sqrt(values.size)
