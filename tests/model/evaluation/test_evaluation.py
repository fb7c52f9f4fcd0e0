import json
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.metrics import roc_auc_score

from hnp_model.measures.metrics import METRICS
from hnp_shared.dataset import open_dataset
from hnp_shared.dataset_info import read_info
from hnp_shared.splits import Split, read_split, write_split
from model.conftest import invoke, invoke_fit
from model.synthetic import Plan, write_dataset

REPORTS = (
    *("card.json", "card.md", "decision.csv", "decision.png", "metrics.json"),
    *("predictions.parquet", "reliability.png", "roc.png"),
)

REMARKS = (
    "val has 4 patients without a positive disc, under 10: threshold and calibration by patient "
    "were chosen on too few",
    "the threshold by patient, 1.000, is the probability of one patient of val: only 4 of 16, "
    "of 4 patients, lie below it",
    "test has 11 patients with a positive disc, under 40: its figures are rough, and their "
    "intervals wide",
)
"""On `run`: all is right, of few patients."""

FIGURE = {"value", "low", "high", "low_percentile", "high_percentile"}
RESAMPLES_LACKING = {"resamples_dropped", "resamples_undefined"}


@pytest.fixture
def own(run: Path, tmp_path: Path) -> Path:
    """A copy of the run that a test may change."""
    return Path(shutil.copytree(run, tmp_path / "own"))


def metrics(run: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run / "metrics.json").read_text())
    return found


def beside(run: Path, dataset: Path, part: str) -> Path:
    """Return where an evaluation lies that is not the run's own."""
    return run / "evaluations" / f"{open_dataset(dataset).info.dataset_id}-{part}"


