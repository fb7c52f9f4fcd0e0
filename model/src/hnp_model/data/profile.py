"""What slices are like as a whole: what lacks, what range it covers, where it comes from. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hnp_model.data.slices import UNKNOWN_LEVEL, Slices
from hnp_model.data.tabular import FEATURES
from hnp_model.data.thumbnails import Thumbnails

ENDS = (0.005, 0.995)
"""Shares of slices between which a range lies."""

UNITS: Mapping[str, str] = {
    "age": "years",
    "canal_width_mm": "mm",
    "pixel_row_mm": "mm",
    "pixel_col_mm": "mm",
    "brightness": "of 0..1",
    "contrast": "of 0..1",
}
"""Quantities that have a range, and their unit; brightness and contrast are mean and standard
deviation of the stored picture."""

_ROUNDING = 1e-6
"""A value this near to an end, relatively, is in: columns are float32."""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Spread:
    """What some slices have of a quantity.

    Attributes:
        missing: share of slices without it.
        low: lower end of the range that 99 % of the slices with it lie in; None without any.
        high: its upper end.
    """

    missing: float
    low: float | None
    high: float | None

    def is_outside(self, values: Numbers) -> npt.NDArray[np.bool_]:
        """Tell which values lie outside the range; those that are missing do not."""
        if self.low is None or self.high is None:
            return np.zeros(values.shape, dtype=np.bool_)
        reach = _ROUNDING * max(abs(self.low), abs(self.high))
        return (values < self.low - reach) | (values > self.high + reach)


@dataclass(frozen=True, slots=True)
class Profile:
    """What a part of a data set is like.

    Attributes:
        slices: how many.
        patients: how many.
        positive_share: share of positive slices.
        positive_error: its standard error between patients.
        hospitals: where they come from, sorted.
        spreads: quantity -> what there is of it; of `quantities_of`.
    """

    slices: int
    patients: int
    positive_share: float
    positive_error: float
    hospitals: tuple[str, ...]
    spreads: Mapping[str, Spread]


def describe(slices: Slices, quantities: Mapping[str, Numbers]) -> Profile:
    """Return what slices are like.

    Args:
        slices: one or more.
        quantities: of the same slices, from `quantities_of`.
    """
    patient = np.unique(slices.patient_id, return_inverse=True)[1]
    counts = np.bincount(patient)
    share = float(slices.is_patient.mean())
    apart = np.bincount(patient, weights=slices.is_patient) - share * counts
    unbiased = counts.size / max(1, counts.size - 1)
    return Profile(
        slices=len(slices),
        patients=counts.size,
        positive_share=share,
        positive_error=float(np.sqrt(unbiased * (apart @ apart))) / len(slices),
        hospitals=tuple(np.unique(slices.hospital).tolist()),
        spreads={name: _spread(name, values) for name, values in quantities.items()},
    )


def quantities_of(slices: Slices, thumbnails: Thumbnails) -> Mapping[str, Numbers]:
    """Return quantity -> its value in each slice, (slice,), NaN where missing.

    The tabular inputs, further columns, size of a pixel, brightness and contrast; a sex is only
    there or not.
    """
    pictures = thumbnails.reshape(len(thumbnails), -1)
    sex = np.where(np.isin(slices.sex, ("F", "M")), 0.0, np.nan)
    level = np.where(slices.level == UNKNOWN_LEVEL, np.nan, slices.level)
    inputs = dict(zip(FEATURES, (slices.age, sex, slices.canal_width_mm, level), strict=True))
    others = {
        "pixel_row_mm": slices.pixel_row_mm,
        "pixel_col_mm": slices.pixel_col_mm,
        "brightness": pictures.mean(axis=1) / 255,
        "contrast": pictures.std(axis=1) / 255,
    }
    every = {**inputs, **slices.further, **others}
    return {name: np.asarray(column, np.float64) for name, column in every.items()}


def _spread(name: str, values: Numbers) -> Spread:
    known = values[~np.isnan(values)]
    missing = 1 - known.size / values.size
    if name not in UNITS or not known.size:
        return Spread(missing, None, None)
    # Values that are there: between two of them, a range would leave out what train has.
    low = np.quantile(known, ENDS[0], method="lower")
    return Spread(missing, float(low), float(np.quantile(known, ENDS[1], method="higher")))
