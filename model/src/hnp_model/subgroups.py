"""Groups of slices that figures are also given for."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from hnp_model.slices import UNKNOWN, Slices, Strings
from hnp_shared.vocabulary import LEVEL_NAMES

AGE_EDGES = (40, 60, 80)
AGE_BANDS = ("<40", "40-59", "60-79", "80+", UNKNOWN)


def subgroups_of(slices: Slices) -> Mapping[str, Strings]:
    """Return dimension -> the group of each slice, (slice,)."""
    return {
        "hospital": slices.hospital,
        "level": np.array(LEVEL_NAMES)[slices.level],
        "sex": slices.sex,
        "age_band": age_bands(slices.age),
        "vendor": slices.vendor,
    }


def in_reading_order(groups: Strings) -> list[str]:
    """Return each group once: age bands from young to old, all others by name."""
    names = set(groups.tolist())
    return (
        [band for band in AGE_BANDS if band in names] if names <= set(AGE_BANDS) else sorted(names)
    )


def age_bands(age: npt.NDArray[np.float32]) -> Strings:
    """Return the band of each age in years; NaN is unknown."""
    band = np.digitize(age, AGE_EDGES)
    return np.array(AGE_BANDS)[np.where(np.isnan(age), len(AGE_EDGES) + 1, band)]
