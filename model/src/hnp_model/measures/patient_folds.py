"""Patients dealt to folds, so that what is judged on a patient was settled without that patient."""

import numpy as np
import numpy.typing as npt

FOLDS = 5
"""Folds that val is dealt to: each settles on four fifths of it."""


def deal_patients(
    patient: npt.NDArray[np.int64], truth: npt.NDArray[np.bool_], folds: int = FOLDS
) -> npt.NDArray[np.int64]:
    """Return the fold of each row, (row,): all rows of a patient in one, classes spread evenly.

    Args:
        patient: (row,), number of the patient, from 0 without gaps.
        truth: (row,); a patient counts as positive with any positive row.
        folds: how many.
    """
    positive = np.bincount(patient, weights=truth) > 0
    # Negative patients are dealt on from where the positive ones ended: folds are of one size.
    order = np.argsort(~positive, kind="stable")
    fold = np.empty(order.size, dtype=np.int64)
    fold[order] = np.arange(order.size) % folds
    dealt: npt.NDArray[np.int64] = fold[patient]
    return dealt
