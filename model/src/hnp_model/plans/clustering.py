"""How alike the discs of one patient are, in their labels and in what a model says of them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hnp_model.data.slices import Slices
from hnp_model.measures.metrics import judge
from hnp_model.measures.units import Scores, score_units

Numbers = npt.NDArray[np.float64]

LARGEST_CORRELATION = 0.99
"""At 1 all discs of a patient would be one: a disc more would tell nothing."""


@dataclass(frozen=True, slots=True)
class Clustering:
    """What patients are like, as far as the width of an interval depends on it.

    Attributes:
        prevalence: share of positive discs.
        discs_per_patient: number of discs of each patient to draw from, one at least.
        slices_per_disc: mean number of slices.
        label_correlation: of the labels of two discs of one patient, 0 or more.
        score_correlation: the same of a model's logits, within a class.
    """

    prevalence: float = 0.4
    discs_per_patient: tuple[int, ...] = (5,)
    slices_per_disc: float = 1.0
    label_correlation: float = 0.2
    score_correlation: float = 0.3

    @property
    def mean_discs(self) -> float:
        """Mean number of discs of a patient."""
        return sum(self.discs_per_patient) / len(self.discs_per_patient)


def clustering_of(slices: Slices) -> Clustering:
    """Return what the patients of a data set are like; labels of both classes among them."""
    discs = score_units("level", slices, np.zeros(len(slices)))
    counts = np.bincount(discs.patient)
    truth = discs.truth.astype(np.float64)
    return Clustering(
        prevalence=float(truth.mean()),
        discs_per_patient=tuple(sorted(counts.tolist())),
        slices_per_disc=len(slices) / truth.size,
        label_correlation=correlation_within(truth, discs.patient),
    )


def score_correlation_of(scores: Scores) -> float:
    """Return how alike a model's logits are on the discs of a patient, within a class."""
    logit, truth = judge(scores).logit, scores.truth
    centre = np.where(truth, logit[truth].mean(), logit[~truth].mean())
    return correlation_within(logit - centre, scores.patient)


def correlation_within(values: Numbers, group: npt.NDArray[np.int64]) -> float:
    """Return the correlation between two values of one group, 0 where it seems below.

    The intraclass correlation by analysis of variance, with groups of different size. Source:
    Donner A, A review of inference procedures for the intraclass correlation coefficient,
    International Statistical Review 1986; 54: 67-82.

    Args:
        values: (row,).
        group: (row,), number of the group, from 0 without gaps.

    >>> values = np.array([0.0, 0.0, 1.0, 1.0, 0.0, 1.0])
    >>> round(correlation_within(values, np.array([0, 0, 1, 1, 2, 2])), 9)
    0.5
    """
    sizes = np.bincount(group).astype(np.float64)
    groups, rows = sizes.size, values.size
    if groups < 2 or rows == groups:
        return 0.0
    means = np.bincount(group, weights=values) / sizes
    between = float(sizes @ np.square(means - values.mean())) / (groups - 1)
    within = float(np.square(values - means[group]).sum()) / (rows - groups)
    usual = (rows - float(sizes @ sizes) / rows) / (groups - 1)
    spread = between + (usual - 1) * within
    found = (between - within) / spread if spread > 0 else 0.0
    return min(max(found, 0.0), LARGEST_CORRELATION)
