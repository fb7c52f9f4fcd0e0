"""Attention over the slices of a disc: which of them count for more. Pure.

A softmax over each disc's slices, as in attention pooling of instances (Ilse M et al.,
Attention-based deep multiple instance learning, ICML 2018), of two numbers that are known after a
fit: a slice's logit, and how far it lies from the middle of its disc. Both weights 0 is the mean, a
large one of the logit the maximum. It is fitted on val, for of train a network says what it knows
by heart; what it is worth is told there by patients that it was not fitted on.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from hnp_model.measures.calibration import logit_of
from hnp_model.measures.patient_folds import deal_patients
from hnp_model.measures.units import Labelled, Numbers

_RIDGE = 1.0
"""Of the squares of both weights, in log loss of all discs: few discs leave the mean as it is."""

_FARTHEST = 15.0
"""Logits count no further than this: one that is certain is no reason to forget all others."""


@dataclass(frozen=True, slots=True)
class Attention:
    """How the softmax rises with what is known of a slice.

    Attributes:
        by_logit: with its logit.
        by_distance: with the square of its way from the middle (0) to an end (1) of the disc.
    """

    by_logit: float = 0.0
    by_distance: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class DiscSlices:
    """Slices and their discs.

    Attributes:
        disc: (slice,), number of the disc.
        patient: (disc,), number of the patient.
        truth: (disc,), whether any slice is positive.
        distance: (slice,), the square of the way from the middle of the disc, 0 to 1; slices lie
            in the manifest's order, which is that along the body.
    """

    disc: npt.NDArray[np.int64]
    patient: npt.NDArray[np.int64]
    truth: npt.NDArray[np.bool_]
    distance: Numbers

    @classmethod
    def of(cls, slices: Labelled) -> "DiscSlices":
        """Return the discs of slices."""
        keys = [
            np.unique(ids, return_inverse=True)[1] for ids in (slices.patient_id, slices.study_id)
        ]
        discs, disc = np.unique(np.stack([*keys, slices.level]), axis=1, return_inverse=True)
        sizes = np.bincount(disc)
        order = np.argsort(disc, kind="stable")
        place = np.empty(disc.size)
        place[order] = np.arange(disc.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        way = 2 * place / np.maximum(sizes - 1, 1)[disc] - (sizes > 1)[disc]
        truth = np.bincount(disc, weights=slices.is_patient) > 0
        return cls(disc, discs[0].astype(np.int64), truth, np.square(way))

    @property
    def count(self) -> int:
        """Number of discs."""
        return self.truth.size

    def take(self, here: npt.NDArray[np.bool_]) -> "DiscSlices":
        """Return some discs, (disc,) of all; their slices keep their order."""
        number = np.cumsum(here) - 1
        rows = here[self.disc]
        return DiscSlices(
            number[self.disc[rows]], self.patient[here], self.truth[here], self.distance[rows]
        )


def attend(attention: Attention, discs: DiscSlices, probability: Numbers) -> Numbers:
    """Return the probability of each disc, (disc,): the mean of its slices, weighted.

    Args:
        attention: what slices count by.
        discs: the discs.
        probability: (slice,), the model's.
    """
    logit = logit_of(probability).clip(-_FARTHEST, _FARTHEST)
    rise = attention.by_logit * logit + attention.by_distance * discs.distance
    highest = np.full(discs.count, -np.inf)
    np.maximum.at(highest, discs.disc, rise)
    share = np.exp(rise - highest[discs.disc])
    pooled: Numbers = np.bincount(discs.disc, share * probability) / np.bincount(discs.disc, share)
    return pooled


def fit_attention(discs: DiscSlices, probability: Numbers) -> Attention:
    """Return the attention with the least log loss of discs, calibrated by a line meanwhile.

    Args:
        discs: to fit on.
        probability: (slice,), the model's.
    """

    def loss(values: npt.NDArray[np.float64]) -> float:
        pooled = attend(Attention(values[0], values[1]), discs, probability)
        logit = values[2] + values[3] * logit_of(pooled)
        away = np.where(discs.truth, -logit, logit)
        return float(np.logaddexp(0, away).sum() + _RIDGE / 2 * (values[:2] @ values[:2]))

    found = minimize(loss, [0.0, 0.0, 0.0, 1.0], method="L-BFGS-B").x
    return Attention(float(found[0]), float(found[1]))


def attend_apart(discs: DiscSlices, probability: Numbers) -> Numbers:
    """Return the probability of each disc, (disc,), by attention fitted on other patients."""
    fold = deal_patients(discs.patient, discs.truth)
    pooled = np.empty(discs.count)
    for each in range(fold.max() + 1):
        here = fold == each
        rest = discs.take(~here)
        attention = fit_attention(rest, probability[~here[discs.disc]])
        pooled[here] = attend(attention, discs.take(here), probability[here[discs.disc]])
    return pooled
