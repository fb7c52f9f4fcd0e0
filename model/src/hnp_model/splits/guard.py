"""Whether a split can be trusted: everybody is named, nobody is on both sides."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hnp_model.data.slices import Slices, Strings
from hnp_model.settings.fit import FitSettings
from hnp_shared.counted import counted
from hnp_shared.errors import InputError
from hnp_shared.splits import PARTS, Split


@dataclass(frozen=True, slots=True)
class Leakage:
    """What sits in more than one part, or was seen in training and is judged all the same.

    Attributes:
        patients: number of patients.
        images: number of distinct images (by pixel_sha256).
        studies: number of studies of several patients; None where nobody has looked.
    """

    patients: int
    images: int
    studies: int | None = None

    def __bool__(self) -> bool:
        return bool(self.patients or self.images or self.studies)

    def __str__(self) -> str:
        told = f"{counted(self.patients, 'patient')} and {counted(self.images, 'image')}"
        if not self.studies:
            return told
        return f"{counted(self.studies, 'study', 'studies')} of several patients, {told}"


def choose_fold(split: Split, fold: int | None) -> Split:
    """Return the train-val-test split to use.

    Raises:
        InputError: a k-fold split without a fold, or a fold it does not have.
    """
    if split.folds and fold is None:
        raise InputError(f"found a split of {split.folds} folds, expected a fold (fit --fold)")
    if fold is None:
        return split
    if not split.folds:
        raise InputError(f"found fold {fold} asked of a split without folds, expected none")
    return split.of_fold(fold)


DATASET_FACT = "data set id"
"""Comment line of a split file that names the data set it was made for."""


def parts_of(slices: Slices, split: Split, dataset_id: str = "") -> Strings:
    """Return the part of each slice, (slice,).

    Args:
        slices: of the data set.
        split: the split, of three parts.
        dataset_id: of the data set, so that a split of another one can be told.

    Raises:
        InputError: the split does not name all patients (or slices); says how many.
    """
    ids = slices.patient_id if split.unit == "patient" else slices.slice_id
    unnamed = set(ids.tolist()) - split.parts.keys()
    if unnamed:
        of_all = f"of {counted(np.unique(ids).size, split.unit)}"
        raise InputError(
            f"the split does not name {len(unnamed):,} {of_all} "
            f"of the data set, expected all of them{_of_other_data(split, dataset_id)}"
        )
    parts = np.array([split.parts[name] for name in ids.tolist()])
    unknown = set(parts.tolist()) - set(PARTS)
    if unknown:
        raise InputError(f"found parts {sorted(unknown)}, expected {', '.join(PARTS)}")
    return parts


def refuse_neighbours(settings: FitSettings, split: Split) -> None:
    """Refuse a fit that would see pictures of other parts beside its own.

    Raises:
        InputError: neighbours are asked for, and the split deals slices.
    """
    if settings.channels > 1 and split.unit == "slice":
        raise InputError(
            "found a split by slice, whose slices have neighbours in other parts; expected one by "
            f"patient for --slices {settings.channels}"
        )


def remarks_on_names(slices: Slices, split: Split) -> tuple[str, ...]:
    """Return a remark when the split names somebody whom the data set does not have."""
    ids = slices.patient_id if split.unit == "patient" else slices.slice_id
    strangers = split.parts.keys() - set(ids.tolist())
    if not strangers:
        return ()
    of_all = f"of {counted(len(split.parts), split.unit)}"
    return (f"the data set does not have {len(strangers):,} {of_all} that the split names",)


def _of_other_data(split: Split, dataset_id: str) -> str:
    made_for = split.facts.get(DATASET_FACT, dataset_id)
    if not dataset_id or made_for == dataset_id:
        return ""
    return f"; it was made for data set {made_for}, this one is {dataset_id}"


def find_leakage(slices: Slices, parts: Strings) -> Leakage:
    """Return how many patients, images and shared studies sit in more than one part."""
    of_several = _of_several_patients(slices)
    return Leakage(
        count_straddling(slices.patient_id, parts),
        count_straddling(slices.pixel_sha256, parts),
        count_straddling(slices.study_id[of_several], parts[of_several]) or None,
    )


def _of_several_patients(slices: Slices) -> npt.NDArray[np.bool_]:
    """Return whether each slice's study has slices of other patients too, (slice,)."""
    _, study = np.unique(slices.study_id, return_inverse=True)
    _, patient = np.unique(slices.patient_id, return_inverse=True)
    pairs = np.unique(np.stack([study, patient]), axis=1)
    several: npt.NDArray[np.bool_] = np.bincount(pairs[0])[study] > 1
    return several


def count_straddling(names: Strings, parts: Strings) -> int:
    """Return how many of the names sit in more than one part; both are (slice,)."""
    numbers, part_numbers = (np.unique(array, return_inverse=True)[1] for array in (names, parts))
    if not names.size:
        return 0
    pairs = np.unique(np.stack([numbers, part_numbers]), axis=1)
    return int((np.unique(pairs[0], return_counts=True)[1] > 1).sum())


def refuse_leakage(leakage: Leakage, *, allow: bool) -> None:
    """Stop unless there is no leakage or the user wants it.

    Raises:
        InputError: says how many patients, images and studies leak.
    """
    if leakage and not allow:
        raise InputError(
            f"the split leaks: {leakage} sit in more than one part, expected none; "
            "--allow-leakage goes on and every report says so"
        )


def refuse_empty(slices: Slices, parts: Strings) -> None:
    """Stop when a model cannot be trained on the split.

    Raises:
        InputError: no slices in train or val, or one class only in train.
    """
    for part in ("train", "val"):
        if not (parts == part).any():
            raise InputError(f"the split puts no slice of the data set in {part}, expected some")
    positive = slices.is_patient[parts == "train"]
    if positive.all() or not positive.any():
        raise InputError(
            f"found {int(positive.sum()):,} positive of {counted(positive.size, 'slice')} in "
            "train, expected both classes"
        )
