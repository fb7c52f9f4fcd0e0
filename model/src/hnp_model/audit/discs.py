"""What an audit judges: discs, one level of one study each, with whoever must stay together."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hnp_model.data.slices import Slices, Strings
from hnp_model.measures.units import Scores
from hnp_model.splits.grouping import group_slices, numbered

Numbers = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Discs:
    """Discs in the order of their people.

    Attributes:
        of_slice: (slice,), the disc that it shows.
        person: (disc,), from 0 without gaps, ascending; who shares an image counts as one.
        level: (disc,), 0..4.
        truth: (disc,), whether any slice is positive.
        hospital: (disc,), where its first slice comes from.
    """

    of_slice: Indices
    person: Indices
    level: Indices
    truth: npt.NDArray[np.bool_]
    hospital: Strings

    def __len__(self) -> int:
        return self.person.size

    def mean(self, values: Numbers) -> Numbers:
        """Return the mean of what the slices of each disc have, NaN where none has it.

        Args:
            values: (slice, feature), NaN where missing.

        Returns:
            (disc, feature).
        """
        known = np.isfinite(values)
        sums, counts = (np.zeros((len(self), values.shape[1])) for _ in range(2))
        np.add.at(sums, self.of_slice, np.where(known, values, 0.0))
        np.add.at(counts, self.of_slice, known)
        means: Numbers = np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0)
        return means

    def sum_by_person(self, values: Numbers) -> Numbers:
        """Return sums over the discs of each person, (person, ...), of values (disc, ...)."""
        first = np.flatnonzero(np.diff(self.person, prepend=-1))
        sums: Numbers = np.add.reduceat(values, first, axis=0)
        return sums

    def scores(self, score: Numbers) -> Scores:
        """Return what a model says of all discs, (disc,), against the truth."""
        return scores_of(score, self.truth, self.person)


def group_discs(slices: Slices) -> Discs:
    """Return the discs that slices show."""
    person = group_slices(slices)
    study = numbered(slices.study_id)
    keys = np.stack([person, study, slices.level.astype(np.int64)])
    _, first, of_slice = np.unique(keys, axis=1, return_index=True, return_inverse=True)
    return Discs(
        of_slice=of_slice.astype(np.int64),
        person=person[first],
        level=keys[2, first],
        truth=np.bincount(of_slice, weights=slices.is_patient) > 0,
        hospital=slices.hospital[first],
    )


def scores_of(score: Numbers, truth: npt.NDArray[np.bool_], person: Indices) -> Scores:
    """Return scores of some discs, people numbered anew; all are (disc,)."""
    order = np.argsort(-score, kind="stable")
    patient = np.unique(person, return_inverse=True)[1]
    return Scores(score[order], truth[order], patient[order].astype(np.int64))
