"""How much higher a figure of some runs is than that of others, on the same rows; its interval.

Who is judged is drawn, and where each side has several runs so are their seeds: crossed random
effects. Patients vary the difference of the sides' means (Obuchowski's variance for areas), seeds
what the runs of one side come to. What varies with both is in either, which makes intervals rather
too wide than too narrow. Pure.

Sources: Obuchowski NA, Nonparametric analysis of clustered ROC curve data, Biometrics 1997; 53:
567-578. Gallas BD, Bandos A, Samuelson FW, Wagner RF, A framework for random-effects ROC analysis,
Communications in Statistics 2009; 38: 2586-2603. Bouthillier X and others, Accounting for variance
in machine learning benchmarks, MLSys 2021. Simulated in docs/verdicts.md.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hnp_model.measures.area_interval import AreaParts, area_parts
from hnp_model.measures.sureness import Interval, quantile, wilson
from hnp_model.measures.units import Scores

Numbers = npt.NDArray[np.float64]
Side = Sequence[Scores]
"""What the runs of one recipe say of the same rows; patients have the same numbers in all."""


@dataclass(frozen=True, slots=True)
class Spread:
    """What one source adds to the variance of a difference.

    Attributes:
        variance: the estimate.
        freedom: its degrees of freedom.
        unseen: half the width that no variance tells of, where a side makes no mistake at all.
    """

    variance: float
    freedom: float
    unseen: float = 0.0


def area_spread(first: Side, second: Side) -> Spread:
    """Return what patients add to the difference of areas under the ROC curve."""
    before, after = _mean_parts(first), _mean_parts(second)
    fewest = before.fewest
    counts = (before.with_hits, before.with_alarms)
    apart = AreaParts(0.0, after.up - before.up, after.down - before.down, *counts)
    # An area of 1 has no variance, and yet another patient may lower it: as its own interval says.
    short = 1 - wilson(1.0, fewest, quantile(fewest))[0]
    unseen = math.hypot(*(short * (side.area in {0.0, 1.0}) for side in (before, after)))
    return Spread(apart.variance, fewest - 1, unseen)


def brier_spread(first: Side, second: Side) -> Spread:
    """Return what patients add to the difference of Brier scores."""
    before, after = _mean_losses(first), _mean_losses(second)
    counts = np.bincount(first[0].patient)
    rows, patients = first[0].truth.size, first[0].patient_count
    apart = after - before
    apart = (apart - apart.sum() / rows * counts) / rows
    return Spread(patients / (patients - 1) * float(apart @ apart), patients - 1)


def seed_spread(first: Sequence[float], second: Sequence[float]) -> Spread | None:
    """Return what seeds add; None where a side has one run, which tells nothing of them.

    Args:
        first: the figure of each run of the first side.
        second: of the second.
    """
    fewest = min(len(first), len(second))
    if fewest < 2:
        return None
    variance = sum(float(np.var(side, ddof=1)) / len(side) for side in (first, second))
    # Welch's freedom takes a side's luck for knowledge: with two runs, 8 % of equal recipes differ.
    return Spread(variance, fewest - 1)


def interval_around(difference: float, patients: Spread, seeds: Spread | None) -> Interval:
    """Return the 95 % interval of a difference, Student's, with Satterthwaite's freedom.

    Source: Satterthwaite FE, An approximate distribution of estimates of variance components,
    Biometrics Bulletin 1946; 2: 110-114.
    """
    spreads = [patients] if seeds is None else [patients, seeds]
    variance = sum(one.variance for one in spreads)
    reach = 0.0
    if variance > 0:
        freedom = 1 / sum((one.variance / variance) ** 2 / one.freedom for one in spreads)
        reach = quantile(freedom + 1) * math.sqrt(variance)
    reach = math.hypot(reach, *(one.unseen for one in spreads))
    return difference - reach, difference + reach


def _mean_parts(side: Side) -> AreaParts:
    parts = [area_parts(scores) for scores in side]
    up, down = np.mean([(one.up, one.down) for one in parts], axis=0)
    area = float(np.mean([one.area for one in parts]))
    return AreaParts(area, up, down, parts[0].with_hits, parts[0].with_alarms)


def _mean_losses(side: Side) -> Numbers:
    """Return the squared errors of each patient's rows, summed, as a mean over runs."""
    losses = [
        np.bincount(scores.patient, weights=np.square(scores.probability - scores.truth))
        for scores in side
    ]
    mean: Numbers = np.mean(losses, axis=0)
    return mean
