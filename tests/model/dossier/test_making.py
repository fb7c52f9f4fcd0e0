"""`hnp-train report`: one file that names nobody, loads nothing, and says what the files say."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hnp_model.dossier.checklist_items import CLAIM, ITEMS, TRIPOD
from hnp_model.measures.units import UNITS
from hnp_shared.dataset import open_dataset
from model.conftest import invoke

Content = dict[str, Any]


def content(page: Path) -> Content:
    found = re.search(r'id="content">(.*?)</script>', page.read_text("utf-8"), re.DOTALL)
    assert found
    told: Content = json.loads(found[1])
    return told


@pytest.fixture(scope="module")
def page(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the report of one run."""
    path = tmp_path_factory.mktemp("dossier") / "report.html"
    done = invoke("report", run, "-o", path)
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("1 model on ")
    return path


@pytest.fixture
def model(page: Path) -> Content:
    found: Content = content(page)["runs"][0]
    return found


def metrics(run: Path) -> Content:
    found: Content = json.loads((run / "metrics.json").read_text("utf-8"))["test"]
    return found


def test_the_same_files_give_the_same_page(run: Path, page: Path, tmp_path: Path) -> None:
    assert invoke("report", run, "-o", tmp_path / "again.html").exit_code == 0
    assert (tmp_path / "again.html").read_bytes() == page.read_bytes()


def test_the_page_loads_nothing_and_lets_no_script_in_but_its_own(page: Path) -> None:
    text = page.read_text("utf-8")
    assert not re.search(r"(?:src|href)\s*=\s*[\"'](?!data:|#)|//cdn", text)
    assert set(re.findall(r"https?://[\w./-]+", text)) <= {"http://www.w3.org/2000/svg"}
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy
    assert "default-src 'none'" in policy[1]
    assert "unsafe" not in policy[1]


def test_the_page_names_nobody(page: Path, dataset: Path, run: Path) -> None:
    text = page.read_text("utf-8")
    rows = open_dataset(dataset).manifest_table().to_pandas()
    for column in ("patient_id", "study_id", "series_id", "slice_id", "pixel_sha256"):
        assert not any(value in text for value in rows[column].unique()), column
    assert str(run.parent) not in text


def test_figures_are_those_of_metrics_json(model: Content, run: Path) -> None:
    figures = metrics(run)
    for name in (*UNITS, "by"):
        assert (model["figures"][name] if name in UNITS else model[name]) == figures[name]
    assert model["decisions"] == figures["decisions"]
    assert model["calibration"] == figures["calibration"]


@pytest.mark.parametrize("unit", UNITS)
def test_counts_at_each_threshold_are_those_of_the_predictions(
    model: Content, run: Path, unit: str
) -> None:
    said = pd.read_parquet(run / "predictions.parquet").query("part == 'test'")
    if unit != "slice":
        discs = said.groupby(["patient_id", "study_id", "level"], as_index=False).agg(
            probability=("probability", "mean"), is_patient=("is_patient", "max")
        )
        said = discs if unit == "level" else discs.groupby("patient_id").max(numeric_only=True)
    truth = said["is_patient"].to_numpy(bool)
    counts = model["counts"][unit]
    assert counts["rows"][counts["own"]][0] == metrics(run)[unit]["threshold"]
    assert counts["rows"][counts["half"]][0] == 0.5
    thresholds = [row[0] for row in counts["rows"]]
    assert thresholds == sorted(set(thresholds))
    for threshold, *told in (row[:5] for row in counts["rows"]):
        called = said["probability"].to_numpy() >= threshold - 1e-12  # sums in another order
        sides = (called & truth, ~called & truth, called & ~truth, ~called & ~truth)
        assert told == [int(side.sum()) for side in sides]


def test_intervals_at_the_threshold_of_the_run_are_those_of_metrics_json(
    model: Content, run: Path
) -> None:
    counts, disc = model["counts"]["level"], metrics(run)["level"]
    ends = counts["rows"][counts["own"]][5:]
    for place, name in enumerate(("sensitivity", "specificity", "ppv", "npv")):
        told = [disc[name][end] for end in ("low", "high")]
        assert ends[2 * place : 2 * place + 2] == pytest.approx(told, abs=1e-12)


def test_the_first_screen_says_the_figures_in_plain_words(model: Content, run: Path) -> None:
    disc = metrics(run)["level"]
    told = " ".join(model["short"])
    assert f"Judged on {disc['n_patients']} patients with {disc['n_levels']} discs" in told
    found = 100 * disc["sensitivity"]["value"]
    assert f"Of 100 herniated discs it finds {found:.0f} (" in told
    alarms = 100 * (1 - disc["specificity"]["value"])
    assert f"of 100 others it calls {alarms:.0f} (" in told
    assert "decides nothing about a patient" in told


def test_checklists_name_every_item_and_leave_open_what_files_do_not_tell(page: Path) -> None:
    assert (len(TRIPOD), len(CLAIM)) == (52, 44)
    rows = content(page)["checklist"]
    assert [tuple(row[:2]) for row in rows] == [(item.form, item.number) for item in ITEMS]
    state = {(row[0], row[1]): row[3] for row in rows}
    assert state["TRIPOD+AI", "23a"] == "reported"
    assert state["TRIPOD+AI", "17"] == state["CLAIM 2024", "44"] == "not reported"
    assert state["CLAIM 2024", "33"] == "not reported"  # judged where it was trained


