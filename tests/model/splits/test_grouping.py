from dataclasses import replace
from pathlib import Path

import numpy as np

from hnp_model.data.slices import Slices, read_slices
from hnp_model.splits.grouping import group_slices
from hnp_shared.dataset import open_dataset
from model.synthetic import Plan, write_dataset


def read(folder: Path) -> Slices:
    return read_slices(open_dataset(folder))


def test_each_patient_is_a_group_where_no_image_is_shared(small: Path) -> None:
    slices = read(small)
    groups = group_slices(slices)
    assert groups.max() + 1 == 24
    assert len(set(zip(groups, slices.patient_id, strict=True))) == 24


def test_patients_who_share_an_image_are_one_group(tmp_path: Path) -> None:
    slices = read(write_dataset(tmp_path / "out", Plan(patients=6, twins=True)))
    groups = group_slices(slices)
    first, second, third = np.unique(slices.patient_id)[:3]
    assert set(groups[slices.patient_id == first]) == set(groups[slices.patient_id == second])
    assert set(groups[slices.patient_id == first]) != set(groups[slices.patient_id == third])
    assert groups.max() + 1 == 5


def test_patients_who_share_a_study_are_one_group(small: Path) -> None:
    slices = read(small)
    first, second, third = np.unique(slices.patient_id)[:3]
    studies = np.where(slices.patient_id == second, first, slices.study_id)
    groups = group_slices(replace(slices, study_id=studies))
    assert set(groups[slices.patient_id == first]) == set(groups[slices.patient_id == second])
    assert set(groups[slices.patient_id == first]) != set(groups[slices.patient_id == third])
    assert groups.max() + 1 == 23


def test_chains_of_shared_images_join_everybody(small: Path) -> None:
    slices = read(small)
    pixels = slices.pixel_sha256.copy()
    pixels[2::2] = pixels[1:-1:2]  # each patient's first image is the last of the one before
    assert set(group_slices(replace(slices, pixel_sha256=pixels))) == {0}
