"""What notebooks import: these names, cheaply, and they do what README shows."""

import json
import pickle
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from torch.utils.data import DataLoader, Subset

import hnp_model
import hnp_shared
from hnp_model import SliceDataset, open_run
from hnp_shared import open_dataset
from hnp_shared.errors import InputError
from hnp_shared.shards import open_shard
from model.conftest import invoke
from model.synthetic import Plan, write_dataset

HEAVY = ("torch", "pandas", "pyarrow", "numpy", "matplotlib", "sklearn")


def test_these_names_are_public() -> None:
    assert sorted(hnp_shared.__all__) == ["Dataset", "open_dataset"]
    assert sorted(hnp_model.__all__) == ["Run", "SliceDataset", "open_run"]
    for package in (hnp_shared, hnp_model):
        assert all(callable(getattr(package, name)) for name in package.__all__)
        with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
            _ = package.nothing


@pytest.mark.parametrize("package", ["hnp_shared", "hnp_model", "hnp_etl"])
def test_importing_a_package_imports_nothing_heavy(package: str) -> None:
    told = f"import sys, {package}; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("module", "program"), [("hnp_etl", "build-manifest"), ("hnp_model", "fit")]
)
def test_the_programs_run_as_modules(module: str, program: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", module, "--help"], capture_output=True, text=True, check=True
    )
    assert program in done.stdout


@pytest.mark.parametrize("uint16", [False, True], ids=["float32", "uint16"])
def test_images_are_those_of_the_shards(tmp_path: Path, uint16: bool) -> None:
    folder = write_dataset(tmp_path / "out", Plan(patients=20, uint16=uint16))
    dataset = open_dataset(str(folder))
    rows = dataset.manifest.sample(frac=0.3, random_state=1)
    found = dataset.images(rows)
    assert found.shape == (len(rows), 32, 32)
    assert found.dtype == np.float32
    for image, shard, row in zip(found, rows["shard"], rows["row"], strict=True):
        stored = open_shard(folder / "shards" / shard).images[row]
        np.testing.assert_array_equal(image, stored / np.float32(65535) if uint16 else stored)


@pytest.mark.torture
def test_a_slice_is_there_within_an_eighth_of_a_millisecond(tmp_path: Path) -> None:
    dataset = open_dataset(write_dataset(tmp_path / "out", Plan(10, levels=5, side=300)))
    for count in (1, 16, 100):
        rows = dataset.manifest.sample(count, random_state=0)
        took_s = []
        for _ in range(50):
            before = time.process_time()
            dataset.images(rows)
            took_s.append(time.process_time() - before)
        assert min(took_s) / count < 0.12e-3


def test_no_row_is_no_image(small: Path) -> None:
    dataset = open_dataset(small)
    assert dataset.images(dataset.manifest.head(0)).shape[0] == 0


def test_tables_are_those_of_the_files(small: Path) -> None:
    dataset = open_dataset(small)
    pd.testing.assert_frame_equal(dataset.manifest, pd.read_parquet(small / dataset.info.manifest))
    pd.testing.assert_frame_equal(dataset.ledger, pd.read_parquet(small / dataset.info.ledger))


def test_rows_that_are_not_of_this_data_set_are_refused(small: Path) -> None:
    dataset = open_dataset(small)
    moved = dataset.manifest.assign(row=np.roll(dataset.manifest["row"], 1))
    with pytest.raises(InputError, match="holds other slices than the manifest says"):
        dataset.images(moved)


def test_an_opened_data_set_goes_to_another_process_without_its_pixels(small: Path) -> None:
    dataset = open_dataset(small)
    dataset.images(dataset.manifest.head(3))
    packed = pickle.dumps(dataset)
    assert len(packed) < 1000
    there = pickle.loads(packed)
    np.testing.assert_array_equal(
        there.images(there.manifest.head(3)), dataset.images(dataset.manifest.head(3))
    )


