"""What is judged: single slices, discs, or patients.

A disc (unit `level`) is one level of one study: its probability is the mean over its slices, and it
is positive when any of them is. A patient takes the maximum over discs of both.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from hnp_model.data.slices import Strings

UnitName = Literal["slice", "level", "patient"]
UNITS: tuple[UnitName, ...] = ("slice", "level", "patient")
PRIMARY_UNIT: UnitName = "level"
"""The unit a reader of images decides on; models are chosen by it."""

Numbers = npt.NDArray[np.float64]


class Labelled(Protocol):
    """Slices of which is known whose disc they show, and the truth; every array is (slice,)."""

    @property
    def patient_id(self) -> Strings:
        """The person."""

    @property
    def study_id(self) -> Strings:
        """The study."""

    @property
    def level(self) -> npt.NDArray[np.int8]:
        """Disc, 0..4."""

    @property
    def is_patient(self) -> npt.NDArray[np.bool_]:
        """The truth."""


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Probabilities against the truth, by descending probability; every array is (row,).

    Attributes:
        probability: of being positive.
        truth: what is so.
        patient: number of the patient, from 0 without gaps.
    """

    probability: Numbers
    truth: npt.NDArray[np.bool_]
    patient: npt.NDArray[np.int64]

    def __post_init__(self) -> None:
        if (np.diff(self.probability) > 0).any():
            raise ValueError("expected rows by descending probability")

    @property
    def patient_count(self) -> int:
        """Number of distinct patients."""
        return int(self.patient.max(initial=-1)) + 1

    def patients_with(self, truth: bool) -> int:
        """Return how many patients have a row of a class."""
        return int(np.unique(self.patient[self.truth == truth]).size)


def score_units(unit: UnitName, slices: Labelled, probability: Numbers) -> Scores:
    """Return the scores of one unit.

    Args:
        unit: what a row stands for.
        slices: the slices judged.
        probability: (slice,), the model's.
    """
    truth = slices.is_patient
    if unit == "slice":
        return _sorted(probability, truth, np.unique(slices.patient_id, return_inverse=True)[1])
    discs = pool_discs(slices, probability)
    disc_truth = np.bincount(discs.disc, weights=truth) > 0
    if unit == "level":
        return _sorted(discs.probability, disc_truth, discs.patient)
    highest = discs.highest()
    affected = np.bincount(discs.patient, weights=disc_truth) > 0
    return _sorted(highest, affected, np.arange(highest.size))


def spread_over_slices(unit: UnitName, slices: Labelled, probability: Numbers) -> Numbers:
    """Return the probability of the disc or patient that each slice belongs to, (slice,)."""
    if unit == "slice":
        return probability
    discs = pool_discs(slices, probability)
    pooled = discs.probability if unit == "level" else discs.highest()[discs.patient]
    return pooled[discs.disc]


@dataclass(frozen=True, slots=True, eq=False)
class Discs:
    """Slices put together.

    Attributes:
        disc: (slice,), number of the disc that each slice shows.
        patient: (disc,), number of the patient.
        probability: (disc,), mean over its slices.
    """

    disc: npt.NDArray[np.int64]
    patient: npt.NDArray[np.int64]
    probability: Numbers

    def highest(self) -> Numbers:
        """Return the maximum of each patient, (patient,)."""
        highest = np.zeros(self.patient.max(initial=-1) + 1)
        np.maximum.at(highest, self.patient, self.probability)
        return highest


def pool_discs(slices: Labelled, probability: Numbers) -> Discs:
    """Put the slices of each disc together; discs come by patient, study and level."""
    patient = np.unique(slices.patient_id, return_inverse=True)[1]
    study = np.unique(slices.study_id, return_inverse=True)[1]
    disc_keys = np.stack([patient, study, slices.level.astype(np.int64)])
    discs, disc = np.unique(disc_keys, axis=1, return_inverse=True)
    sums = np.bincount(disc, weights=probability)
    return Discs(disc, discs[0], sums / np.bincount(disc))


def _sorted(
    probability: Numbers, truth: npt.NDArray[np.bool_], patient: npt.NDArray[np.int64]
) -> Scores:
    order = np.argsort(-probability, kind="stable")
    return Scores(probability[order], truth[order], patient[order].astype(np.int64))