def files_in(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_metrics_have_the_contracts_keys(run: Path) -> None:
    found = metrics(run)
    pictures = ("roc", "reliability", "decision", "decision_table")
    names = ("weights", "calibration", "predictions", *pictures, "card", "applied_card")
    assert list(found) == ["val", "test", *(f"{name}_sha256" for name in names)]
    counts = {"n_slices", "n_levels", "n_patients", "n_positive", "prevalence", "threshold"}
    counts |= {"n_patients_positive", "n_patients_negative"}
    for part_name, part in list(found.items())[:2]:
        beside = {"about"}
        if part_name == "test":
            beside |= {"referral", "calibration", "inputs", "near_copies", "without", "decisions"}
        assert set(part) == {"slice", "level", "patient", "by", *beside}
        for unit in ("slice", "level", "patient"):
            assert set(part[unit]) == {*METRICS, *counts, *RESAMPLES_LACKING}
            for name in METRICS:
                assert set(part[unit][name]) == FIGURE
        assert set(part["by"]) == {"hospital", "level", "sex", "age_band", "vendor"}
        assert set(part["by"]["hospital"]) == {"H01", "H02", "H03"}
        assert set(part["by"]["level"]) == {"L1-2", "L2-3", "L3-4"}
        assert set(part["by"]["sex"]["F"]) == set(part["slice"])


def test_subgroups_add_up_to_the_whole(run: Path) -> None:
    part = metrics(run)["test"]
    for groups in part["by"].values():
        assert sum(group["n_slices"] for group in groups.values()) == part["slice"]["n_slices"]


def test_too_few_patients_give_null(run: Path) -> None:
    groups = metrics(run)["test"]["by"]["hospital"]
    assert groups["H01"]["auc"] == dict.fromkeys(FIGURE)


def test_predictions_have_the_contracts_columns(run: Path, split_file: Path) -> None:
    table = pq.read_table(run / "predictions.parquet")
    assert table.column_names == [
        *("slice_id", "patient_id", "hospital", "level", "part", "is_patient"),
        *("logit", "probability", "probability_calibrated", "study_id"),
        *("level_probability_calibrated", "patient_probability_calibrated"),
    ]
    parts = read_split(split_file).parts
    for row in table.to_pylist():
        assert row["part"] == parts[row["patient_id"]]
        assert row["probability"] == pytest.approx(1 / (1 + np.exp(-row["logit"])))
    assert set(table.column("part").to_pylist()) == {"val", "test"}


def test_figures_follow_from_the_predictions(run: Path) -> None:
    table = pq.read_table(run / "predictions.parquet").to_pandas()
    test = table[table["part"] == "test"]
    auc = metrics(run)["test"]["slice"]["auc"]["value"]
    assert auc == pytest.approx(roc_auc_score(test["is_patient"], test["probability"]))
    # in these data a patient has one study
    discs = test.groupby(["patient_id", "level"])[["probability", "is_patient"]].agg(
        {"probability": "mean", "is_patient": "max"}
    )
    auc = metrics(run)["test"]["level"]["auc"]["value"]
    assert auc == pytest.approx(roc_auc_score(discs["is_patient"], discs["probability"]))


def test_thresholds_are_val_scores_fixed_in_the_run(run: Path) -> None:
    thresholds = json.loads((run / "config.json").read_text())["result"]["thresholds"]
    found = metrics(run)
    for unit, threshold in thresholds.items():
        assert found["test"][unit]["threshold"] == found["val"][unit]["threshold"] == threshold
    table = pq.read_table(run / "predictions.parquet").to_pandas()
    val = table[table["part"] == "val"]
    assert thresholds["slice"] in set(val["probability"])


def test_evaluating_again_gives_the_same_bytes(
    own: Path, run: Path, dataset: Path, split_file: Path
) -> None:
    assert invoke("evaluate", own, dataset, "--split", split_file).exit_code == 0
    for name in REPORTS:
        assert (own / name).read_bytes() == (run / name).read_bytes()


def test_metrics_and_predictions_name_what_they_are_about(run: Path) -> None:
    found = metrics(run)
    files = {
        "weights": "model.safetensors",
        "calibration": "calibration.json",
        **{Path(name).stem: name for name in REPORTS},
    }
    del files["metrics"]
    files |= {"decision_table": "decision.csv", "applied_card": "card.json"}
    for name, file in files.items():
        assert found[f"{name}_sha256"] == sha256((run / file).read_bytes()).hexdigest()
    named = pq.read_schema(run / "predictions.parquet").metadata[b"hnp.weights_sha256"]
    assert named.decode() == found["weights_sha256"]


def test_what_was_evaluated_with_other_weights_is_written_anew(
    own: Path, dataset: Path, split_file: Path
) -> None:
    before = {name: (own / name).read_bytes() for name in REPORTS}
    damaged = {**metrics(own), "weights_sha256": "0" * 64}
    (own / "metrics.json").write_text(json.dumps(damaged))
    assert invoke("evaluate", own, dataset, "--split", split_file).exit_code == 0
    assert {name: (own / name).read_bytes() for name in REPORTS} == before


def test_a_run_named_by_a_link_can_be_evaluated(
    own: Path, dataset: Path, split_file: Path, tmp_path: Path
) -> None:
    (own / ".tmp-0123456789abcdef").touch()
    link = tmp_path / "latest"
    link.symlink_to(own)
    assert invoke("evaluate", link, dataset, "--split", split_file).exit_code == 0
    assert not list(own.glob(".tmp-*"))


def test_the_printout_has_figures_and_paths(own: Path, dataset: Path, split_file: Path) -> None:
    result = invoke("evaluate", own, dataset, "--split", split_file)
    lines = result.stdout.splitlines()
    assert lines[0].startswith("test: 16 patients, 48 discs, 96 slices")
    assert lines[1].split() == ["metric", "slice", "level", "patient"]
    names = ("card.md", "roc.png", "reliability.png", "decision.png", "metrics.json")
    assert lines[-5:] == [str(own / name) for name in names]
    assert "leave out training variance" in lines[-6]
    assert lines[-8].startswith("worst hospital: ")
    assert result.stderr == "".join(f"note: {remark}\n" for remark in REMARKS)


def test_json_is_the_metrics_file(own: Path, dataset: Path, split_file: Path) -> None:
    result = invoke("evaluate", own, dataset, "--split", split_file, "--json")
    assert json.loads(result.stdout) == metrics(own)


def test_the_card_says_what_a_reader_needs(run: Path, dataset: Path) -> None:
    card = (run / "card.md").read_text()
    for said in (
        "Research use only, not a medical device",
        "0.8279",
        "split by slice",
        "| seed | 42 |",
        "no patient or image on two sides",
        "Platt on val",
        "| age_band |",
        "| torch |",
    ):
        assert said in card
    assert json.loads((dataset / "dataset.json").read_text())["dataset_id"] in card


def test_val_and_train_can_be_judged_as_what_they_are(
    own: Path, dataset: Path, split_file: Path
) -> None:
    for part, expected in (("val", ["val"]), ("train", ["train", "val"])):
        result = invoke("evaluate", own, dataset, "--split", split_file, "--part", part)
        assert result.exit_code == 0, result.output
        found = metrics(beside(own, dataset, part))
        assert [name for name in found if not name.endswith("sha256")] == expected


def test_another_data_set_is_judged_whole_with_the_runs_thresholds(
    own: Path, tmp_path: Path
) -> None:
    elsewhere = write_dataset(
        tmp_path / "out", Plan(30, first_patient=500, hospitals=("H09",), seed=9, confirmed=False)
    )
    before = metrics(own)["test"]["level"]["threshold"]
    result = invoke("evaluate", own, elsewhere, "--all")
    assert result.exit_code == 0, result.output
    place = beside(own, elsewhere, "all")
    assert result.stdout.splitlines()[-1] == str(place / "metrics.json")
    assert [name for name in metrics(place) if not name.endswith("sha256")] == ["all"]
    assert metrics(place)["all"]["level"]["threshold"] == before
    assert result.stderr.count("\n") == 5
    assert "H09: not a hospital of train, 30 patients and 120 slices here" in result.stderr
    assert "recipe synthetic is not confirmed" in result.stderr
    assert "recipe synthetic is not confirmed" in (place / "card.md").read_text()


def test_external_validation_leaves_the_run_as_it_was_fitted(own: Path, tmp_path: Path) -> None:
    elsewhere = write_dataset(tmp_path / "out", Plan(90, first_patient=500, seed=9))
    before = files_in(own)
    config = json.loads((own / "config.json").read_text())
    thresholds, line = config["result"]["thresholds"], config["result"]["calibration"]
    n_val = metrics(own)["test"]["referral"]["n_val_positive"]
    assert invoke("evaluate", own, elsewhere, "--all").exit_code == 0
    assert files_in(own).items() >= before.items()
    place = beside(own, elsewhere, "all")
    found = metrics(place)["all"]
    assert {unit: found[unit]["threshold"] for unit in thresholds} == thresholds
    assert found["referral"]["n_val_positive"] == n_val
    table = pq.read_table(place / "predictions.parquet").to_pandas()
    assert table["study_id"].nunique() == 90
    logit = line["intercept"] + line["slope"] * table["logit"]
    assert table["probability_calibrated"].to_numpy() == pytest.approx(1 / (1 + np.exp(-logit)))
    called = table["probability"] >= thresholds["slice"]
    accuracy = (called == table["is_patient"]).mean()
    assert found["slice"]["accuracy"]["value"] == pytest.approx(accuracy)


def test_figures_are_told_before_and_after_calibration(run: Path) -> None:
    found = metrics(run)["test"]
    told = found["calibration"]
    assert set(told) == {"slice", "level", "patient"}
    for unit in ("slice", "level"):
        for name in ("brier", "calibration_slope"):
            plain = {end: found[unit][name][end] for end in ("value", "low", "high")}
            assert told[unit]["before"][name] == plain
        for when in ("before", "after"):
            assert list(told[unit][when]) == ["brier", "calibration_slope", "ece"]
            ece = told[unit][when]["ece"]
            assert 0 <= ece["low"] <= ece["value"] <= ece["high"] <= 1
    nothing = {"value": None, "low": None, "high": None}  # three patients are negative
    assert told["patient"]["before"] == dict.fromkeys(
        ("brier", "calibration_slope", "ece"), nothing
    )
    assert "| slice | platt | " in (run / "card.md").read_text()


def test_predictions_tell_the_calibrated_probability_of_disc_and_patient(
    own: Path, dataset: Path, split_file: Path, tmp_path: Path
) -> None:
    kept = json.loads((own / "calibration.json").read_text())
    for unit in kept["units"].values():
        unit.update(method="platt", intercept=0.5, slope=0.25)
    (own / "calibration.json").write_text(json.dumps(kept))
    assert invoke("evaluate", own, dataset, "--split", split_file).exit_code == 0
    found = pq.read_table(own / "predictions.parquet").to_pandas()
    of_disc = found.groupby(["patient_id", "level"])["probability"].transform("mean")
    of_patient = of_disc.groupby(found["patient_id"]).transform("max")
    for unit, probability in (("level", of_disc), ("patient", of_patient)):
        logit = 0.5 + 0.25 * np.log(probability / (1 - probability))
        told = found[f"{unit}_probability_calibrated"].to_numpy()
        assert told == pytest.approx(1 / (1 + np.exp(-logit.to_numpy())))
    assert invoke("predict", own, dataset, "-o", tmp_path / "said.parquet").exit_code == 0
    said = pq.read_table(tmp_path / "said.parquet").to_pandas()
    both = said.merge(found, on="slice_id", suffixes=("", "_found"))
    for unit in ("level", "patient"):
        name = f"{unit}_probability_calibrated"
        assert both[name].to_numpy() == pytest.approx(both[f"{name}_found"].to_numpy(), rel=1e-4)


def test_a_changed_calibration_makes_figures_stale(
    own: Path, dataset: Path, split_file: Path
) -> None:
    content = (own / "calibration.json").read_bytes()
    (own / "calibration.json").write_bytes(content + b" ")
    stale = invoke("compare", own, own)
    assert stale.exit_code == 65
    assert "is not about the calibration.json that lies beside it" in stale.stderr
    assert invoke("evaluate", own, dataset, "--split", split_file).exit_code == 0
    assert invoke("compare", own, own).exit_code == 0


def test_a_run_of_an_older_version_calibrates_slices_only(
    own: Path, dataset: Path, split_file: Path
) -> None:
    (own / "calibration.json").unlink()
    assert invoke("evaluate", own, dataset, "--split", split_file).exit_code == 0
    table = pq.read_table(own / "predictions.parquet")
    assert table.column("level_probability_calibrated").null_count == table.num_rows
    assert "calibration_sha256" not in metrics(own)
    assert invoke("compare", own, own).exit_code == 0


def test_referral_is_told_for_the_part_asked_at_the_level_asked(
    own: Path, dataset: Path, split_file: Path
) -> None:
    asked = ("evaluate", own, dataset, "--split", split_file, "--referral-error")
    too_small = invoke(*asked, 0.01)
    assert "referral at an error level of 1 % a class: not known, val has " in too_small.stdout
    assert "expected at least 99 of each" in too_small.stdout
    assert metrics(own)["test"]["referral"]["referred"] is None
    told = invoke(*asked, 0.5)
    assert "referral at an error level of 50 % a class: error among " in told.stdout
    referral = metrics(own)["test"]["referral"]
    assert referral["referred"]["n"] == 16
    assert referral["covered_negative"]["n"] + referral["covered_positive"]["n"] == 16
    assert "Referral at an error level of 50 % a class: error " in (own / "card.md").read_text()


def test_val_refers_nobody_for_it_made_the_sets(own: Path, dataset: Path, split_file: Path) -> None:
    result = invoke("evaluate", own, dataset, "--split", split_file, "--part", "val")
    assert "referral" not in result.stdout
    place = beside(own, dataset, "val")
    assert "referral" not in metrics(place)["val"]
    assert "calibration" not in metrics(place)["val"]
    assert "Not told for part val: the fit has used it." in (place / "card.md").read_text()


def test_a_run_of_an_older_version_refers_nobody(
    own: Path, dataset: Path, split_file: Path
) -> None:
    (own / "referral.csv").unlink()
    result = invoke("evaluate", own, dataset, "--split", split_file)
    assert result.exit_code == 0
    assert "not known, the run has no referral.csv (fit --resume writes it)" in result.stdout


def test_figures_say_what_they_are_about(run: Path, dataset: Path, split_file: Path) -> None:
    config = json.loads((run / "config.json").read_text())
    assert metrics(run)["test"]["about"] == {
        "dataset_id": config["dataset_id"],
        "pixels_id": config["pixels_id"],
        "split": "default.csv",
        "split_digest": config["split"]["digest"],
        "leaks": False,
        "training": False,
        "remarks": list(REMARKS),
    }


def test_other_pixels_are_refused_unless_allowed(own: Path, tmp_path: Path) -> None:
    other = write_dataset(tmp_path / "out", Plan(30, first_patient=500, seed=9, pixels_id="f" * 16))
    refused = invoke("evaluate", own, other, "--all")
    assert refused.exit_code == 65
    assert "found pixels_id ffffffffffffffff, the run was trained on 0123456789abcdef" in (
        refused.stderr
    )
    allowed = invoke("evaluate", own, other, "--all", "--allow-mismatch")
    assert allowed.exit_code == 0
    assert "other pixels (--allow-mismatch)" in (beside(own, other, "all") / "card.md").read_text()


def test_what_the_fit_has_used_is_not_judged(own: Path, dataset: Path) -> None:
    refused = invoke("evaluate", own, dataset, "--all")
    assert refused.exit_code == 65
    assert "error: 64 patients and 384 images to judge were used in the fit" in refused.stderr
    allowed = invoke("evaluate", own, dataset, "--all", "--allow-leakage")
    assert allowed.exit_code == 0
    assert "TRAINING, LEAKING: figures are too good" in allowed.stdout
    assert "LEAKS" in (beside(own, dataset, "all") / "card.md").read_text()


def test_another_split_of_the_same_patients_is_refused(
    own: Path, dataset: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.csv"
    assert invoke("split", dataset, "-o", other, "--seed", 1).exit_code == 0
    result = invoke("evaluate", own, dataset, "--split", other)
    assert result.exit_code == 65
    assert "to judge were used in the fit, expected data it has not seen" in result.stderr


def test_a_run_that_cannot_tell_what_it_saw_is_not_trusted(
    own: Path, dataset: Path, split_file: Path
) -> None:
    shutil.rmtree(own / "checkpoints")
    refused = invoke("evaluate", own, dataset, "--split", split_file)
    assert refused.exit_code == 65
    assert "the run has no checkpoints/seen.csv" in refused.stderr
    allowed = invoke("evaluate", own, dataset, "--split", split_file, "--allow-leakage")
    assert allowed.exit_code == 0
    assert "no longer says what its fit has used" in allowed.stderr


def test_a_leaking_split_is_refused_and_shown_everywhere_when_allowed(
    small: Path, tmp_path: Path
) -> None:
    split, run = tmp_path / "slices.csv", tmp_path / "run"
    made = invoke("split", small, "-o", split, "--unit", "slice")
    assert "WARNING: THIS SPLIT LEAKS" in made.stderr
    refused = invoke_fit(small, split, run)
    assert refused.exit_code == 65
    assert "the split leaks" in refused.stderr
    assert not run.exists()
    fitted = invoke_fit(small, split, run, "--allow-leakage")
    assert fitted.exit_code == 0
    assert "trained on a split that leaks" in fitted.stderr
    config = json.loads((run / "config.json").read_text())
    assert config["settings"]["allow_leakage"] is True
    assert config["leakage"]["patients"] > 0
    assert invoke("evaluate", run, small, "--split", split).exit_code == 65
    judged = invoke("evaluate", run, small, "--split", split, "--allow-leakage")
    assert judged.exit_code == 0
    assert "LEAKING: figures are too good" in judged.stdout
    card = (run / "card.md").read_text()
    assert "LEAKS: figures are too good" in card
    assert "trained on a split that leaks" in card
    compared = invoke("compare", run, run).stdout.splitlines()
    assert compared[0].endswith(", LEAKING")
    assert [line for line in compared if line.startswith("verdict (") and "LEAKING): " in line]


def test_folds_are_fitted_and_judged(small: Path, tmp_path: Path) -> None:
    split, run = tmp_path / "folds.csv", tmp_path / "run"
    assert invoke("split", small, "-o", split, "--scheme", "kfold", "--folds", 3).exit_code == 0
    missing = invoke_fit(small, split, run)
    assert missing.exit_code == 65
    assert "found a split of 3 folds, expected a fold (fit --fold)" in missing.stderr
    assert invoke_fit(small, split, run, "--fold", 1).exit_code == 0
    assert invoke("evaluate", run, small, "--split", split).exit_code == 0
    folds = read_split(split).parts
    table = pq.read_table(run / "predictions.parquet").to_pylist()
    assert {(row["part"], folds[row["patient_id"]]) for row in table} == {
        ("val", "2"),
        ("test", "1"),
    }


def test_an_unfinished_fit_is_not_judged(own: Path, dataset: Path, split_file: Path) -> None:
    config = json.loads((own / "config.json").read_text())
    (own / "config.json").write_text(json.dumps({**config, "result": None}))
    result = invoke("evaluate", own, dataset, "--split", split_file)
    assert result.exit_code == 65
    assert "the fit of this run is not done" in result.stderr


def test_weights_of_another_network_are_refused(own: Path, dataset: Path, split_file: Path) -> None:
    (own / "model.safetensors").write_bytes(b"\0" * 100)
    result = invoke("evaluate", own, dataset, "--split", split_file)
    assert result.exit_code == 65
    assert "does not hold the weights of this network" in result.stderr


@pytest.mark.parametrize("part", ["train", "val"])
def test_figures_on_what_the_fit_has_used_say_training(
    own: Path, dataset: Path, split_file: Path, part: str
) -> None:
    result = invoke("evaluate", own, dataset, "--split", split_file, "--part", part)
    assert ", TRAINING" in result.stdout.splitlines()[0]
    told = f"TRAINING: the fit has used {part}, figures on it are too good"
    assert f"note: {told}\n" in result.stderr
    place = beside(own, dataset, part)
    assert metrics(place)[part]["about"]["training"] is True
    card = (place / "card.md").read_text()
    assert f"## Figures, part {part} (TRAINING)\n" in card
    assert f"## Subgroups (by slice), part {part} (TRAINING)\n" in card
    assert f"- {told}\n" in card
    compared = invoke("compare", own, own, "--part", part)
    assert ", TRAINING" in compared.stdout.splitlines()[0]


def test_a_part_called_train_that_the_fit_has_not_seen_is_no_training(
    own: Path, tmp_path: Path
) -> None:
    elsewhere = write_dataset(tmp_path / "out", Plan(30, first_patient=500, seed=9))
    split = tmp_path / "s.csv"
    assert invoke("split", elsewhere, "-o", split).exit_code == 0
    result = invoke("evaluate", own, elsewhere, "--split", split, "--part", "train")
    assert result.exit_code == 0
    assert (
        "TRAINING" not in result.output + (beside(own, elsewhere, "train") / "card.md").read_text()
    )


def test_no_evaluation_is_written_over_another(
    own: Path, dataset: Path, split_file: Path, tmp_path: Path
) -> None:
    elsewhere = write_dataset(tmp_path / "out", Plan(30, first_patient=500, seed=9))
    for arguments in (
        (dataset, "--split", split_file, "--part", "val"),
        (dataset, "--split", split_file, "--part", "train"),
        (dataset, "--all", "--allow-leakage"),
        (elsewhere, "--all"),
        (elsewhere, "--all", "--out", tmp_path / "deep" / "er"),
    ):
        before = files_in(tmp_path)
        assert invoke("evaluate", own, *arguments).exit_code == 0
        after = files_in(tmp_path)
        assert after.items() >= before.items()
        assert sorted(path.name for path in after.keys() - before.keys()) == sorted(REPORTS)
    before = files_in(tmp_path)
    again: tuple[tuple[object, ...], ...] = ((elsewhere, "--all"), (dataset, "--split", split_file))
    for repeated in again:
        assert invoke("evaluate", own, *repeated).exit_code == 0
        assert files_in(tmp_path) == before  # the same again


@pytest.mark.parametrize("held", ["other-data", "other-split", "other-weights", "notes", "run"])
def test_a_folder_that_holds_something_else_is_refused(
    own: Path, run: Path, dataset: Path, split_file: Path, tmp_path: Path, held: str
) -> None:
    place = tmp_path / "place"
    elsewhere = write_dataset(tmp_path / "out", Plan(30, first_patient=500, seed=9))
    asked: tuple[object, ...] = ("evaluate", own, dataset, "--split", split_file, "--out", place)
    if held == "other-data":
        assert invoke("evaluate", own, elsewhere, "--all", "--out", place).exit_code == 0
        told = f"place holds the evaluation of data set {open_dataset(elsewhere).info.dataset_id}"
    elif held == "other-split":
        assert invoke(*asked).exit_code == 0
        other = tmp_path / "other.csv"
        assert invoke("split", dataset, "-o", other, "--seed", 1).exit_code == 0
        asked = ("evaluate", own, dataset, "--split", other, "--allow-leakage", "--out", place)
        told = "part test, by another split; --out DIR writes elsewhere, --force over it"
    elif held == "other-weights":
        other = tmp_path / "other"
        assert invoke_fit(dataset, split_file, other, "--seed", 5).exit_code == 0
        assert invoke("evaluate", other, dataset, "--split", split_file).exit_code == 0
        asked = (*asked[:-1], other)
        place = other
        told = "other holds an evaluation of other weights"
    else:
        place.mkdir()
        (place / ("config.json" if held == "run" else "notes.txt")).write_text("mine")
        told = "place holds something else, expected an empty folder or a new one"
    before = files_in(place)
    refused = invoke(*asked)
    assert refused.exit_code == 73
    assert told in refused.stderr
    assert refused.stderr.count("\n") <= 3  # progress of nothing, one line
    assert files_in(place) == before
    forced = invoke(*asked, "--force")
    if held.startswith("other"):
        assert forced.exit_code == 0
    else:
        assert forced.exit_code == 73
        assert "place holds something else (" in forced.stderr
        assert files_in(place) == before


def test_figures_of_other_weights_are_made_anew_and_that_is_said(
    own: Path, dataset: Path, split_file: Path
) -> None:
    evaluate = ("evaluate", own, dataset, "--split", split_file)
    said = "note: the run's weights have changed: its figures were made anew\n"
    assert said not in invoke(*evaluate).stderr
    assert invoke_fit(dataset, split_file, own, "--resume", "--epochs", 4).exit_code == 0
    changed = sha256((own / "model.safetensors").read_bytes()).hexdigest()
    assert said in invoke(*evaluate).stderr
    assert json.loads((own / "metrics.json").read_text())["weights_sha256"] == changed
    assert said not in invoke(*evaluate).stderr


@pytest.mark.parametrize("place", ["out", "out/shards", "out/new", "out.private/new"])
def test_no_evaluation_is_written_in_a_data_set(
    own: Path, dataset: Path, split_file: Path, tmp_path: Path, place: str
) -> None:
    write_dataset(tmp_path / "out", Plan(3))
    result = invoke("evaluate", own, dataset, "--split", split_file, "--out", tmp_path / place)
    assert result.exit_code == 73
    assert "expected a place outside" in result.stderr


def lacking(dataset: Path, tmp_path: Path, names: tuple[str, ...]) -> Path:
    """Return a copy of a data set in which no slice has some columns' values."""
    copy = Path(shutil.copytree(dataset, tmp_path / "lacking"))
    info = read_info(copy)
    table = pq.read_table(copy / info.manifest)
    for name in names:
        field = table.schema.field(name)
        nothing = pa.nulls(table.num_rows, field.type)
        table = table.set_column(table.schema.get_field_index(name), field, nothing)
    pq.write_table(table, copy / info.manifest)
    return copy


def test_data_without_an_input_that_train_had_are_refused_unless_allowed(
    own: Path, dataset: Path, split_file: Path, tmp_path: Path
) -> None:
    out = lacking(dataset, tmp_path, ("age", "canal_width_mm"))
    for where, command in (
        ("test", ("evaluate", own, out, "--split", split_file, "--out", tmp_path / "e")),
        ("the data set", ("predict", own, out, "--out", tmp_path / "p")),
    ):
        refused = invoke(*command)
        assert refused.exit_code == 65
        assert refused.stderr == (
            f"error: no slice of {where} has age, canal_width_mm, which the run was trained "
            "on; --allow-missing goes on with the mean of train\n"
        )
        allowed = invoke(*command, "--allow-missing")
        assert allowed.exit_code == 0
        assert "note: no slice has age, canal_width_mm (--allow-missing): the model" in (
            allowed.stderr
        )
    assert "(--allow-missing)" in (tmp_path / "e" / "card.md").read_text()


def test_an_input_that_train_lacked_or_the_network_does_not_see_may_be_missing(
    dataset: Path, split_file: Path, tmp_path: Path
) -> None:
    out = lacking(dataset, tmp_path, ("age", "sex", "canal_width_mm"))
    for data, name, more in ((out, "without", ()), (dataset, "image", ("--inputs", "image"))):
        run = tmp_path / name
        assert invoke_fit(data, split_file, run, *more).exit_code == 0
        assert invoke("evaluate", run, out, "--split", split_file).exit_code == 0


def test_a_run_says_what_its_labels_and_ids_mean(run: Path) -> None:
    config = json.loads((run / "config.json").read_text())
    assert config["key_id"] == "89abcdef"
    assert config["label_codes"] == {"1": "normal", "2": "patient"}
    assert (config["canal_quantity"], config["canal_unit"]) == ("width", "mm")


def test_a_run_of_an_older_version_is_read(own: Path, dataset: Path, split_file: Path) -> None:
    config = json.loads((own / "config.json").read_text())
    for name in ("key_id", "label_codes", "canal_quantity", "canal_unit", "profile"):
        del config[name]
    (own / "checkpoints" / "looks.parquet").unlink()
    del config["standardisation"]["known"]
    (own / "config.json").write_text(json.dumps(config))
    told = invoke("evaluate", own, dataset, "--split", split_file)
    assert told.exit_code == 0
    assert "near copies were not looked for" in told.stderr
    assert "does not say what train was like" in (own / "card.md").read_text()
    assert invoke_fit(dataset, split_file, own, "--resume").exit_code == 0


def test_a_run_fitted_on_another_device_is_the_same_run(
    own: Path, dataset: Path, split_file: Path
) -> None:
    config = json.loads((own / "config.json").read_text())
    config["settings"]["device"] = "cuda"
    (own / "config.json").write_text(json.dumps(config))
    assert invoke("evaluate", own, dataset, "--split", split_file).exit_code == 0
    assert invoke_fit(dataset, split_file, own, "--resume", "--device", "cpu").exit_code == 0


def test_a_part_the_split_leaves_empty_is_told(
    own: Path, dataset: Path, split_file: Path, tmp_path: Path
) -> None:
    split = read_split(split_file)
    parts = {name: "train" if part == "test" else part for name, part in split.parts.items()}
    path = tmp_path / "no-test.csv"
    write_split(path, Split("patient", split.facts, parts))
    result = invoke("evaluate", own, dataset, "--split", path)
    assert result.exit_code == 65
    assert "puts no slice of the data set in test" in result.stderr


def test_the_picture_is_a_png_without_a_time(run: Path) -> None:
    content = (run / "roc.png").read_bytes()
    assert content.startswith(b"\x89PNG")
    for chunk in (b"tIME", b"tEXt", b"iTXt"):
        assert chunk not in content


def test_the_place_of_an_evaluation_is_no_data_set_behind_a_link(
    own: Path, dataset: Path, tmp_path: Path
) -> None:
    other = write_dataset(tmp_path / "out", Plan(30, first_patient=500, seed=9))
    (own / "evaluations").symlink_to(other / "shards")
    before = files_in(other)
    assert invoke("evaluate", own, other, "--all").exit_code == 73
    assert files_in(other) == before
