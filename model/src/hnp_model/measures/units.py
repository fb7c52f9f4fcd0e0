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


def score_units(unit: UnitName, slices: Labelled, probability: Numbers) -> Scores:
    """Return the scores of one unit.

    Args:
        unit: what a row stands for.
        slices: the slices judged.
        probability: (slice,), the model's.
    """
    patient = np.unique(slices.patient_id, return_inverse=True)[1]
    truth = slices.is_patient
    if unit == "slice":
        return _sorted(probability, truth, patient)
    study = np.unique(slices.study_id, return_inverse=True)[1]
    disc_keys = np.stack([patient, study, slices.level.astype(np.int64)])
    discs, disc = np.unique(disc_keys, axis=1, return_inverse=True)
    sums = np.bincount(disc, weights=probability)
    disc_probability = sums / np.bincount(disc)
    disc_truth = np.bincount(disc, weights=truth) > 0
    if unit == "level":
        return _sorted(disc_probability, disc_truth, discs[0])
    highest = np.zeros(discs[0].max(initial=-1) + 1)
    np.maximum.at(highest, discs[0], disc_probability)
    affected = np.bincount(discs[0], weights=disc_truth) > 0
    return _sorted(highest, affected, np.arange(highest.size))


def _sorted(
    probability: Numbers, truth: npt.NDArray[np.bool_], patient: npt.NDArray[np.int64]
) -> Scores:
    order = np.argsort(-probability, kind="stable")
    return Scores(probability[order], truth[order], patient[order].astype(np.int64))
