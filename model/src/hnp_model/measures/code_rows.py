"""What is said of label codes, by slice and by disc. Pure."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hnp_model.data.label_codes import UNKNOWN_CODE
from hnp_model.measures.units import Labelled
from hnp_model.settings.codes import CodeModel

Numbers = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class CodeRows:
    """Rows of one unit, each with a known code.

    Attributes:
        probability: (row, code), the model's.
        members: (member, row, code), of those whose mean it is; none where it is one's.
        truth: (row,), index of the code.
        patient: (row,), number of the patient, from 0 without gaps.
    """

    probability: Numbers
    members: Numbers
    truth: Indices
    patient: Indices


def call_codes(model: CodeModel, probability: Numbers) -> Indices:
    """Return the code that is called, (row,): of classes the likeliest, of grades the median.

    The median errs by fewest grades, and is what CORAL calls (each cut by a half).

    Args:
        model: what codes are to the network.
        probability: (row, code).
    """
    if model == "multiclass":
        return np.asarray(probability.argmax(axis=1), dtype=np.int64)
    below = np.cumsum(probability, axis=1)[:, :-1]
    return np.asarray(np.count_nonzero(below < 0.5, axis=1), dtype=np.int64)


def rows_by_slice(slices: Labelled, code: Indices, members: Numbers) -> CodeRows:
    """Return a row for each slice.

    Args:
        slices: the slices judged.
        code: (slice,), index of the truth; rows of `UNKNOWN_CODE` are left out.
        members: (member, slice, code), probabilities.
    """
    known = code != UNKNOWN_CODE
    patient = np.unique(slices.patient_id[known], return_inverse=True)[1]
    return _rows(members[:, known], code[known], patient)


def rows_by_disc(slices: Labelled, code: Indices, members: Numbers) -> CodeRows:
    """Return a row for each disc: the mean over its slices, and the last code among them."""
    known = code != UNKNOWN_CODE
    patient = np.unique(slices.patient_id[known], return_inverse=True)[1]
    study = np.unique(slices.study_id[known], return_inverse=True)[1]
    keys = np.stack([patient, study, slices.level[known].astype(np.int64)])
    discs, disc = np.unique(keys, axis=1, return_inverse=True)
    truth = np.full(discs.shape[1], UNKNOWN_CODE)
    np.maximum.at(truth, disc, code[known])
    sums = np.zeros((len(members), truth.size, members.shape[2]))
    for member, said in zip(sums, members[:, known], strict=True):
        np.add.at(member, disc, said)
    return _rows(sums / np.bincount(disc)[:, None], truth, discs[0])


def _rows(members: Numbers, truth: Indices, patient: Indices) -> CodeRows:
    several = members if len(members) > 1 else members[:0]
    return CodeRows(members.mean(axis=0), several, truth, patient)
