from pathlib import Path

import numpy as np
import pytest

from hnp_model.runs.run_folder import RunFolder
from hnp_model.runs.seen_looks import LOOKS_FILE, read_looks, write_looks
from hnp_model.splits.near_copies import Looks
from hnp_shared.errors import InputError


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    (tmp_path / "checkpoints").mkdir()
    return RunFolder(tmp_path)


def looks() -> Looks:
    names = np.array(["a", "b", "c", "d"])
    parts = np.array(["train", "val", "test", "train"])
    pictures = np.random.default_rng(0).integers(0, 256, (4, 64, 48), dtype=np.uint8)
    return Looks(names, np.char.add("p", names), parts, np.char.add("x", names), pictures)


def test_what_was_kept_of_train_and_val_is_read_back(folder: RunFolder) -> None:
    kept, expected = looks(), looks().take(np.array([0, 1, 3]))
    write_looks(folder, kept)
    found = read_looks(folder)
    assert found is not None
    for name in ("slice_id", "patient_id", "part", "pixel_sha256", "thumbnails"):
        assert np.array_equal(getattr(found, name), getattr(expected, name))


def test_a_run_of_an_older_version_has_none(folder: RunFolder) -> None:
    assert read_looks(folder) is None


def test_a_damaged_file_is_told(folder: RunFolder) -> None:
    write_looks(folder, looks())
    whole = (folder.path / LOOKS_FILE).read_bytes()
    for content in (b"", b"not a table", whole[:-9], whole.replace(b"64 48", b"64 47")):
        (folder.path / LOOKS_FILE).write_bytes(content)
        with pytest.raises(InputError, match=r"looks.parquet is damaged or was not written by"):
            read_looks(folder)
