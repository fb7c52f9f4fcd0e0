"""Discs and patients have tables of their own, and a threshold may be aimed at on val."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hnp_model.measures.prediction_sets import class_p_values, name_sets
from hnp_model.runs.run_folder import RunFolder
from hnp_model.runs.val_discs import read_val_discs
from model.conftest import invoke
from model.synthetic import Plan, write_dataset


@pytest.fixture(scope="module")
def said(run: Path, dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("said")
    aimed = ("--sensitivity", 0.9, "--json")
    told = invoke("predict", run, dataset, "-o", folder / "said.csv", *aimed)
    assert told.exit_code == 0, told.stderr
    (folder / "told.json").write_text(told.stdout)
    return folder


def test_a_suffix_chooses_csv_and_other_names_are_refused(
    said: Path, run: Path, dataset: Path
) -> None:
    assert sorted(path.name for path in said.glob("*.csv")) == [
        "said-discs.csv",
        "said-patients.csv",
        "said.csv",
    ]
    refused = invoke("predict", run, dataset, "-o", said / "said.xlsx")
    assert refused.exit_code == 73
    assert refused.stderr == "error: said.xlsx ends in .xlsx, expected .parquet or .csv\n"


def test_a_disc_is_the_mean_of_its_slices_and_a_patient_the_maximum_of_its_discs(
    said: Path,
) -> None:
    slices, discs = pd.read_csv(said / "said.csv"), pd.read_csv(said / "said-discs.csv")
    patients = pd.read_csv(said / "said-patients.csv")
    keys = ["patient_id", "study_id", "level"]
    mean = slices.groupby(keys).probability.mean()
    assert discs.set_index(keys).probability.to_numpy() == pytest.approx(mean.to_numpy())
    highest = discs.groupby("patient_id").probability.max()
    assert patients.probability.tolist() == pytest.approx(highest.tolist())
    told = slices.groupby(keys).level_probability_calibrated.first()
    assert discs.probability_calibrated.tolist() == pytest.approx(told.tolist())
    worst = discs.loc[discs.groupby("patient_id").probability.idxmax()]
    assert patients.level.tolist() == worst.level.tolist()
    assert patients.n_slices.sum() == discs.n_slices.sum() == len(slices)


def test_sets_are_made_from_the_discs_of_val(said: Path, run: Path) -> None:
    discs = pd.read_csv(said / "said-discs.csv")
    val = read_val_discs(RunFolder(run))
    assert val is not None
    known = class_p_values(val.apart, val.truth, val.patient, np.array([0.0, 1.0]))
    assert discs.p_normal.between(known[1, 0], known[0, 0]).all()
    p_values = discs[["p_normal", "p_patient"]].to_numpy()
    assert discs.prediction_set.tolist() == name_sets(p_values, 0.1)


def test_what_is_least_certain_is_to_be_read_next(said: Path) -> None:
    for name in ("discs", "patients"):
        found = pd.read_csv(said / f"said-{name}.csv").sort_values("read_next")
        assert found.read_next.tolist() == list(range(1, len(found) + 1))
        assert (found.probability_calibrated - 0.5).abs().is_monotonic_increasing


def test_the_threshold_aimed_at_is_what_is_called_by(said: Path, run: Path) -> None:
    told = json.loads((said / "told.json").read_text())
    point = told["operating_points"]["level"]["val"]
    assert point["found"] >= 0.9 * (point["found"] + point["missed"])
    discs = pd.read_csv(said / "said-discs.csv")
    assert discs.called.tolist() == (discs.probability >= point["threshold"]).tolist()
    assert told["units"]["level"]["called"] == discs.called.sum()
    val = read_val_discs(RunFolder(run))
    assert val is not None
    assert val.scores("level").truth.sum() == point["found"] + point["missed"]


def test_slices_without_labels_have_an_order_too(run: Path, tmp_path: Path) -> None:
    out = write_dataset(tmp_path / "out", Plan(6, labelled=False, seed=9, first_patient=700))
    told = invoke("predict", run, out, "-o", tmp_path / "said.parquet", "--allow-missing")
    assert told.exit_code == 0, told.stderr
    slices = pd.read_parquet(tmp_path / "said.parquet").sort_values("read_next")
    assert (slices.probability_calibrated - 0.5).abs().is_monotonic_increasing
    assert len(pd.read_parquet(tmp_path / "said-discs.parquet")) == 0  # no disc is known
    patients = pd.read_parquet(tmp_path / "said-patients.parquet")
    assert len(patients) == 6
    assert patients.probability.isna().all()
    assert patients.prediction_set.isna().all()
    assert "is_patient" in patients


def test_an_older_run_has_no_sets_and_nothing_to_aim_by(
    run: Path, dataset: Path, tmp_path: Path
) -> None:
    older = Path(shutil.copytree(run, tmp_path / "older"))
    (older / "val-discs.csv").unlink()
    refused = invoke("predict", older, dataset, "-o", tmp_path / "x.csv", "--ppv", 0.9)
    assert refused.exit_code == 65
    assert refused.stderr.endswith(
        "error: the run has no val-discs.csv, by which --ppv chooses; fit --resume writes it\n"
    )
    assert invoke("predict", older, dataset, "-o", tmp_path / "x.csv").exit_code == 0
    assert pd.read_csv(tmp_path / "x-discs.csv").prediction_set.isna().all()


def test_one_threshold_has_one_aim(run: Path, dataset: Path) -> None:
    for command in (("predict", run, dataset), ("evaluate", run, dataset, "--all")):
        assert invoke(*command, "--ppv", 0.9, "--sensitivity", 0.9).exit_code == 2
        assert invoke(*command, "--ppv", 1.5).exit_code == 2
