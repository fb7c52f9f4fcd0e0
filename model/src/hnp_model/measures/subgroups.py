"""Groups of slices that figures are also given for."""

from collections.abc import Mapping

import numpy as np

from hnp_model.data.slices import Slices, Strings
from hnp_shared.small_groups import AGE_BANDS, age_bands
from hnp_shared.vocabulary import LEVEL_NAMES


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
