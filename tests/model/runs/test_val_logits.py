from pathlib import Path

import numpy as np
import pytest

from hnp_model.runs.run_folder import CHECKPOINTS_FOLDER, RunFolder
from hnp_model.runs.val_logits import VAL_LOGITS_FILE, note_val_logits, read_val_logits
from hnp_shared.errors import InputError


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    (tmp_path / CHECKPOINTS_FOLDER).mkdir()
    return RunFolder(tmp_path)


def test_each_epoch_is_put_behind_those_done(folder: RunFolder) -> None:
    for epoch in range(3):
        note_val_logits(folder, epoch, np.full(4, float(epoch)))
    found = read_val_logits(folder, 3, 4)
    assert found is not None
    assert found.tolist() == [[float(epoch)] * 4 for epoch in range(3)]


def test_an_epoch_that_is_done_again_is_not_kept_twice(folder: RunFolder) -> None:
    for epoch in (0, 1, 2, 1):
        note_val_logits(folder, epoch, np.full(4, float(epoch)))
    found = read_val_logits(folder, 2, 4)
    assert found is not None
    assert found[:, 0].tolist() == [0.0, 1.0]


def test_what_an_older_version_began_is_not_known(folder: RunFolder) -> None:
    note_val_logits(folder, 2, np.zeros(4))
    assert not folder.has(VAL_LOGITS_FILE)
    assert read_val_logits(folder, 3, 4) is None
    note_val_logits(folder, 0, np.zeros(4))
    assert read_val_logits(folder, 3, 4) is None


@pytest.mark.parametrize(
    "content", [b"", b"\x93NUMPY", b"\x93NUMPY\x01\x00v\x00{'descr", b"PK\x03\x04"]
)
def test_a_damaged_file_is_refused(folder: RunFolder, content: bytes) -> None:
    folder.write(VAL_LOGITS_FILE, content)
    with pytest.raises(InputError, match=r"checkpoints/val\.npy is damaged"):
        read_val_logits(folder, 1, 4)


@pytest.mark.parametrize("logits", [np.zeros((1, 5)), np.zeros(4), np.full((1, 4), np.nan)])
def test_logits_of_something_else_are_refused(folder: RunFolder, logits: np.ndarray) -> None:
    with (folder.path / VAL_LOGITS_FILE).open("wb") as file:
        np.save(file, logits)
    with pytest.raises(InputError, match=r"checkpoints/val\.npy is damaged"):
        read_val_logits(folder, 1, 4)
