"""What a baseline sees of a slice: age, canal width, sex and disc, and what of it is missing."""

import numpy as np
import numpy.typing as npt

from hnp_model.data.slices import Slices
from hnp_model.data.tabular import FEATURES, Standardisation
from hnp_shared.vocabulary import LEVEL_NAMES

KNOTS = (-1.0, 0.0, 1.0)
"""Where a piecewise straight line may bend, in standard deviations from the mean of train."""

SEXES = ("F", "M")

PLAIN = (
    *("age", "canal_width_mm", "age missing", "canal_width_mm missing"),
    *(f"sex {sex}" for sex in SEXES),
    *(f"disc {name}" for name in LEVEL_NAMES),
)
"""Inputs of trees. An unknown sex or disc has 0 in all columns of its own."""

BENT = (*PLAIN, *(f"{name} above {knot:+g}" for name in PLAIN[:2] for knot in KNOTS))
"""Inputs of a regression."""

Numbers = npt.NDArray[np.float64]


def plain_inputs(slices: Slices, standardisation: Standardisation) -> Numbers:
    """Return the inputs of trees, (slice, `PLAIN`); numbers are standardised, missing ones are 0.

    Raises nothing: infinite inputs of a damaged run are told by their logits.
    """
    numbers = np.stack([slices.age, slices.canal_width_mm], axis=1).astype(np.float64)
    places = [FEATURES.index(name) for name in PLAIN[:2]]
    missing = np.isnan(numbers)
    with np.errstate(over="ignore", invalid="ignore"):
        standard = numbers - np.array(standardisation.mean)[places]
        standard /= np.array(standardisation.deviation)[places]
    sex = slices.sex[:, None] == np.array(SEXES)
    disc = slices.level[:, None] == np.arange(len(LEVEL_NAMES))
    return np.hstack([np.where(missing, 0.0, standard), missing, sex, disc]).astype(np.float64)


def bent_inputs(slices: Slices, standardisation: Standardisation) -> Numbers:
    """Return the inputs of a regression, (slice, `BENT`)."""
    plain = plain_inputs(slices, standardisation)
    above = [np.maximum(plain[:, :1] - KNOTS, 0.0), np.maximum(plain[:, 1:2] - KNOTS, 0.0)]
    return np.hstack([plain, *above])
