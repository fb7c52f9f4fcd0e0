from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hnp_model.data.slices import read_slices
from hnp_shared.dataset import open_dataset
from hnp_shared.errors import InputError
from hnp_shared.images import open_images
from model.synthetic import Plan, draw_slices, write_dataset


@pytest.mark.parametrize("uint16", [False, True], ids=["float32", "uint16"])
def test_images_come_in_manifest_order_and_in_0_to_1(tmp_path: Path, uint16: bool) -> None:
    plan = Plan(patients=20, uint16=uint16)
    dataset = open_dataset(write_dataset(tmp_path / "out", plan))
    slices = read_slices(dataset)
    images = open_images(dataset, slices)
    assert images.size == (32, 32)
    rows, pixels = draw_slices(plan)
    wanted = np.array([70, 3, 41])
    assert slices.slice_id[wanted].tolist() == [rows[index].slice_id for index in wanted]
    batch = images.gather(wanted)
    assert batch.dtype == np.float32
    np.testing.assert_allclose(batch, pixels[wanted], atol=0.6 / 65535 if uint16 else 0)


def test_a_subset_finds_its_own_images(small: Path) -> None:
    dataset = open_dataset(small)
    slices = read_slices(dataset)
    every = open_images(dataset, slices).gather(np.arange(len(slices)))
    some = np.array([40, 2, 17])
    np.testing.assert_array_equal(
        open_images(dataset, slices.take(some)).gather(np.arange(3)), every[some]
    )


def test_a_manifest_that_names_other_rows_is_refused(small: Path) -> None:
    dataset = open_dataset(small)
    slices = read_slices(dataset)
    moved = replace(slices, row=np.roll(slices.row, 1))
    with pytest.raises(InputError, match="holds other slices than the manifest says"):
        open_images(dataset, moved)


def test_an_unlabelled_data_set_is_refused(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path / "out", Plan(3, labelled=False))
    with pytest.raises(InputError, match="found 12 of 12 slices without is_patient"):
        read_slices(open_dataset(folder))
