"""A search finds the best of its trials on val, shares its work, and survives being killed."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import optuna
import pandas as pd
import pytest
from optuna.trial import TrialState

from hnp_model.data.slices import Slices
from hnp_model.fitting import fitting, samples
from hnp_model.fitting.samples import Samples
from hnp_model.runs.history import History
from hnp_model.runs.run_config import RunConfig
from hnp_model.search import tuning
from hnp_model.search.study import SharedStudy, derived_seed, open_study
from hnp_model.settings.fit import FitSettings
from hnp_model.settings.tune import TuneSettings
from hnp_shared.dataset import Dataset
from hnp_shared.errors import InputError, OutputError
from model.conftest import invoke

BASE = FitSettings(model="compact", inputs="tabular", epochs=2, batch_size=64, lr=1e-3)


def open_again(folder: Path, trials: int = 2) -> SharedStudy:
    return open_study(folder, "asked", BASE, TuneSettings(trials))


@pytest.fixture(scope="module")
def three(small: Path, small_split: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of three trials, which no test changes."""
    folder = tmp_path_factory.mktemp("studies") / "study"
    assert tuning.tune(small, small_split, folder, BASE, TuneSettings(3)).best is not None
    return folder


@pytest.fixture
def tuned(three: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    return Path(shutil.copytree(three, tmp_path / "study"))


def test_the_best_trial_is_the_one_with_the_highest_auc_on_val(tuned: Path) -> None:
    found = json.loads((tuned / "trials.json").read_text())
    values = {trial["number"]: trial["val_auc_level"] for trial in found["trials"]}
    assert len(values) == 3
    assert values[found["best"]] == max(values.values())
    history = pd.read_csv(tuned / "trials" / found["run"] / "history.csv")
    assert history["val_auc_level"].max() == pytest.approx(values[found["best"]])


def test_only_the_best_run_is_kept(tuned: Path) -> None:
    found = json.loads((tuned / "trials.json").read_text())
    kept = [path.name for path in (tuned / "trials").iterdir() if not path.name.endswith(".held")]
    assert kept == [found["run"]]


def test_a_search_that_is_done_does_nothing_more(
    tuned: Path, small: Path, small_split: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hnp_model.search.tuning.fit", pytest.fail)
    again = tuning.tune(small, small_split, tuned, BASE, TuneSettings(3))
    assert len(again.tried) == 3


def test_more_trials_draw_what_was_not_drawn_before(
    tuned: Path, small: Path, small_split: Path
) -> None:
    more = tuning.tune(small, small_split, tuned, BASE, TuneSettings(5))
    rates = [trial.drawn["lr"] for trial in more.tried]
    assert len(set(rates)) == len(rates) == 5


def test_two_searches_alike_draw_alike(
    tuned: Path, small: Path, small_split: Path, tmp_path: Path
) -> None:
    other = tuning.tune(small, small_split, tmp_path / "other", BASE, TuneSettings(3))
    first = json.loads((tuned / "trials.json").read_text())["trials"]
    assert [trial.drawn for trial in other.tried] == [trial["drawn"] for trial in first]


def test_no_slice_of_test_is_opened(
    small: Path, small_split: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: set[str] = set()
    real = samples.open_samples

    def open_samples(dataset: Dataset, slices: Slices, config: RunConfig) -> Samples:
        opened.update(slices.patient_id.tolist())
        return real(dataset, slices, config)

    monkeypatch.setattr("hnp_model.fitting.preparing.open_samples", open_samples)
    tuning.tune(small, small_split, tmp_path / "study", BASE, TuneSettings(1))
    rows = [line.split(",") for line in small_split.read_text().splitlines() if line[0] != "#"]
    parts = {row[0]: row[1] for row in rows}
    assert {parts[patient] for patient in opened} == {"train", "val"}


def test_a_study_of_something_else_is_refused(tuned: Path, small: Path, small_split: Path) -> None:
    with pytest.raises(OutputError, match="study of something else"):
        tuning.tune(small, small_split, tuned, replace(BASE, epochs=3), TuneSettings(3))


def test_a_file_that_is_no_study_is_refused(tmp_path: Path, small: Path, small_split: Path) -> None:
    (tmp_path / "study.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(InputError, match="cannot be opened"):
        tuning.tune(small, small_split, tmp_path, BASE, TuneSettings(1))


def test_a_trial_whose_process_is_gone_goes_on_in_its_folder_with_its_seed(tmp_path: Path) -> None:
    with open_again(tmp_path).turn() as killed:
        assert killed is not None
    with open_again(tmp_path).turn() as picked_up:  # the folder is free: nobody works at it
        assert picked_up is not None
        assert picked_up.run == killed.run
        assert picked_up.settings == killed.settings
        assert picked_up.trial.number != killed.trial.number


def test_a_trial_that_somebody_works_at_is_left_alone(tmp_path: Path) -> None:
    with (
        open_again(tmp_path).turn() as first,
        open_again(tmp_path).turn() as second,
        open_again(tmp_path).turn() as third,
    ):
        assert first is not None
        assert second is not None
        assert first.run != second.run
        assert first.settings.lr != second.settings.lr
        assert third is None  # two are wanted, two are held


def test_what_was_killed_is_not_counted_twice(tmp_path: Path) -> None:
    study = open_again(tmp_path, trials=1)
    with study.turn() as killed:
        assert killed is not None
    with study.turn() as again:
        assert again is not None
        study.tell(again, TrialState.COMPLETE, 0.7)
    with study.turn() as more:
        assert more is None


def test_trials_that_fail_are_told_and_not_tried_again(
    small: Path, small_split: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = fitting.fit, list[int]()

    def fit(*arguments: object, **named: object) -> object:
        calls.append(1)
        if len(calls) == 1:
            raise InputError("the loss is no number")
        return real(*arguments, **named)  # type: ignore[arg-type]  # as it came

    monkeypatch.setattr("hnp_model.search.tuning.fit", fit)
    found = tuning.tune(small, small_split, tmp_path / "study", BASE, TuneSettings(2))
    assert [(trial.state, trial.failure) for trial in found.tried] == [
        ("fail", "the loss is no number"),
        ("complete", None),
    ]


def test_when_nothing_can_be_fitted_it_says_why(
    small: Path, small_split: Path, tmp_path: Path
) -> None:
    refused = replace(BASE, model="reference", inputs="both")  # of other sizes than small's
    with pytest.raises(InputError, match="300 x 300"):
        tuning.tune(small, small_split, tmp_path / "study", refused, TuneSettings(9))


def test_a_pruned_trial_ends_early_and_is_never_the_best(
    small: Path, small_split: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(optuna.Trial, "should_prune", lambda trial: trial.number == 1)
    found = tuning.tune(small, small_split, tmp_path / "study", BASE, TuneSettings(2))
    assert [(trial.state, trial.epochs) for trial in found.tried] == [
        ("complete", 2),
        ("pruned", 1),
    ]
    assert found.best == 0


def test_seeds_differ_by_trial_and_are_alike_everywhere() -> None:
    seeds = [derived_seed(42, number) for number in range(1000)]
    assert len(set(seeds)) == 1000
    assert seeds[0] == 3276921297


def test_the_command_prints_the_fit_that_trains_the_best_again(
    small: Path, small_split: Path, tmp_path: Path
) -> None:
    study = tmp_path / "study"
    flags = ("--model", "compact", "--inputs", "tabular", "--epochs", 2, "--batch-size", 64)
    result = invoke(*("tune", small, "--split", small_split, "--out", study, "--trials", 2, *flags))
    assert result.exit_code == 0, result.output
    line = result.output.strip().splitlines()[-1]
    assert line.startswith("hnp-train fit ")
    again = invoke(*line.replace("RUN", str(tmp_path / "again")).split()[1:])
    assert again.exit_code == 0, again.output
    run = study / "trials" / json.loads((study / "trials.json").read_text())["run"]
    weights = "model.safetensors"
    assert (run / weights).read_bytes() == (tmp_path / "again" / weights).read_bytes()


@pytest.mark.torture
def test_killed_searches_end_as_one_that_ran_through(
    small: Path, small_split: Path, tmp_path: Path
) -> None:
    whole = tuning.tune(small, small_split, tmp_path / "whole", BASE, TuneSettings(4))
    arguments = [
        *("tune", str(small), "--split", str(small_split), "--out", str(tmp_path / "killed")),
        *("--trials", "4", "--model", "compact", "--inputs", "tabular", "--epochs", "2"),
        *("--batch-size", "64", "--lr", "0.001"),
    ]
    command = [sys.executable, "-m", "hnp_model", *arguments]
    for wait in (3.0, 3.5, 4.0, 4.5):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(wait)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0
    found = json.loads((tmp_path / "killed" / "trials.json").read_text())
    ended = [trial for trial in found["trials"] if trial["state"] in ("complete", "pruned")]
    assert len(ended) == len(whole.tried)


def test_a_history_reaches_the_study_whole(small: Path, small_split: Path, tmp_path: Path) -> None:
    seen: list[History] = []

    def watch(history: History) -> bool:
        seen.append(history)
        return len(history) == 1

    fitting.fit(small, small_split, tmp_path / "run", BASE, resume=False, watch=watch)
    assert [len(history) for history in seen] == [1]
