import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hnp_model.data.slices import read_slices
from hnp_model.plans.expectation import expect_of_smallest
from hnp_shared.dataset import open_dataset
from hnp_shared.splits import Split
from model.conftest import invoke
from model.synthetic import Plan, write_dataset

ASKED = ("--auc", 0.8, "--width", 0.2, "--threshold-width", 0.5, "--slope-width", 1.2)


def plan(*more: object) -> dict[str, object]:
    told = invoke("plan", *more, *ASKED, "--json")
    assert told.exit_code == 0, told.output
    found: dict[str, object] = json.loads(told.stdout)
    return found


def test_without_a_data_set_stated_values_are_used() -> None:
    told = invoke("plan", *ASKED)
    assert told.exit_code == 0
    assert told.stdout.startswith(
        "patients with 5 discs of 1 slices, 40.0% positive, correlation within a patient: labels "
        "0.20, scores 0.30; AUC by disc 0.8\n"
    )
    assert "test: 24 patients for a 95 % interval of AUC by disc 0.2 wide\n" in told.stdout


def test_more_discs_fewer_patients_and_more_alike_more_patients() -> None:
    usual, more, alike = (
        plan(*options)["test_patients"]
        for options in ((), ("--discs-per-patient", 10), ("--correlation", 0.8))
    )
    assert isinstance(usual, int)
    assert isinstance(more, int)
    assert isinstance(alike, int)
    assert more < usual < alike


def test_a_data_set_says_what_patients_are_like_and_what_that_leaves(dataset: Path) -> None:
    told = invoke("plan", dataset, *ASKED)
    assert told.stdout.startswith("patients with 3 discs of 2 slices, ")
    assert "this data set has 80 patients: --ratios " in told.stdout
    found = plan(dataset)
    ratios = found["ratios"]
    assert isinstance(ratios, list)
    assert sum(ratios) == 80
    assert ratios[1:] == [found["val_patients"], found["test_patients"]]


def test_a_data_set_that_is_too_small_says_so(small: Path) -> None:
    told = invoke("plan", small, *ASKED)
    assert told.exit_code == 0
    assert "this data set has 24 patients, test and val need " in told.stdout
    assert "--scheme kfold" in told.stdout


def test_a_run_says_how_alike_scores_are(dataset: Path, run: Path) -> None:
    found = plan(dataset, "--run", run)["clustering"]
    assert isinstance(found, dict)
    assert found["score_correlation"] != 0.3
    said = plan(dataset, "--run", run, "--score-correlation", 0.5)["clustering"]
    assert isinstance(said, dict)
    assert said["score_correlation"] == 0.5


def test_one_class_cannot_be_planned_with(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path / "out", Plan(6, positive_share=0.0))
    told = invoke("plan", folder, *ASKED)
    assert (told.exit_code, told.stderr) == (
        65,
        "error: found slices of one class only, expected both to plan with\n",
    )


@pytest.mark.parametrize(
    "options", [("--auc", 0.5), ("--width", 0), ("--prevalence", 1), ("--correlation", 1)]
)
def test_what_no_study_can_have_is_refused(options: tuple[object, ...]) -> None:
    assert invoke("plan", *ASKED, *options).exit_code == 2


def test_split_says_what_to_expect_of_test_and_what_to_run(dataset: Path, tmp_path: Path) -> None:
    told = invoke("split", dataset, "-o", tmp_path / "s.csv")
    (line,) = told.stderr.splitlines()
    assert line.startswith(
        "note: test has 16 patients: at an AUC by disc of 0.8 expect a 95 % interval 0."
    )
    assert line.endswith(
        f"; hnp-train plan {dataset} --auc 0.8 --width 0.1 tells how many it needs"
    )
    assert "interval" not in told.stdout


def test_split_names_a_published_data_set_as_it_was_typed(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HNP_CACHE", str(tmp_path / "cache"))
    told = invoke("split", dataset.as_uri(), "-o", tmp_path / "s.csv")
    assert told.exit_code == 0, told.output
    assert f"hnp-train plan {dataset.as_uri()} --auc" in told.stderr
    assert "cache" not in told.stderr


def test_split_says_when_there_will_be_no_figures(small: Path, tmp_path: Path) -> None:
    told = invoke("split", small, "-o", tmp_path / "s.csv")
    assert "note: test will have no figures: " in told.stderr
    assert "expected at least 10; hnp-train plan " in told.stderr


def test_of_several_test_parts_the_smallest_is_told(dataset: Path, tmp_path: Path) -> None:
    told = invoke("split", dataset, "-o", tmp_path / "s.csv", "--scheme", "kfold", "--folds", 3)
    assert told.stderr.count("the smallest test part, fold ") == 1


def test_a_split_that_leaks_promises_no_width(dataset: Path, tmp_path: Path) -> None:
    told = invoke("split", dataset, "-o", tmp_path / "s.csv", "--unit", "slice")
    assert "expect a 95 % interval" not in told.stderr


def test_a_large_test_part_is_expected_of_at_once(dataset: Path) -> None:
    slices = read_slices(open_dataset(dataset))
    many = slices.take(np.tile(np.arange(len(slices)), 21))  # 10,080 slices
    person = np.repeat(np.arange(21), len(slices)).astype(str)
    many = replace(
        many,
        patient_id=np.char.add(many.patient_id, person),
        study_id=np.char.add(many.study_id, person),
    )
    patients = sorted(set(many.patient_id.tolist()))
    split = Split("patient", {}, dict.fromkeys(patients, "test"))
    began = time.process_time()
    found = expect_of_smallest(many, {"s.csv": split})
    assert time.process_time() - began < 2.0
    assert found is not None
    assert not found.is_small
