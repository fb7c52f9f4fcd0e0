"""Claims about where nothing may be written."""

from pathlib import Path

import pytest

from hnp_shared.errors import OutputError
from hnp_shared.places import refuse_existing, refuse_in_dataset


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    out = tmp_path / "out"
    for folder in (out / "shards", tmp_path / "out.private", tmp_path / "secrets"):
        folder.mkdir(parents=True)
    (out / "dataset.json").write_text("{}")
    (tmp_path / "secrets" / "linkage.csv").touch()
    return out


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("out", "a data set"),
        ("out/manifest.parquet", "a data set"),
        ("out/shards/new.npz", "a data set"),
        ("out/new/folder/file", "a data set"),
        ("out.private/file", "a private folder"),
        ("out.private/deep/file", "a private folder"),
        ("secrets/file", "a private folder"),
    ],
)
def test_nothing_is_written_in_a_data_set_or_a_private_folder(
    dataset: Path, name: str, what: str
) -> None:
    with pytest.raises(OutputError, match=f"lies in {what}, expected a place outside"):
        refuse_in_dataset(dataset.parent / name)


def test_nor_through_a_link(dataset: Path) -> None:
    (dataset.parent / "way").symlink_to(dataset / "shards")
    with pytest.raises(OutputError, match="lies in a data set"):
        refuse_in_dataset(dataset.parent / "way" / "file")


@pytest.mark.parametrize("name", ["file", "other/file", "out.csv", "out.private.csv"])
def test_beside_them_anything_is(dataset: Path, name: str) -> None:
    (dataset.parent / "key").touch()
    refuse_in_dataset(dataset.parent / name)


def test_a_file_that_exists_is_written_over_on_request_only(tmp_path: Path) -> None:
    refuse_existing(tmp_path / "new", force=False)
    (tmp_path / "old").touch()
    with pytest.raises(OutputError, match="old exists, expected a new file; --force overwrites it"):
        refuse_existing(tmp_path / "old", force=False)
    refuse_existing(tmp_path / "old", force=True)
    with pytest.raises(OutputError, match="is a folder, expected a file to write"):
        refuse_existing(tmp_path, force=True)
