"""What hnp-train explain leaves, and what it refuses."""

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from hnp_model.data.slices import Slices, Strings, read_slices
from hnp_model.explanations import explaining, subject
from hnp_model.runs.predictions import Predictions
from hnp_shared.errors import StorageError
from model.conftest import invoke, invoke_fit
from model.synthetic import Plan, write_dataset

FEW = ("-n", 4, "--sheets", 1)


@pytest.fixture(scope="session")
def explained(run: Path, dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the network of `run` looks at in test."""
    path = tmp_path_factory.mktemp("explained") / "out"
    result = invoke("explain", run, dataset, *FEW, "-o", path)
    assert result.exit_code in {0, 3}, result.stderr
    assert result.stdout.startswith("test: 4 slices drawn, of ")
    return path


def test_each_slice_has_a_row_and_a_picture(explained: Path) -> None:
    rows = pq.read_table(explained / "attributions.parquet").to_pandas()
    pictures = {each.stem for each in (explained / "slices").iterdir()}
    assert set(rows["slice_id"]) == pictures
    assert rows["slice_id"].is_unique
    assert rows["drawn"].sum() == 4
    chosen = set(rows.loc[rows["sheet"].notna(), "sheet"])
    assert chosen <= {"hits", "misses", "false-alarms"}
    assert {f"{name}.png" for name in chosen} == {each.name for each in explained.glob("*.png")}
    shares = ["picture_share", "age_share", "sex_share", "canal_width_mm_share", "level_share"]
    assert rows[shares].sum(axis=1).to_numpy() == pytest.approx(1)
    told = rows["logit"] - rows["baseline_logit"]
    parts = rows[["added_by_picture", *(f"added_by_{each[:-6]}" for each in shares[1:])]]
    assert (told - parts.sum(axis=1)).to_numpy() == pytest.approx(
        rows["completeness_error"].to_numpy(), abs=1e-5
    )
    for column in ("ig_disc", "cam_border", "ig_deletion_auc", "random_insertion_auc"):
        assert rows[column].dropna().between(0, 1 + 1e-6).all(), column


def test_figures_are_about_the_slices_drawn(explained: Path) -> None:
    rows = pq.read_table(explained / "attributions.parquet").to_pandas()
    found = json.loads((explained / "explain.json").read_text())
    drawn = rows[rows["drawn"]]
    assert found["n_slices"] == 4
    assert found["n_patients"] == drawn["patient_id"].nunique()
    assert found["shares"]["age"]["value"] == pytest.approx(drawn["age_share"].mean())
    regions = {one["name"]: one for one in found["regions"]}
    assert regions["border"]["shares"]["ig"]["value"] == pytest.approx(drawn["ig_border"].mean())
    assert found["about"]["part"] == "test"


def test_all_files_name_weights_and_data_set(explained: Path, run: Path, dataset: Path) -> None:
    weights = json.loads((run / "metrics.json").read_text())["weights_sha256"]
    about = json.loads((explained / "explain.json").read_text())["about"]
    dataset_id = json.loads((dataset / "dataset.json").read_text())["dataset_id"]
    assert (about["weights_sha256"], about["dataset_id"]) == (weights, dataset_id)
    metadata = pq.read_schema(explained / "attributions.parquet").metadata
    assert metadata[b"hnp.weights_sha256"].decode() == weights
    assert weights[:16] in (explained / "explain.md").read_text()


def test_the_page_shows_every_sheet_and_the_verdict(explained: Path) -> None:
    page = (explained / "explain.md").read_text()
    assert json.loads((explained / "explain.json").read_text())["verdict"] in page
    for sheet in explained.glob("*.png"):
        assert f"]({sheet.name})" in page


def test_the_same_command_gives_the_same_files(
    explained: Path, run: Path, dataset: Path, tmp_path: Path
) -> None:
    invoke("explain", run, dataset, *FEW, "-o", tmp_path / "again")
    for name in ("attributions.parquet", "explain.json", "explain.md"):
        assert (tmp_path / "again" / name).read_bytes() == (explained / name).read_bytes()


def test_slices_that_the_fit_has_used_are_called_training(
    run: Path, dataset: Path, tmp_path: Path
) -> None:
    result = invoke("explain", run, dataset, *FEW, "--part", "train", "-o", tmp_path / "out")
    assert result.stdout.splitlines()[0].endswith(", TRAINING")


def test_a_data_set_that_the_fit_has_not_seen_needs_no_labels(run: Path, tmp_path: Path) -> None:
    unlabelled = write_dataset(tmp_path / "data", Plan(12, labelled=False, first_patient=900))
    asked = ("--json", "--allow-missing", "-o", tmp_path / "out")
    result = invoke("explain", run, unlabelled, *FEW, *asked)
    assert result.exit_code in {0, 3}, result.stderr
    assert json.loads(result.stdout)["n_slices"] == 4
    rows = pq.read_table(tmp_path / "out" / "attributions.parquet").to_pandas()
    assert rows["is_patient"].isna().all()
    assert set(rows["sheet"].dropna()) <= {"called"}


def test_what_cannot_be_explained_is_one_line(
    run: Path, dataset: Path, small: Path, small_split: Path, tmp_path: Path
) -> None:
    blind = tmp_path / "blind"
    assert invoke_fit(small, small_split, blind, "--inputs", "tabular").exit_code == 0
    refused = invoke("explain", blind, small, "-o", tmp_path / "out")
    assert refused.exit_code == 65
    assert refused.stderr == (
        "error: the run's model sees no picture, expected one that does to explain it\n"
    )
    forgetful = tmp_path / "forgetful"
    shutil.copytree(run, forgetful)
    (forgetful / "checkpoints" / "seen.csv").unlink()
    refused = invoke("explain", forgetful, dataset, "-o", tmp_path / "out")
    assert refused.exit_code == 65
    assert "--part all takes all of it" in refused.stderr
    assert not (tmp_path / "out").exists()


def test_ids_that_lead_elsewhere_name_no_file(
    run: Path, dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def renamed(*given: Any, **named: Any) -> Slices:
        found = read_slices(*given, **named)
        return replace(found, slice_id=np.char.add("../../", found.slice_id))

    monkeypatch.setattr(subject, "read_slices", renamed)
    monkeypatch.setattr(subject, "predict", said_by_nobody)
    refused = invoke("explain", run, dataset, *FEW, "-o", tmp_path / "out")
    assert refused.exit_code == 65
    assert refused.stderr.startswith("error: slice ids in the manifest are damaged")
    assert list(tmp_path.iterdir()) == []


def said_by_nobody(
    _folder: object, _config: object, _dataset: object, slices: Slices, parts: Strings
) -> Predictions:
    return Predictions(slices, parts, np.zeros(len(slices)), "")


def test_an_earlier_explanation_is_not_written_over(
    explained: Path, run: Path, dataset: Path
) -> None:
    refused = invoke("explain", run, dataset, "-o", explained)
    assert refused.exit_code == 73
    assert refused.stderr == (
        "error: out holds an explanation, expected a new folder; --force replaces it\n"
    )


def test_a_full_disk_leaves_no_folder(
    run: Path, dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> bytes:
        raise StorageError.of("a picture", OSError(28, "no space"))

    monkeypatch.setattr(explaining, "draw_sheet", full)
    result = invoke("explain", run, dataset, *FEW, "-o", tmp_path / "out")
    assert result.exit_code == 74
    assert list(tmp_path.iterdir()) == []


def test_without_the_extra_one_line_says_what_to_install(
    run: Path, dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith("hnp_model.explanations.")]:
        if name != "hnp_model.explanations.asked":
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "captum.attr", None)
    result = invoke("explain", run, dataset, "-o", tmp_path / "out")
    assert result.exit_code == 65
    assert result.stderr == (
        "error: captum is not installed, expected: pip install 'hnp-model[explain]'\n"
    )