def test_two_models_stand_side_by_side_with_the_paired_test(
    run: Path, dataset: Path, split_file: Path, tmp_path: Path
) -> None:
    other = tmp_path / "base"
    fit = ("fit", dataset, "--split", split_file, "--out", other, "--model", "tabular-logistic")
    assert invoke(*fit).exit_code == 0
    assert invoke("evaluate", other, dataset, "--split", split_file).exit_code == 0
    done = invoke("report", run, other, "-o", tmp_path / "both.html", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["runs"] == 2
    found = content(tmp_path / "both.html")
    (one,) = found["compared"]
    compared = json.loads(invoke("compare", run, other, "--json").stdout)
    assert one["differences"] == compared["differences"]
    assert [each["name"][:3] for each in found["runs"]] == ["A: ", "B: "]
    assert found["verdicts"]


def test_a_run_of_other_slices_is_shown_and_not_compared(
    run: Path, small: Path, small_split: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    fit = ("fit", small, "--split", small_split, "--out", other, "--model", "tabular-logistic")
    assert invoke(*fit).exit_code == 0
    assert invoke("evaluate", other, small, "--split", small_split).exit_code == 0
    assert invoke("report", run, other, "-o", tmp_path / "both.html").exit_code == 0
    (one,) = content(tmp_path / "both.html")["compared"]
    assert "slices of test differ" in one["refused"]
    few = content(tmp_path / "both.html")["runs"][1]
    assert few["curves"]["level"] is None
    assert any("Too few patients to say" in each for each in few["short"])


def test_a_run_that_was_not_judged_on_the_part_is_one_line(run: Path, tmp_path: Path) -> None:
    refused = invoke("report", run, "-o", tmp_path / "page.html", "--part", "train")
    assert refused.exit_code == 65
    assert refused.stderr.count("\n") == 1
    assert "expected train" in refused.stderr


def test_a_page_goes_over_no_file_and_into_no_data_set(
    run: Path, dataset: Path, tmp_path: Path
) -> None:
    there = tmp_path / "there.html"
    there.write_text("mine")
    assert invoke("report", run, "-o", there).exit_code == 73
    assert there.read_text() == "mine"
    assert invoke("report", run, "-o", there, "--force").exit_code == 0
    assert invoke("report", run, "-o", dataset / "page.html").exit_code == 73
    assert invoke("report", run, "-o", run / "card.json", "--force").exit_code == 73


def test_names_that_look_like_markup_stay_text(run: Path, tmp_path: Path) -> None:
    nasty = tmp_path / "<img src=x onerror=alert(1)>"
    shutil.copytree(run, nasty)
    assert invoke("report", nasty, "-o", tmp_path / "page.html").exit_code == 0
    assert "<img src=x" not in (tmp_path / "page.html").read_text("utf-8")
    assert content(tmp_path / "page.html")["runs"][0]["name"] == nasty.name


def test_an_evaluation_of_everything_has_its_page_too(
    run: Path, dataset: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "run"
    shutil.copytree(run, copy)
    assert invoke("evaluate", copy, dataset, "--all", "--allow-leakage").exit_code == 0
    assert invoke("report", copy, "-o", tmp_path / "all.html", "--part", "all").exit_code == 0
    found = content(tmp_path / "all.html")["runs"][0]
    assert any("TRAINING" in each for each in found["warnings"])
    assert any("LEAKING" in each for each in found["warnings"])
    (place,) = (copy / "evaluations").iterdir()
    assert invoke("report", place, "-o", tmp_path / "one.html", "--part", "all").exit_code == 0
    assert content(tmp_path / "one.html")["runs"][0]["name"] == f"run/{place.name} (TRAINING)"


def test_figures_on_patients_of_the_fit_say_so_in_every_legend_and_file(
    run: Path, dataset: Path, split_file: Path, page: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "run"
    shutil.copytree(run, copy)
    judged = invoke("evaluate", copy, dataset, "--split", split_file, "--part", "val")
    assert judged.exit_code == 0, judged.output
    assert invoke("report", copy, "-o", tmp_path / "val.html", "--part", "val").exit_code == 0
    found = content(tmp_path / "val.html")
    assert found["runs"][0]["name"].endswith("(TRAINING)")
    assert found["files"] == "TRAINING-"
    remarks = found["runs"][0]["remarks"]
    assert any(each.startswith("TRAINING: the fit has used val") for each in remarks)
    assert not any(each.startswith("test has") for each in remarks)  # of the run's own test
    assert content(page)["files"] == ""
    (place,) = (copy / "evaluations").iterdir()
    told = json.loads((place / "card.json").read_text("utf-8"))["AppliedModelCard"]["KeyMetrics"]
    for metric in told.values():
        assert metric["ValidationProcessAndJustification"].startswith("None: TRAINING")


def test_a_run_is_not_compared_with_itself(run: Path, tmp_path: Path) -> None:
    refused = invoke("report", run, run, "-o", tmp_path / "page.html")
    assert refused.exit_code == 65
    assert "stands twice" in refused.stderr


def test_a_page_stays_small(page: Path) -> None:
    assert page.stat().st_size < 500_000
    assert np.isfinite(content(page)["runs"][0]["figures"]["level"]["auc"]["value"])