def test_a_torch_data_set_gives_images_and_truth(small: Path) -> None:
    dataset = open_dataset(small)
    rows = dataset.manifest.iloc[::-1]
    slices = SliceDataset(dataset, rows)
    assert len(slices) == len(rows)
    image, truth = slices[2]
    assert image.shape == (1, 32, 32)
    np.testing.assert_array_equal(image[0].numpy(), dataset.images(rows.iloc[[2]])[0])
    assert bool(truth) == rows["is_patient"].iloc[2]
    images, truths = next(iter(DataLoader(slices, batch_size=5)))
    assert images.shape == (5, 1, 32, 32)
    assert truths.dtype == torch.float32
    assert truths.tolist() == rows["is_patient"].head(5).astype(float).tolist()


def test_a_torch_data_set_is_cut_and_sent_like_any_other(small: Path) -> None:
    slices = SliceDataset(open_dataset(small))
    chosen = Subset(slices, torch.tensor([7, 2, 5, 1]))  # type: ignore[arg-type]
    images, _ = next(iter(DataLoader(chosen, batch_size=4)))
    for image, index in zip(images, (7, 2, 5, 1), strict=True):
        assert torch.equal(image, slices[index][0])
    pixels = 4 * 32 * 32 * len(slices)
    assert len(pickle.dumps(slices)) < pixels / 4
    there = pickle.loads(pickle.dumps(slices))
    assert torch.equal(there[-1][0], slices[-1][0])


def test_what_is_no_row_of_the_manifest_is_refused_in_one_line(small: Path) -> None:
    dataset = open_dataset(small)
    for wrong in (dataset.manifest.iloc[0], dataset.manifest.set_index("slice_id"), [0, 1]):
        with pytest.raises(InputError, match=r"expected rows of the manifest"):
            dataset.images(wrong)  # type: ignore[arg-type]


def test_completion_in_a_notebook_shows_the_public_names() -> None:
    assert {"open_dataset", "Dataset"} <= set(dir(hnp_shared))
    assert {"open_run", "SliceDataset", "Run"} <= set(dir(hnp_model))


def test_slices_without_a_label_teach_nothing(tmp_path: Path) -> None:
    dataset = open_dataset(write_dataset(tmp_path / "out", Plan(3, labelled=False)))
    with pytest.raises(InputError, match="found 12 of 12 slices without is_patient"):
        SliceDataset(dataset)


def test_an_opened_run_says_what_the_commands_write(
    run: Path, dataset: Path, tmp_path: Path
) -> None:
    table = tmp_path / "said.parquet"
    assert invoke("predict", run, dataset, "-o", table).exit_code == 0
    opened = open_run(str(run))
    assert opened.config.settings.epochs == 2
    assert opened.history["epoch"].tolist() == [1, 2]
    assert opened.metrics == json.loads((run / "metrics.json").read_text())
    assert opened.predictions.equals(pd.read_parquet(run / "predictions.parquet"))
    assert not opened.network().training
    pd.testing.assert_frame_equal(opened.predict(open_dataset(dataset)), pd.read_parquet(table))


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"epoch\n1\n", b"[]", b'"' * 9, b"a,b\n1\n2,3,4"]
)
@pytest.mark.parametrize("name", ["history", "metrics", "predictions"])
def test_a_damaged_file_of_a_run_is_an_error_of_ours(
    run: Path, tmp_path: Path, name: str, content: bytes
) -> None:
    file = {
        "history": "history.csv",
        "metrics": "metrics.json",
        "predictions": "predictions.parquet",
    }
    own = Path(shutil.copytree(run, tmp_path / "own"))
    (own / file[name]).write_bytes(content)
    with pytest.raises(InputError, match=f"^{file[name]} is damaged or was not written by hnp-tra"):
        getattr(open_run(own), name)


@pytest.mark.parametrize("told", ["metrics", "predictions"])
def test_figures_of_weights_that_changed_since_are_refused(
    run: Path, tmp_path: Path, told: str
) -> None:
    own = Path(shutil.copytree(run, tmp_path / "own"))
    weights = own / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"!")
    with pytest.raises(InputError, match=r"metrics\.json is not about the model\.safetensors"):
        getattr(open_run(own), told)


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="config.json"):
        open_run(tmp_path)
