import json
from pathlib import Path

import pandas as pd
import pytest

from hnp_shared.dataset import open_dataset
from model.conftest import invoke
from model.synthetic import Plan, write_dataset


@pytest.fixture(scope="module")
def unlabelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dataset(
        tmp_path_factory.mktemp("other") / "out", Plan(6, labelled=False, seed=9, first_patient=700)
    )


def test_what_a_run_says_is_what_evaluate_says(run: Path, dataset: Path, tmp_path: Path) -> None:
    told = invoke("predict", run, dataset, "-o", tmp_path / "new" / "said.parquet", "--json")
    assert told.exit_code == 0, told.stderr
    found = pd.read_parquet(tmp_path / "new" / "said.parquet").set_index("slice_id")
    before = pd.read_parquet(run / "predictions.parquet").set_index("slice_id")
    assert found.part.unique().tolist() == ["all"]
    assert found.loc[before.index, "logit"].to_numpy() == pytest.approx(before.logit, abs=1e-4)
    assert found.loc[before.index, "is_patient"].tolist() == before.is_patient.tolist()
    facts = json.loads(told.stdout)
    assert facts["slice_count"] == len(found) == 480
    assert facts["called"] == (found.probability >= facts["threshold"]).sum()
    assert "were used in the fit: what is said of them is too good" in told.stderr


def test_rows_come_in_the_order_of_the_manifest(run: Path, dataset: Path, tmp_path: Path) -> None:
    assert invoke("predict", run, dataset, "-o", tmp_path / "said.parquet").exit_code == 0
    manifest = open_dataset(dataset).manifest().to_pandas()
    said = pd.read_parquet(tmp_path / "said.parquet")
    assert said.slice_id.tolist() == manifest.slice_id.tolist()


def test_a_data_set_without_labels_has_no_truth(
    run: Path, unlabelled: Path, tmp_path: Path
) -> None:
    told = invoke("predict", run, unlabelled, "-o", tmp_path / "said.parquet")
    assert told.exit_code == 0, told.stderr
    said = pd.read_parquet(tmp_path / "said.parquet")
    assert said.level.isna().all()
    assert said.is_patient.isna().all()
    assert said.probability.between(0, 1).all()
    assert "used in the fit" not in told.stderr


def test_something_else_is_not_overwritten(run: Path, dataset: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    told = invoke("predict", run, dataset, "-o", tmp_path / "notes.txt")
    assert told.exit_code == 73
    assert told.stderr.strip() == "error: notes.txt exists and is no Parquet file"
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_other_pixels_are_refused(run: Path, tmp_path: Path) -> None:
    other = write_dataset(tmp_path / "out", Plan(4, pixels_id="0" * 16))
    told = invoke("predict", run, other, "-o", tmp_path / "said.parquet")
    assert told.exit_code == 65
    assert "found pixels_id 0000000000000000, the run was trained on" in told.stderr
    assert not (tmp_path / "said.parquet").exists()
