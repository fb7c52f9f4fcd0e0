"""What may be known without the picture: disc, age, sex, canal width; never whether it is known.

A value that is missing must tell nothing: neither a mean filled in nor a tree would see to that,
for a canal recorded of the ill alone then tells who is ill. So each column is what is left of a
value when the columns before it are taken away, and 0 where it is missing: those recorded have a
mean of 0 too, for any values of these columns, and no line can tell the two apart.
"""

import numpy as np
import numpy.typing as npt
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from hnp_model.audit.discs import Discs, Numbers
from hnp_model.data.slices import Slices

BENDS = (0.25, 0.5, 0.75)
"""Quantiles at which the line of a number may bend: risk need not rise evenly with age or width."""


def design_of(discs: Discs, slices: Slices) -> Numbers:
    """Return the baseline's columns of each disc, (disc, column), each of variance 1 at most."""
    sex = np.select([slices.sex == "F", slices.sex == "M"], [1.0, 0.0], np.nan)
    values = discs.mean(np.stack([sex, slices.age, slices.canal_width_mm], axis=1))
    design = np.equal(discs.level[:, None], np.unique(discs.level)).astype(np.float64)
    for value, bends in zip(values.T, ((), BENDS, BENDS), strict=True):
        design = np.hstack([design, _left_of(value, bends, design)])
    return design


def logits_by_others(
    design: Numbers, truth: npt.NDArray[np.bool_], fold: npt.NDArray[np.int64]
) -> Numbers:
    """Return each disc's logit from a line fitted on the other folds, (disc,)."""
    logits = np.empty(truth.size)
    for number in np.unique(fold):
        here = fold == number
        logits[here] = _fitted(design[~here], truth[~here], design[here])
    return logits


def left_by(design: Numbers, truth: npt.NDArray[np.bool_]) -> Numbers:
    """Return what the baseline leaves of the truth, (disc,): without mean, and no line tells it."""
    expected = expit(_fitted(design, truth, design))
    return without(basis_of(design), truth - expected)


def basis_of(design: Numbers) -> Numbers:
    """Return orthonormal columns that span the design and the constant, (disc, column)."""
    wide = np.hstack([np.ones((len(design), 1)), design])
    left, sizes, _ = np.linalg.svd(wide, full_matrices=False)
    return np.asarray(left[:, sizes > sizes[0] * 1e-8])


def without(basis: Numbers, values: Numbers) -> Numbers:
    """Return what a basis leaves of values, (disc,) or (disc, anything)."""
    return np.asarray(values - basis @ (basis.T @ values))


def _fitted(design: Numbers, truth: npt.NDArray[np.bool_], asked: Numbers) -> Numbers:
    if truth.all() or not truth.any():
        return np.zeros(len(asked))
    line = LogisticRegression(max_iter=1_000).fit(design, truth)
    return np.asarray(line.decision_function(asked), dtype=np.float64)


def _left_of(value: Numbers, bends: tuple[float, ...], design: Numbers) -> Numbers:
    """Return a value and its bends as columns of which the design is taken away, 0 if missing."""
    known = np.isfinite(value)
    if np.unique(value[known]).size < 2:
        return np.empty((value.size, 0))
    at = np.quantile(value[known], bends)
    columns = np.column_stack([value, *(np.maximum(value - bend, 0.0) for bend in at)])[known]
    before = np.hstack([np.ones((known.sum(), 1)), design[known]])
    left = columns - before @ np.linalg.lstsq(before, columns)[0]
    spread = np.where(left.std(axis=0) > 1e-6 * (columns.std(axis=0) + 1), left.std(axis=0), np.inf)
    filled = np.zeros((value.size, columns.shape[1]))
    filled[known] = left / spread
    return filled
