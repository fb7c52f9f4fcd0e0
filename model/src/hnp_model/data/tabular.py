"""Tabular inputs, four and further columns: standardised on train, missing = 0 after that."""

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from hnp_model.data.slices import UNKNOWN_LEVEL, Slices

FEATURES = ("age", "sex", "canal_width_mm", "level")
"""Order of the inputs; sex is F 0, M 1, level 0..4."""


def features_of(slices: Slices) -> tuple[str, ...]:
    """Return the names of all tabular inputs of some slices, in their order."""
    return (*FEATURES, *slices.further)


@dataclass(frozen=True, slots=True)
class Standardisation:
    """Mean and standard deviation of each feature over the training slices that have it.

    Attributes:
        mean: one a feature; 0 where no slice has it.
        deviation: one a feature, above 0.
        known: one a feature, training slices that have it; None in a run of an older version.
    """

    mean: tuple[float, ...]
    deviation: tuple[float, ...]
    known: tuple[int, ...] | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        lengths = {len(column) for column in (self.mean, self.deviation, self.known or self.mean)}
        same = len(lengths) == 1 and len(self.mean) >= len(FEATURES)
        finite = all(map(math.isfinite, (*self.mean, *self.deviation)))
        if not same or not finite or min(self.deviation) <= 0:
            raise ValueError(f"expected a mean and a deviation of each of {', '.join(FEATURES)}")

    def apply(self, slices: Slices) -> npt.NDArray[np.float32]:
        """Return the inputs, (slice, feature)."""
        with np.errstate(
            over="ignore"
        ):  # infinite inputs of a damaged run are told by their logits
            standard = (plain_inputs(slices) - np.array(self.mean)) / np.array(self.deviation)
            return np.where(np.isnan(standard), 0.0, standard).astype(np.float32)


def fit_standardisation(slices: Slices) -> Standardisation:
    """Return the statistics of the training slices; a feature that never varies is only centred."""
    columns = [column[~np.isnan(column)] for column in plain_inputs(slices).T]
    deviations = [float(column.std()) if column.size else 0.0 for column in columns]
    return Standardisation(
        mean=tuple(float(column.mean()) if column.size else 0.0 for column in columns),
        deviation=tuple(deviation or 1.0 for deviation in deviations),
        known=tuple(column.size for column in columns),
    )


def find_lacking(standardisation: Standardisation, slices: Slices) -> tuple[str, ...]:
    """Return the features that training slices had and none of ``slices`` has."""
    had = standardisation.known
    if had is None:  # what no slice had was stored as mean 0 and deviation 1
        had = tuple(
            int(line != (0.0, 1.0))
            for line in zip(standardisation.mean, standardisation.deviation, strict=True)
        )
    has = [bool((~np.isnan(column)).any()) for column in plain_inputs(slices).T]
    return tuple(
        name
        for name, before, now in zip(features_of(slices), had, has, strict=True)
        if before and not now
    )


def plain_inputs(slices: Slices) -> npt.NDArray[np.float64]:
    """Return the inputs in their own units, (slice, feature); NaN when missing."""
    sex = np.select([slices.sex == "F", slices.sex == "M"], [0.0, 1.0], np.nan)
    level = np.where(slices.level == UNKNOWN_LEVEL, np.nan, slices.level)
    four = (slices.age, sex, slices.canal_width_mm, level)
    return np.stack([*four, *slices.further.values()], axis=1).astype(np.float64)
