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
"""Inputs of a regression.

Both are followed by the further columns of a run: each standardised, whether it is missing, and for
a regression how far it lies above each knot."""

Numbers = npt.NDArray[np.float64]


def plain_inputs(slices: Slices, standardisation: Standardisation) -> Numbers:
    """Return the inputs of trees, (slice, input); numbers are standardised, missing ones are 0.

    They are `PLAIN`, then further columns and whether each is missing.

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
    four = np.hstack([np.where(missing, 0.0, standard), missing, sex, disc]).astype(np.float64)
    return np.hstack([four, *_further(slices, standardisation)])


def bent_inputs(slices: Slices, standardisation: Standardisation) -> Numbers:
    """Return the inputs of a regression, (slice, input): `BENT`, then those of further columns."""
    plain = plain_inputs(slices, standardisation)
    four, further = plain[:, : len(PLAIN)], plain[:, len(PLAIN) :]
    above = [np.maximum(four[:, :1] - KNOTS, 0.0), np.maximum(four[:, 1:2] - KNOTS, 0.0)]
    numbers = further[:, : len(slices.further)]
    bent = [np.maximum(numbers[:, [at]] - KNOTS, 0.0) for at in range(numbers.shape[1])]
    return np.hstack([four, *above, further, *bent])


def _further(slices: Slices, standardisation: Standardisation) -> list[Numbers]:
    """Return further columns, standardised, and whether each is missing; [] without any."""
    if not slices.further:
        return []
    numbers = np.stack([*slices.further.values()], axis=1).astype(np.float64)
    missing = np.isnan(numbers)
    with np.errstate(over="ignore", invalid="ignore"):
        standard = numbers - np.array(standardisation.mean[len(FEATURES) :])
        standard /= np.array(standardisation.deviation[len(FEATURES) :])
    return [np.where(missing, 0.0, standard), missing.astype(np.float64)]
