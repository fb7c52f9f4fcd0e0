from pathlib import Path

import numpy as np
import pytest

from hnp_model.data.slices import Slices, read_slices
from hnp_model.runs.run_folder import RunFolder
from hnp_model.runs.seen import SEEN_FILE, parts_by_fit, write_seen
from hnp_shared.dataset import open_dataset


@pytest.fixture
def slices(small: Path) -> Slices:
    return read_slices(open_dataset(small))


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    (tmp_path / "checkpoints").mkdir()
    return RunFolder(tmp_path)


def test_the_record_of_a_fit_tells_each_slices_part(folder: RunFolder, slices: Slices) -> None:
    number = np.unique(slices.patient_id, return_inverse=True)[1]
    parts = np.array(["train", "val", "test"])[number % 3]
    write_seen(folder, slices, parts)
    found = parts_by_fit(folder, slices)
    assert found is not None
    assert found.tolist() == parts.tolist()


def test_what_was_learned_from_is_train_whatever_val_says(
    folder: RunFolder, slices: Slices
) -> None:
    patient, other = slices.patient_id[0], slices.pixel_sha256[-1]
    rows = ["part,patient_id,pixel_sha256", f"train,{patient},-", f"val,{patient},{other}"]
    folder.write(SEEN_FILE, "\n".join(rows).encode())
    found = parts_by_fit(folder, slices)
    assert found is not None
    assert set(found[slices.patient_id == patient]) == {"train"}
    assert found[-1] == "val"  # another person's, whose picture val had
    assert set(found[1:-1][slices.patient_id[1:-1] != patient]) == {"test"}


def test_without_a_record_no_part_is_known(folder: RunFolder, slices: Slices) -> None:
    assert parts_by_fit(folder, slices) is None
