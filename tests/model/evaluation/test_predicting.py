import json
import os
import shutil
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
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
    told = invoke("predict", run, dataset, "-o", tmp_path / "said.parquet", "--json")
    assert told.exit_code == 0, told.stderr
    found = pd.read_parquet(tmp_path / "said.parquet").set_index("slice_id")
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
    manifest = open_dataset(dataset).manifest_table().to_pandas()
    said = pd.read_parquet(tmp_path / "said.parquet")
    assert said.slice_id.tolist() == manifest.slice_id.tolist()


def test_a_data_set_without_labels_has_no_truth(
    run: Path, unlabelled: Path, tmp_path: Path
) -> None:
    predict = ("predict", run, unlabelled, "-o", tmp_path / "said.parquet")
    refused = invoke(*predict)
    assert refused.exit_code == 65
    assert "no slice of the data set has level, which the run was trained on" in refused.stderr
    told = invoke(*predict, "--allow-missing")
    assert told.exit_code == 0, told.stderr
    said = pd.read_parquet(tmp_path / "said.parquet")
    assert said.level.isna().all()
    assert said.is_patient.isna().all()
    assert said.probability.between(0, 1).all()
    assert said.patient_probability_calibrated.isna().all()
    assert f"note: the disc of {len(said)} slices is not known: calibrated" in told.stderr
    assert "used in the fit" not in told.stderr


def test_without_a_file_predictions_go_into_a_folder_of_the_run(
    run: Path, dataset: Path, tmp_path: Path
) -> None:
    own = Path(shutil.copytree(run, tmp_path / "own"))
    elsewhere = write_dataset(tmp_path / "out", Plan(6, seed=9, first_patient=700))
    place = own / "evaluations" / f"{open_dataset(elsewhere).info.dataset_id}-all"
    for _ in range(2):  # what we named so is made anew
        told = invoke("predict", own, elsewhere)
        assert told.exit_code == 0, told.stderr
        assert told.stdout.splitlines()[-1] == str(place / "predictions.parquet")
    assert sorted(path.name for path in place.iterdir()) == [
        "predictions-discs.parquet",
        "predictions-patients.parquet",
        "predictions.parquet",
    ]
    assert invoke("evaluate", own, elsewhere, "--all").exit_code == 0
    judged = {path: path.read_bytes() for path in place.iterdir()}
    beside = invoke("predict", own, elsewhere)
    assert beside.stdout.splitlines()[-1] == str(place / "predicted.parquet")
    assert {path: path.read_bytes() for path in judged} == judged
    assert invoke("compare", own, own, "--part", "all").exit_code == 0
    assert invoke("evaluate", own, elsewhere, "--all").exit_code == 0
    refused = invoke("predict", own, elsewhere, "--out", place)
    assert refused.exit_code == 73
    assert f"{place.name} holds an evaluation, which predictions of its own" in refused.stderr
    for folder in (tmp_path / "new" / "er", own):
        said = ("predict", own, elsewhere, "--out", folder)
        assert invoke(*said).exit_code == (73 if folder == own else 0)
    again = invoke("predict", own, elsewhere, "--out", tmp_path / "new" / "er")
    assert again.stderr == (
        "error: predictions.parquet exists, expected a new file; --force overwrites it\n"
    )
    both = invoke("predict", own, elsewhere, "-o", tmp_path / "x", "--out", tmp_path / "y")
    assert both.exit_code == 2


def test_an_existing_file_is_overwritten_on_request_only(
    run: Path, unlabelled: Path, tmp_path: Path
) -> None:
    target = tmp_path / "notes.parquet"
    target.write_text("mine")
    told = invoke("predict", run, unlabelled, "-o", target)
    assert told.exit_code == 73
    assert (
        told.stderr == "error: notes.parquet exists, expected a new file; --force overwrites it\n"
    )
    assert target.read_text() == "mine"
    again = invoke("predict", run, unlabelled, "-o", target, "--force", "--allow-missing")
    assert again.exit_code == 0
    weights = sha256((run / "model.safetensors").read_bytes()).hexdigest()
    assert pq.read_schema(target).metadata[b"hnp.weights_sha256"] == weights.encode()


@pytest.mark.parametrize(
    "place", ["manifest.parquet", "tables", "shards/new.parquet", "new", "../out.private/said"]
)
def test_nothing_is_written_in_a_data_set(
    run: Path, split_file: Path, tmp_path: Path, place: str
) -> None:
    out = write_dataset(tmp_path / "out", Plan(6, labelled=False, seed=9))
    (tmp_path / "out.private").mkdir()
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    target = out / place
    for arguments in (
        ("predict", run, out, "-o", target, "--force"),
        ("split", out, "-o", target, "--force"),
        ("fit", out, "--split", split_file, "--out", target),
        ("crossval", out, "--split", split_file, "--out", target),
    ):
        told = invoke(*arguments)
        assert told.exit_code == 73, (arguments, told.stderr)
        assert "expected a place outside" in told.stderr
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    assert list((tmp_path / "out.private").iterdir()) == []


def test_a_run_that_lies_in_a_data_set_is_not_evaluated_there(
    run: Path, dataset: Path, split_file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    shutil.copytree(dataset, out)
    shutil.copytree(run, out / "run")
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    told = invoke("evaluate", out / "run", dataset, "--split", split_file)
    assert told.exit_code == 73
    assert told.stderr == "error: run lies in a data set, expected a place outside\n"
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_a_folder_that_does_not_exist_is_not_made(
    run: Path, unlabelled: Path, dataset: Path, tmp_path: Path
) -> None:
    for arguments in (("predict", run, unlabelled), ("split", dataset)):
        told = invoke(*arguments, "-o", tmp_path / "new" / "said")
        assert told.exit_code == 73
        assert (
            told.stderr
            == "error: the folder of said does not exist, expected one; mkdir -p makes it\n"
        )
        assert not (tmp_path / "new").exists()


def test_other_pixels_are_refused(run: Path, tmp_path: Path) -> None:
    other = write_dataset(tmp_path / "out", Plan(4, pixels_id="0" * 16))
    told = invoke("predict", run, other, "-o", tmp_path / "said.parquet")
    assert told.exit_code == 65
    assert "found pixels_id 0000000000000000, the run was trained on" in told.stderr
    assert not (tmp_path / "said.parquet").exists()


def test_no_file_of_a_run_and_no_pipe_is_written_over(
    run: Path, dataset: Path, tmp_path: Path
) -> None:
    whole = tmp_path / "run"
    shutil.copytree(run, whole)
    os.mkfifo(tmp_path / "pipe")
    for target in (whole / "config.json", whole / "predictions.parquet", tmp_path / "pipe"):
        before = target.is_fifo() or target.read_bytes()
        refused = invoke("predict", whole, dataset, "-o", target, "--force")
        assert refused.exit_code == 73
        assert (target.is_fifo() or target.read_bytes()) == before
