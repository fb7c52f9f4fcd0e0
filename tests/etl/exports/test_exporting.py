"""What is exported is what the libraries it is meant for read, slice for slice."""

import hashlib
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hnp_etl.exports.exporting import export
from hnp_etl.exports.parts import parts_of
from hnp_shared.dataset import Dataset, open_dataset
from hnp_shared.errors import InputError, OutputError
from model.synthetic import Plan, write_dataset

LIBRARIES = pytest.mark.filterwarnings("ignore")  # theirs of one another
PLAN = Plan(patients=20, levels=1, slices_a_level=2, side=8)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return open_dataset(write_dataset(tmp_path_factory.mktemp("data") / "spine", PLAN))


def expected(dataset: Dataset) -> dict[str, tuple[dict[str, Any], Any]]:
    """Return the row and the picture of each slice."""
    rows = dataset.manifest_table().drop_columns(["shard", "row"]).to_pylist()
    images = dataset.images(dataset.manifest)
    return {row["slice_id"]: (row, image) for row, image in zip(rows, images, strict=True)}


@LIBRARIES
def test_webdataset_reads_every_slice(dataset: Dataset, tmp_path: Path) -> None:
    wds = pytest.importorskip("webdataset")
    assert export(dataset.folder, tmp_path / "tars", "webdataset") == 2
    files = f"{tmp_path}/tars/{dataset.info.dataset_id}-{{000000..000001}}.tar"
    samples = list(wds.WebDataset(files, shardshuffle=False, empty_check=False).decode())
    found = {each["__key__"]: (each["json"], each["npy"]) for each in samples}
    wanted = expected(dataset)
    assert found.keys() == wanted.keys()
    for slice_id, (row, image) in found.items():
        assert row == wanted[slice_id][0]
        assert image.dtype == np.float32
        assert np.array_equal(image, wanted[slice_id][1])


@LIBRARIES
def test_hugging_face_datasets_read_every_slice(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets")
    assert export(dataset.folder, tmp_path / "hf", "huggingface") == 3
    read = datasets.load_dataset(str(tmp_path / "hf"), cache_dir=str(tmp_path / "cache"))
    slices = read["slices"]
    assert slices.features["image"] == datasets.Array2D(shape=(8, 8), dtype="float32")
    wanted = expected(dataset)
    found = {each["slice_id"]: each for each in slices}
    assert found.keys() == wanted.keys()
    for slice_id, each in found.items():
        image = np.array(each.pop("image"), np.float32)
        assert each == wanted[slice_id][0]
        assert np.array_equal(image, wanted[slice_id][1])


@LIBRARIES
def test_croissant_is_valid_and_its_records_are_the_manifest(
    dataset: Dataset, tmp_path: Path
) -> None:
    croissant = pytest.importorskip("mlcroissant")
    place = shutil.copytree(dataset.folder, tmp_path / "published") / "croissant.json"
    export(
        dataset.folder, tmp_path / "croissant.json", "croissant", licence="https://example.org/l"
    )
    (tmp_path / "croissant.json").rename(place)
    described = croissant.Dataset(jsonld=str(place))
    assert not described.metadata.ctx.issues.errors
    assert {each.sha256 for each in described.metadata.distribution} == {
        file.sha256 for file in dataset.info.files.values()
    }
    records = list(described.records("slices"))
    manifest = dataset.manifest_table().to_pylist()
    names = ("slice_id", "patient_id", "level_name", "shard")
    found = [tuple(each[f"slices/{name}"].decode() for name in names) for each in records]
    assert found == [tuple(row[name] for name in names) for row in manifest]
    assert [each["slices/row"] for each in records] == [row["row"] for row in manifest]


def test_croissant_names_where_it_is_published(dataset: Dataset, tmp_path: Path) -> None:
    export(dataset.folder, tmp_path / "c.json", "croissant", at="https://example.org/spine/")
    said = json.loads((tmp_path / "c.json").read_bytes())
    assert {each["contentUrl"] for each in said["distribution"]} == {
        f"https://example.org/spine/{name}" for name in dataset.info.files
    }
    with pytest.raises(InputError, match="credentials"):
        export(dataset.folder, tmp_path / "d.json", "croissant", at="https://me:key@example.org/x")
    assert str(dataset.folder.parent).encode() not in (tmp_path / "c.json").read_bytes()


@pytest.mark.parametrize("form", ["webdataset", "huggingface", "croissant"])
def test_an_export_is_the_same_bytes_again_and_touches_nothing(
    dataset: Dataset, tmp_path: Path, form: str
) -> None:
    before = digests(dataset.folder)
    export(dataset.folder, tmp_path / "one", form)
    export(dataset.folder, tmp_path / "two", form)
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
    assert digests(dataset.folder) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "two"]
    with pytest.raises(OutputError):
        export(dataset.folder, tmp_path / "one", form)
    with pytest.raises(OutputError, match="lies in a data set"):
        export(dataset.folder, dataset.folder / "export", form)


def digests(place: Path) -> dict[str, str]:
    files = [place] if place.is_file() else [each for each in place.rglob("*") if each.is_file()]
    return {
        each.relative_to(place).as_posix(): hashlib.sha256(each.read_bytes()).hexdigest()
        for each in files
    }


def test_pixels_stored_in_half_the_room_are_scaled(tmp_path: Path) -> None:
    dataset = open_dataset(write_dataset(tmp_path / "spine", replace(PLAN, uint16=True)))
    parts = list(parts_of(dataset))
    images = np.concatenate([part.images for part in parts])
    assert [(part.number, part.of) for part in parts] == [(0, 2), (1, 2)]
    assert np.array_equal(images, dataset.images(dataset.manifest))


@pytest.mark.parametrize("form", ["webdataset", "huggingface"])
def test_a_damaged_shard_leaves_no_export(tmp_path: Path, form: str) -> None:
    folder = write_dataset(tmp_path / "spine", Plan(patients=3, levels=1, side=8))
    shard = next((folder / "shards").iterdir())
    shard.write_bytes(bytes(len(shard.read_bytes())))
    with pytest.raises(InputError):
        export(folder, tmp_path / "export", form)
    assert [path.name for path in tmp_path.iterdir()] == ["spine"]


def test_the_command_says_where_to_look(dataset: Dataset, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hnp_etl", "export", str(dataset.folder), "--as"]
    done = subprocess.run(
        [*command, "webdataset", "-o", str(tmp_path / "t")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"2 files; look into {tmp_path / 't'}\n"
