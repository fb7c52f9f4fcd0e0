"""Labels that mean nothing: each patient gets another's.

Permuting the labels of slices would not do: it tears apart what leakage lives on, that slices of
one disc have the same label. So a patient's whole list goes to one other patient.
"""

import numpy as np
import numpy.typing as npt

from hnp_model.data.slices import Slices


def permute_labels(
    slices: Slices, seed: int, *, across_discs: bool = False
) -> npt.NDArray[np.bool_]:
    """Return the truth with patients' lists of labels exchanged, (slice,).

    A list is ordered by disc, then by study and by the order of the manifest; it goes to a patient
    with as many slices, so discs of one number get each other's labels as far as patients have
    alike. A patient with whom nobody has as many slices keeps the list.

    Args:
        slices: all slices.
        seed: decides who gets whose list.
        across_discs: whether the discs of who gets a list are shuffled first, so that the disc
            tells nothing any more either; slices of one disc stay together.
    """
    order = np.lexsort((slices.study_id, slices.level, slices.patient_id))  # stable
    _, first, counts = np.unique(slices.patient_id[order], return_index=True, return_counts=True)
    random = np.random.default_rng(seed)
    taking = _shuffle_discs(slices, random) if across_discs else order
    permuted = slices.is_patient.copy()
    for count in np.unique(counts):
        alike = random.permutation(np.flatnonzero(counts == count))
        places = first[alike][:, None] + np.arange(count)  # (patient, slice of the patient)
        # Each in a shuffled ring takes its neighbour's: nobody keeps the own list but one alone.
        permuted[taking[places]] = slices.is_patient[order[np.roll(places, 1, axis=0)]]
    return permuted


def _shuffle_discs(slices: Slices, random: np.random.Generator) -> npt.NDArray[np.int64]:
    """Return an order of slices by patient in which each patient's discs lie in any order."""
    disc = np.unique([slices.study_id, slices.level.astype(str)], axis=1, return_inverse=True)[1]
    place = random.permutation(disc.max() + 1)[disc]
    return np.lexsort((place, slices.patient_id))


def count_alone(slices: Slices) -> int:
    """Return the number of patients who keep their labels."""
    counts = np.unique(slices.patient_id, return_counts=True)[1]
    alike = np.unique(counts, return_counts=True)[1]
    return int((alike == 1).sum())
