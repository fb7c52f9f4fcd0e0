"""What is left of an area by disc when the height of a disc tells nothing. Pure."""

import numpy as np

from hnp_model.data.slices import Slices
from hnp_model.measures.metrics import area_under_curve
from hnp_model.measures.units import PRIMARY_UNIT, Numbers, score_units


def area_within_levels(slices: Slices, probability: Numbers) -> float:
    """Return the mean over levels of the AUC by disc within each; NaN where none has both classes.

    Args:
        slices: the slices judged.
        probability: (slice,), the model's.
    """
    areas = []
    for level in np.unique(slices.level):
        here = slices.level == level
        scores = score_units(PRIMARY_UNIT, slices.take(here), probability[here])
        areas.append(area_under_curve(scores))
    known = [area for area in areas if not np.isnan(area)]
    return float(np.mean(known)) if known else float("nan")
