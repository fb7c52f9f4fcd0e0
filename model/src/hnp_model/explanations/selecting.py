"""Which slices are explained: a random draw for figures, and the most confident ones to look at."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Indices = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """Slices to explain, as indices into those of a part.

    Attributes:
        drawn: at random, sorted: all figures are about these.
        sheets: kind -> the most confident first; no figure is about these, for they were chosen.
    """

    drawn: Indices
    sheets: Mapping[str, Indices]

    @property
    def every(self) -> Indices:
        """All of them, each once, sorted."""
        return np.unique(np.concatenate([self.drawn, *self.sheets.values()]))


def select(
    probability: npt.NDArray[np.float64],
    called: Marks,
    truth: Marks | None,
    *,
    count: int,
    shown: int,
    seed: int,
) -> Selection:
    """Return the slices to explain.

    Args:
        probability: (slice,), of the part.
        called: (slice,), whether they are called positive.
        truth: (slice,); None where it is not known.
        count: slices to draw; all, where there are fewer.
        shown: slices on each sheet, at most.
        seed: of the draw.
    """
    random = np.random.default_rng(seed)
    size = min(count, probability.size)
    drawn = np.sort(random.choice(probability.size, size, replace=False))
    falling = np.argsort(-probability, kind="stable")
    if truth is None:
        kinds = {"called": falling[called[falling]]}
    else:
        hit, missed, alarm = called & truth, ~called & truth, called & ~truth
        rising = falling[::-1]
        kinds = {
            "hits": falling[hit[falling]],
            "misses": rising[missed[rising]],
            "false-alarms": falling[alarm[falling]],
        }
    return Selection(drawn, {name: rows[:shown] for name, rows in kinds.items()})
