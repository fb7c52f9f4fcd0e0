import json
import shutil
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from hnp_model.data.slices import Strings
from hnp_model.evaluation.comparison import COMPARED, PRIMARY, Difference, compare_on, verdict_on
from hnp_model.runs.evaluated import Evaluated
from model.conftest import invoke, invoke_fit
from model.synthetic import Plan, write_dataset


@pytest.fixture
def own(run: Path, tmp_path: Path) -> Path:
    """A copy of the run that a test may change."""
    return Path(shutil.copytree(run, tmp_path / "own"))


@pytest.fixture(scope="module")
def blind(dataset: Path, split_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on the same split that sees no images."""
    path = tmp_path_factory.mktemp("blind") / "run"
    assert invoke_fit(dataset, split_file, path, "--inputs", "tabular").exit_code == 0
    assert invoke("evaluate", path, dataset, "--split", split_file).exit_code == 0
    return path


def evaluated(noise: float, threshold: float, seed: int) -> Evaluated:
    """Return a model of 40 patients, three slices each; more noise, a worse model."""
    patient = np.repeat(np.arange(40), 3)
    truth = np.random.default_rng(0).random(120) < 0.4
    logit = 2 * truth - 1 + noise * np.random.default_rng(seed).normal(size=120)
    names: Strings = np.char.mod("%04d", patient)
    return Evaluated(
        slice_id=np.char.mod("%04d", np.arange(120)),
        patient_id=names,
        study_id=names,
        level=np.zeros(120, dtype=np.int8),
        is_patient=truth,
        probability=1 / (1 + np.exp(-logit)),
        thresholds={"slice": threshold, "level": threshold, "patient": threshold},
        remarks=(),
    )


def named(found: tuple[Difference, ...], name: str) -> Difference:
    return found[COMPARED.index(name)]


def test_a_better_model_wins_a_worse_one_loses_and_the_same_one_ties() -> None:
    good, bad = evaluated(0.3, 0.5, 1), evaluated(5.0, 0.5, 2)
    for first, second, verdict in ((bad, good, "win"), (good, bad, "loss"), (good, good, "tie")):
        found = named(compare_on("slice", [first], [second]), PRIMARY)
        assert verdict_on(found.difference) == verdict


def test_what_hangs_on_a_threshold_has_no_interval_to_read_a_verdict_from() -> None:
    found = compare_on("slice", [evaluated(0.3, 0.5, 1)], [evaluated(5.0, 0.5, 2)])
    f1 = named(found, "f1").difference
    assert f1.value is not None
    assert (f1.low, f1.high) == (None, None)
    assert verdict_on(f1) is None
    assert all(named(found, name).difference.low is not None for name in ("auc", "brier"))


def test_a_side_of_several_runs_has_the_mean_of_each() -> None:
    runs = [evaluated(noise, 0.5, seed) for seed, noise in enumerate((1.0, 1.1, 0.9, 2.0))]
    alone = [
        named(compare_on("level", [run], [runs[0]]), name).first
        for run in runs
        for name in COMPARED
    ]
    found = compare_on("level", runs[:2], runs[2:])
    for index, name in enumerate(COMPARED):
        one = named(found, name)
        assert one.first_each + one.second_each == tuple(alone[index :: len(COMPARED)])
        assert one.first == pytest.approx(np.mean(one.first_each))
        assert one.second == pytest.approx(np.mean(one.second_each))
        assert one.difference.value == pytest.approx((one.second or 0) - (one.first or 0))


def test_seeds_that_differ_widen_the_interval_of_a_recipe() -> None:
    alike = [evaluated(1.0, 0.5, seed) for seed in range(6)]
    apart = [evaluated(noise, 0.5, seed) for seed, noise in enumerate((0.3, 1.0, 3.0) * 2)]
    widths, shares = [], []
    for runs in (alike, apart):
        one = named(compare_on("level", runs[:3], runs[3:]), "auc")
        widths.append((one.difference.high or 0) - (one.difference.low or 0))
        shares.append(one.seed_share or 0)
    assert widths[0] < 0.5 * widths[1]
    assert shares[0] < shares[1] < 1


def test_the_order_of_slices_does_not_matter() -> None:
    first, second = evaluated(1.0, 0.5, 1), evaluated(1.5, 0.5, 2)
    turned = replace(
        second,
        **{
            name: getattr(second, name)[::-1]
            for name in ("slice_id", "patient_id", "study_id", "is_patient", "probability")
        },
    )
    assert compare_on("level", [first], [turned]) == compare_on("level", [first], [second])


def test_values_are_those_of_the_evaluations(run: Path, blind: Path) -> None:
    result = invoke("compare", run, blind, "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert (found["part"], found["n_patients"], found["n_slices"]) == ("test", 16, 96)
    for which, folder in (("first", run), ("second", blind)):
        metrics = json.loads((folder / "metrics.json").read_text())["test"]
        for unit, figures in found["differences"].items():
            for name, figure in figures.items():
                assert figure[which] == metrics[unit][name]["value"]


def test_there_is_one_verdict_and_it_says_what_it_is_about(run: Path, blind: Path) -> None:
    result = invoke("compare", run, blind)
    lines = result.stdout.splitlines()
    assert lines[0] == "test: 16 patients, 96 slices"
    assert lines[2].split()[:2] == ["slice", "auc"]
    words = [word for line in lines for word in line.replace(",", " ").split()]
    assert sum(word in {"win", "tie", "loss"} for word in words) == 1
    (verdict,) = (line for line in lines if line.startswith("verdict: "))
    assert "AUC by disc" in verdict
    assert "-: under 10 patients in a class" in lines
    assert any("these weights, not these recipes" in line for line in lines)
    assert "leave out training variance" in lines[-1]
    assert "note: test has 11 patients with a positive disc, under 40" in result.stderr
    found = json.loads(invoke("compare", run, blind, "--json").stdout)
    verdicts = [one["verdict"] for unit in found["differences"].values() for one in unit.values()]
    assert sum(each is not None for each in verdicts) == 1
    assert found["differences"]["level"]["auc"]["verdict"] == found["verdict"]
    assert found["about"] == "weights"


def test_evaluations_of_the_same_data_are_found(
    run: Path, blind: Path, dataset: Path, tmp_path: Path
) -> None:
    copies = [
        Path(shutil.copytree(one, tmp_path / name)) for one, name in ((run, "a"), (blind, "b"))
    ]
    places = [
        write_dataset(tmp_path / f"out{n}", Plan(30, first_patient=500 + n, seed=8 + n))
        for n in range(2)
    ]
    for copy, data in ((copies[0], places[0]), (copies[0], places[1]), (copies[1], places[1])):
        assert invoke("evaluate", copy, data, "--all").exit_code == 0
    found = invoke("compare", *copies, "--part", "all")
    assert found.exit_code == 0, found.stderr
    assert found.stdout.splitlines()[0] == "all: 30 patients, 120 slices"
    (alone,) = (copies[1] / "evaluations").iterdir()
    moved = Path(shutil.copytree(alone, tmp_path / "moved"))
    for folder in (alone, moved):
        by_folder = invoke("compare", copies[0], folder, "--part", "all")
        assert by_folder.stdout == found.stdout
    assert invoke("compare", *copies).stdout == invoke("compare", run, blind).stdout
    assert invoke("evaluate", copies[1], places[0], "--all").exit_code == 0
    several = invoke("compare", *copies, "--part", "all")
    assert several.exit_code == 65
    assert several.stderr == (
        "error: both runs were judged on all of 2 data sets or splits, expected one: "
        "name a folder of each run's evaluations/\n"
    )


def test_a_run_that_was_not_evaluated_is_one_line(run: Path, own: Path) -> None:
    (own / "predictions.parquet").unlink()
    result = invoke("compare", run, own)
    assert result.exit_code == 65
    assert result.stderr == (
        "error: the second run has no predictions.parquet, expected an evaluated one\n"
    )


def test_another_part_is_one_line(run: Path) -> None:
    result = invoke("compare", run, run, "--part", "train")
    assert result.exit_code == 65
    assert result.stderr == (
        "error: the first run was evaluated on val and test, expected train: evaluate it on that "
        "part, or ask for one that it has\n"
    )


def name_anew(run: Path) -> None:
    """Let metrics.json name the predictions and weights that lie beside it."""
    metrics = json.loads((run / "metrics.json").read_text())
    for name, file in (("predictions", "predictions.parquet"), ("weights", "model.safetensors")):
        metrics[f"{name}_sha256"] = sha256((run / file).read_bytes()).hexdigest()
    (run / "metrics.json").write_text(json.dumps(metrics))


@pytest.mark.parametrize(
    "file",
    [
        "predictions.parquet",
        "model.safetensors",
        "card.md",
        "roc.png",
        "reliability.png",
        "decision.png",
    ],
)
def test_figures_that_are_not_about_what_lies_beside_them_are_refused(
    run: Path, own: Path, file: str
) -> None:
    (own / file).write_bytes((own / file).read_bytes() + b"\0")
    result = invoke("compare", run, own)
    assert result.exit_code == 65
    assert result.stderr == (
        f"error: the second run's metrics.json is not about the {file} that lies beside it: an "
        "evaluation was stopped, the fit went on or the file was changed; evaluate it again\n"
    )


def test_pages_may_be_left_out_when_a_run_is_handed_on(run: Path, own: Path) -> None:
    for page in ("card.md", "roc.png", "reliability.png", "decision.png", "decision.csv"):
        (own / page).unlink()
    assert invoke("compare", run, own).exit_code == 0


def test_a_fit_that_went_on_is_to_be_evaluated_again(
    dataset: Path, split_file: Path, run: Path, own: Path
) -> None:
    before = (own / "model.safetensors").read_bytes()
    went_on = invoke_fit(dataset, split_file, own, "--epochs", 12, "--resume")
    assert went_on.exit_code == 0, went_on.output
    assert (own / "model.safetensors").read_bytes() != before  # or the figures still hold
    refused = invoke("compare", run, own)
    assert refused.exit_code == 65
    assert "is not about the model.safetensors that lies beside it" in refused.stderr
    assert invoke("evaluate", own, dataset, "--split", split_file).exit_code == 0
    assert invoke("compare", run, own).exit_code == 0


def test_an_evaluation_that_names_no_digests_is_refused(run: Path, own: Path) -> None:
    metrics = json.loads((own / "metrics.json").read_text())
    kept = {name: said for name, said in metrics.items() if not name.endswith("sha256")}
    (own / "metrics.json").write_text(json.dumps(kept))
    result = invoke("compare", run, own)
    assert result.exit_code == 65
    assert result.stderr == (
        "error: the second run's metrics.json does not name the predictions and weights that it "
        "is about, as earlier versions did not; evaluate it again\n"
    )


def test_other_slices_are_counted(run: Path, own: Path) -> None:
    table = pq.read_table(own / "predictions.parquet")
    pq.write_table(table.slice(0, table.num_rows - 5), own / "predictions.parquet")
    name_anew(own)
    result = invoke("compare", own, run)
    assert result.exit_code == 65
    assert result.stderr == (
        "error: the slices of test differ: 5 of 96 are in one run only or have another truth, "
        "expected the same slices in both\n"
    )


def test_an_evaluation_without_studies_is_to_be_made_again(run: Path, own: Path) -> None:
    table = pq.read_table(own / "predictions.parquet").drop_columns(["study_id"])
    pq.write_table(table, own / "predictions.parquet")
    name_anew(own)
    result = invoke("compare", run, own)
    assert result.exit_code == 65
    assert result.stderr == (
        "error: the second run's predictions.parquet has no study_id; evaluate it again\n"
    )


@pytest.mark.parametrize("name", ["predictions.parquet", "metrics.json"])
def test_a_damaged_evaluation_is_one_line(run: Path, own: Path, name: str) -> None:
    (own / name).write_bytes(b"[1]")
    if name == "predictions.parquet":
        name_anew(own)
    result = invoke("compare", own, run)
    assert result.exit_code == 65
    assert result.stderr == "error: the first run's evaluation is damaged; evaluate it again\n"


def test_remarks_of_either_evaluation_come_along(run: Path, own: Path) -> None:
    metrics = json.loads((own / "metrics.json").read_text())
    metrics["test"]["about"]["remarks"] = ["trained on a split that leaks"]
    (own / "metrics.json").write_text(json.dumps(metrics))
    told = "note: the {} run: trained on a split that leaks\n"
    assert told.format("second") in invoke("compare", run, own).stderr
    assert told.format("first") in invoke("compare", own, run).stderr
    both = invoke("compare", own, own).stderr  # what holds for all is said of none
    assert "note: trained on a split that leaks\n" in both


def test_what_is_compared_beside_the_runs_own_figures_is_told(
    run: Path, dataset: Path, tmp_path: Path
) -> None:
    elsewhere = write_dataset(tmp_path / "out", Plan(40, first_patient=500, seed=9))
    for name in ("one", "other"):
        shutil.copytree(run, tmp_path / name)
        assert invoke("evaluate", tmp_path / name, elsewhere, "--all").exit_code == 0
    compared = invoke("compare", tmp_path / "one", tmp_path / "other", "--part", "all")
    assert compared.exit_code == 0, compared.stderr
    assert "note: compared by evaluations/" in compared.stderr
    assert "compared by" not in invoke("compare", tmp_path / "one", tmp_path / "other").stderr
