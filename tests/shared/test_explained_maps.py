"""Maps of `hnp-train explain` are found by slice, and those of something else are refused."""

import json
from pathlib import Path

import pytest

from hnp_shared.errors import InputError
from hnp_shared.explained_maps import ExplainedMaps

ONE = "0123456789abcdef" * 2


@pytest.fixture
def explained(tmp_path: Path) -> Path:
    (tmp_path / "slices").mkdir()
    (tmp_path / "slices" / f"{ONE}.png").write_bytes(b"a map")
    about = {"dataset_id": "d" * 16, "weights_sha256": "e" * 64, "training": False}
    (tmp_path / "explain.json").write_text(json.dumps({"about": about}))
    return tmp_path


def test_the_whole_folder_and_its_slices_alone_give_the_same_maps(explained: Path) -> None:
    found = ExplainedMaps.open(explained)
    assert found == ExplainedMaps.open(explained / "slices")
    assert found.read(ONE, most_bytes=9) == b"a map"
    assert found.read("f" * 32, most_bytes=9) is None


def test_maps_of_another_data_set_or_of_other_weights_are_refused(explained: Path) -> None:
    maps = ExplainedMaps.open(explained)
    maps.refuse_other("d" * 16, "e" * 64)
    with pytest.raises(InputError, match="maps are of data set d+, expected a+"):
        maps.refuse_other("a" * 16)
    with pytest.raises(InputError, match="maps are of other weights"):
        maps.refuse_other("d" * 16, "a" * 64)


def test_a_folder_without_maps_or_with_another_summary_is_refused(explained: Path) -> None:
    (explained / "explain.json").write_text("[]")
    with pytest.raises(InputError, match="is none of hnp-train explain"):
        ExplainedMaps.open(explained)
    (explained / "slices" / f"{ONE}.png").unlink()
    with pytest.raises(InputError, match="found no map in --maps"):
        ExplainedMaps.open(explained)
