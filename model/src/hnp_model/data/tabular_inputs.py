"""Tabular inputs as networks take them: four standardised numbers, or encoded with what is missing.

Encoded, age is piecewise linear in years, sex and disc are one of their values each (so that the
first layer is their embedding), and every input says itself whether it is missing.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hnp_model.data.slices import Slices, Strings
from hnp_model.data.tabular import FEATURES, Standardisation
from hnp_shared.vocabulary import LEVEL_NAMES

AGE_KNOTS_YEARS = (20.0, 35.0, 50.0, 65.0, 80.0)
"""Between them the effect of age is a straight line, beyond them it stays."""

FARTHEST_CANAL = 4.0
"""Deviations from the mean of train beyond which a canal is no wider or narrower; so of columns."""

Numbers = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class TabularInputs:
    """What a network is told of each slice beside its picture.

    Attributes:
        values: (slice, feature).
        without: (feature,), what stands there when the input is missing.
        input_of: (feature,), number of the input that a feature belongs to.
    """

    values: Numbers
    without: Numbers
    input_of: npt.NDArray[np.int64]

    @property
    def input_count(self) -> int:
        """How many inputs there are; each may be missing by itself."""
        return int(self.input_of.max()) + 1

    def at(self, indices: npt.NDArray[np.int64], lost: npt.NDArray[np.bool_] | None) -> Numbers:
        """Return the features of some slices, (slice, feature).

        Args:
            indices: (slice,).
            lost: (slice, input), what they are to do without.
        """
        values: Numbers = self.values[indices]
        return values if lost is None else np.where(lost[:, self.input_of], self.without, values)


def standardised(slices: Slices, standardisation: Standardisation) -> TabularInputs:
    """Return a number an input; the mean of train stands for what is missing."""
    values = standardisation.apply(slices)
    count = values.shape[1]
    return TabularInputs(values, np.zeros(count, np.float32), np.arange(count))


def encoded(slices: Slices, standardisation: Standardisation) -> TabularInputs:
    """Return what `standardised` tells in numbers as features that know what is missing."""
    canal = FEATURES.index("canal_width_mm")
    standard = standardisation.apply(slices).clip(-FARTHEST_CANAL, FARTHEST_CANAL)
    further = range(len(FEATURES), standard.shape[1])
    blocks = (
        hats(slices.age, AGE_KNOTS_YEARS),
        _one_of(slices.sex, np.array(["F", "M"])),
        standard[:, [canal]],
        _one_of(slices.level, np.arange(len(LEVEL_NAMES))),
        *(standard[:, [place]] for place in further),
    )
    missing = (
        np.isnan(slices.age),
        ~np.isin(slices.sex, ["F", "M"]),
        np.isnan(slices.canal_width_mm),
        ~np.isin(slices.level, np.arange(len(LEVEL_NAMES))),
        *(np.isnan(values) for values in slices.further.values()),
    )
    told = [
        np.column_stack([np.where(absent[:, None], 0, block), absent])
        for block, absent in zip(blocks, missing, strict=True)
    ]
    widths = [block.shape[1] for block in told]
    without = [np.eye(width)[-1] for width in widths]
    return TabularInputs(
        np.concatenate(told, axis=1).astype(np.float32),
        np.concatenate(without).astype(np.float32),
        np.repeat(np.arange(len(widths)), widths),
    )


ENCODED_WIDTH = len(AGE_KNOTS_YEARS) + 2 + 1 + len(LEVEL_NAMES) + len(FEATURES)
"""Features of `encoded` without further columns."""

COLUMN_WIDTH = 2
"""Features of each column: its number, and whether it is missing."""


def hats(values: npt.NDArray[np.float32], knots: tuple[float, ...]) -> npt.NDArray[np.float64]:
    """Return how near values lie to each knot, (slice, knot); each row adds up to 1.

    >>> hats(np.array([35.0, 42.5], np.float32), (20.0, 35.0, 50.0)).tolist()
    [[0.0, 1.0, 0.0], [0.0, 0.5, 0.5]]
    """
    places = np.arange(len(knots), dtype=np.float64)
    place = np.interp(values.astype(np.float64), knots, places)
    return (1 - np.abs(place[:, None] - places)).clip(0)


def _one_of(
    values: Strings | npt.NDArray[np.int8], known: npt.NDArray[np.str_] | npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    alike: npt.NDArray[np.float64] = (values[:, None] == known).astype(np.float64)
    return alike
