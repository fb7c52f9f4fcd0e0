"""Slices that a model does not know: they are told, not measured. Pure.

A slice is like those of val in how much members doubt and disagree, and in how large a disc and a
sac they find. What lies farther off than any slice of val, and by a margin, is out of distribution.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hnp_shared.mask_set import MaskClass

FEATURES = ("doubt", "disagreement", "log_disc_mm2", "log_sac_mm2", "disc_fills_its_box")
_UPWARD = frozenset({"doubt", "disagreement"})
"""Too sure is no oddity."""

LEAST_BOUND = 6.0
"""Robust deviations from val's median that are odd at the least: 1 of 10^8 of a bell."""

_MARGIN = 1.5
_LEAST_DEVIATION = {"doubt": 0.01, "disagreement": 0.005}
_OTHER_DEVIATION = 0.05
_TO_SD = 1.4826
"""From the median absolute deviation to the standard deviation of a bell."""

Numbers = npt.NDArray[np.float64]
Masks = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Usual:
    """What slices of val are like.

    Attributes:
        median: of each of `FEATURES`.
        deviation: robust, likewise.
        bound: deviations beyond which a slice is out of distribution.
    """

    median: tuple[float, ...]
    deviation: tuple[float, ...]
    bound: float

    @classmethod
    def learn(cls, features: Numbers) -> "Usual":
        """Return what val is like; features are (slice, feature)."""
        median = np.median(features, axis=0)
        deviation = _TO_SD * np.median(np.abs(features - median), axis=0)
        least = [_LEAST_DEVIATION.get(name, _OTHER_DEVIATION) for name in FEATURES]
        deviation = np.maximum(deviation, least)
        usual = cls(tuple(median.tolist()), tuple(deviation.tolist()), LEAST_BOUND)
        farthest = float(np.quantile(usual.distance(features), 0.99))
        return cls(usual.median, usual.deviation, max(LEAST_BOUND, _MARGIN * farthest))

    def distance(self, features: Numbers) -> Numbers:
        """Return how far off slices are, in deviations of the oddest feature, (slice,)."""
        off = (features - np.array(self.median)) / np.array(self.deviation)
        upward = np.array([name in _UPWARD for name in FEATURES])
        return np.asarray(np.where(upward, off, np.abs(off)).max(axis=1))

    def is_odd(self, features: Numbers) -> npt.NDArray[np.bool_]:
        """Return which slices are out of distribution, (slice,)."""
        odd: npt.NDArray[np.bool_] = self.distance(features) > self.bound
        return odd


def features_of(
    masks: Masks, members: Masks, doubt: Numbers, pixel_mm2: Sequence[float]
) -> Numbers:
    """Return the features of slices, (slice, feature).

    Args:
        masks: (slice, row, column).
        members: (member, slice, row, column).
        doubt: (slice,).
        pixel_mm2: area of a pixel of each slice.
    """
    rows = []
    for at, mask in enumerate(masks):
        disc = (mask == MaskClass.NUCLEUS) | (mask == MaskClass.ANNULUS)
        sac = mask == MaskClass.SAC
        log_disc, log_sac = (np.log(max(one.sum() * pixel_mm2[at], 1.0)) for one in (disc, sac))
        rows.append(
            (doubt[at], _disagreement(mask, members[:, at]), log_disc, log_sac, _fill(disc))
        )
    return np.array(rows, dtype=np.float64).reshape(len(masks), len(FEATURES))


def _disagreement(mask: Masks, members: Masks) -> float:
    """Return the share of what anybody calls a structure that members call otherwise."""
    anything = ((members > 0) | (mask > 0)).any(axis=0)
    count = int(anything.sum())
    return float((members != mask)[:, anything].mean()) if count else 1.0


def _fill(disc: npt.NDArray[np.bool_]) -> float:
    rows, columns = (np.flatnonzero(disc.any(axis=axis)) for axis in (1, 0))
    if not rows.size:
        return 0.0
    return float(disc.sum()) / (np.ptp(rows) + 1) / (np.ptp(columns) + 1)
