"""Many looks at one truth: what each suspect tells of it, and how often luck would tell as much.

Each suspect is asked for what the baseline leaves of the truth. The answer is summed by person and
divided by its own spread, so that discs of one person count as one. Then what is left is exchanged
between people a thousand times and every model is trained anew: a suspect's corrected p is how
often the luckiest of all suspects did as well. Sources: Freedman D, Lane D, J Bus Econ Stat 1983;
1: 292-298 (what is exchanged); Westfall PH, Young SS, Resampling-based multiple testing, 1993.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hnp_model.audit.baseline import without
from hnp_model.audit.crossfit import SEED, Ridge, predict
from hnp_model.audit.discs import Discs, Numbers
from hnp_model.audit.exchange import lists_by_level
from hnp_shared.progress import track

EXCHANGES = 999
STEP = 111
"""Exchanges at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What one suspect tells.

    Attributes:
        strength: index of the penalty that tells most.
        told: (disc, strength), what it predicts of what the baseline leaves, which is taken away.
        p: how often luck does as well.
        p_corrected: how often the luckiest of all suspects does.
    """

    strength: int
    told: Numbers
    p: float
    p_corrected: float


def look(
    suspects: Mapping[str, tuple[Ridge, ...]], discs: Discs, basis: Numbers, left: Numbers
) -> dict[str, Look]:
    """Return what each suspect tells.

    Args:
        suspects: name -> what its model knows of each fold.
        discs: the discs.
        basis: (disc, column), of the baseline.
        left: (disc,), what the baseline leaves of the truth.
    """
    told, real = {}, {}
    for name, ridges in suspects.items():
        told[name] = without(basis, predict(ridges, left[:, None])[:, :, 0].T)  # (disc, strength)
        real[name] = evidence(discs, left[:, None], told[name])
    lucky = _lucky(suspects, discs, basis, left)  # (suspect, exchange)
    luckiest = lucky.max(axis=0)
    return {
        name: Look(
            strength=(best := int(real[name].argmax())),
            told=told[name],
            p=_share_above(lucky[number], real[name][best]),
            p_corrected=_share_above(luckiest, real[name][best]),
        )
        for number, name in enumerate(suspects)
    }


def evidence(discs: Discs, left: Numbers, told: Numbers) -> Numbers:
    """Return how well predictions agree with what is left, (target,): a t by people."""
    by_person = discs.sum_by_person(left * told)
    spread = np.sqrt(np.square(by_person).sum(axis=0))
    return np.asarray(by_person.sum(axis=0) / np.maximum(spread, np.finfo(np.float64).tiny))


def _lucky(
    suspects: Mapping[str, tuple[Ridge, ...]], discs: Discs, basis: Numbers, left: Numbers
) -> Numbers:
    """Return the evidence of each suspect when what is left is somebody else's."""
    random, lists = np.random.default_rng(SEED), lists_by_level(discs)
    people = len(lists.table)
    found = np.empty((len(suspects), EXCHANGES))
    steps = range(0, EXCHANGES, STEP)
    for first in track(steps, "exchanging labels", total=len(steps), unit="step"):
        givers = [random.permutation(people) for _ in range(STEP)]
        exchanged = np.stack([left[lists.taken_from(giver)] for giver in givers], axis=1)
        exchanged = without(basis, exchanged)
        for number, ridges in enumerate(suspects.values()):
            each = [
                evidence(discs, exchanged, without(basis, predicted))
                for predicted in predict(ridges, exchanged)
            ]
            found[number, first : first + STEP] = np.max(each, axis=0)
    return found


def _share_above(lucky: Numbers, real: float) -> float:
    return float((1 + np.count_nonzero(lucky >= real)) / (1 + lucky.size))
