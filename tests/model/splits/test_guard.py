from dataclasses import replace

import numpy as np
import pytest

from hnp_model.data.slices import Slices, read_slices
from hnp_model.splits.guard import (
    Leakage,
    choose_fold,
    find_leakage,
    parts_of,
    refuse_empty,
    refuse_leakage,
)
from hnp_shared.dataset import open_dataset
from hnp_shared.errors import InputError
from hnp_shared.splits import Split
from model.synthetic import Plan, write_dataset


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Slices:
    """Six patients of four slices; the first two share an image."""
    folder = tmp_path_factory.mktemp("twins") / "out"
    return read_slices(open_dataset(write_dataset(folder, Plan(6, twins=True))))


def by_patient(slices: Slices, parts: str) -> Split:
    names = {"r": "train", "v": "val", "t": "test"}
    patients = np.unique(slices.patient_id).tolist()
    return Split("patient", {}, dict(zip(patients, map(names.__getitem__, parts), strict=True)))


def test_an_image_on_both_sides_is_a_leak(twins: Slices) -> None:
    parts = parts_of(twins, by_patient(twins, "rtrrvv"))
    assert find_leakage(twins, parts) == Leakage(patients=0, images=1)


def test_a_patient_on_both_sides_is_a_leak(twins: Slices) -> None:
    parts = parts_of(twins, by_patient(twins, "rrrrvt"))
    parts[-1] = "train"
    assert find_leakage(twins, parts) == Leakage(patients=1, images=0)


def test_a_study_on_both_sides_is_a_leak_whatever_its_patients_are_called(twins: Slices) -> None:
    parts = parts_of(twins, by_patient(twins, "rrrrvt"))
    studies = twins.study_id.copy()
    studies[parts != "train"] = "one study"
    assert find_leakage(replace(twins, study_id=studies), parts) == Leakage(1, 0)


def test_a_clean_split_passes(twins: Slices) -> None:
    leakage = find_leakage(twins, parts_of(twins, by_patient(twins, "rrrrvt")))
    assert not leakage
    refuse_leakage(leakage, allow=False)


def test_leakage_is_refused_unless_it_is_allowed() -> None:
    with pytest.raises(InputError, match="the split leaks: 3 patients and 1 images"):
        refuse_leakage(Leakage(3, 1), allow=False)
    refuse_leakage(Leakage(3, 1), allow=True)


def test_patients_the_split_does_not_name_are_counted(twins: Slices) -> None:
    split = by_patient(twins, "rrrrvt")
    few = Split("patient", {}, dict(list(split.parts.items())[:4]))
    with pytest.raises(InputError, match="does not name 2 of 6 patients of the data set"):
        parts_of(twins, few)


def test_slices_the_split_does_not_name_are_counted(twins: Slices) -> None:
    split = Split("slice", {}, dict.fromkeys(twins.slice_id.tolist()[3:], "train"))
    with pytest.raises(InputError, match="does not name 3 of 24 slices of the data set"):
        parts_of(twins, split)


def test_a_split_without_val_cannot_be_trained_on(twins: Slices) -> None:
    with pytest.raises(InputError, match="no slice of the data set in val"):
        refuse_empty(twins, parts_of(twins, by_patient(twins, "rrrrtt")))


def test_one_class_cannot_be_trained_on(twins: Slices) -> None:
    ill = twins.take(twins.is_patient)
    parts = np.where(np.arange(len(ill)) % 2 == 0, "train", "val")
    with pytest.raises(InputError, match="in train, expected both classes"):
        refuse_empty(ill, parts)


@pytest.mark.parametrize(
    ("parts", "fold", "message"),
    [
        (("0", "1", "2"), None, "found a split of 3 folds, expected a fold"),
        (("0", "1", "2"), 3, "found fold 3, expected 0 to 2"),
        (("train", "val", "test"), 0, "fold 0 asked of a split without folds"),
    ],
    ids=["none-given", "too-high", "no-folds"],
)
def test_fold_and_split_must_fit(parts: tuple[str, ...], fold: int | None, message: str) -> None:
    split = Split("patient", {}, dict(zip("abc", parts, strict=True)))
    with pytest.raises(InputError, match=message):
        choose_fold(split, fold)


def test_a_fold_is_test_and_the_next_is_val() -> None:
    split = Split("patient", {}, {"a": "0", "b": "1", "c": "2"})
    assert choose_fold(split, 2).parts == {"a": "val", "b": "train", "c": "test"}
