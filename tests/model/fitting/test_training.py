from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import Result

import hnp_model.fitting.training
from hnp_model.fitting.planning import epoch_seed, plan_steps
from hnp_model.runs.history import Epoch, best_of, has_stalled
from hnp_model.settings import FitSettings
from hnp_shared.errors import StoppedError
from model.conftest import invoke_fit
from model.synthetic import Plan, write_dataset

SETTINGS = FitSettings(epochs=3, batch_size=4, seed=5)
RESULT_FILES = ("config.json", "history.csv", "model.safetensors", "checkpoints/seen.csv")


def fit(dataset: Path, split_file: Path, run: Path, *more: object) -> Result:
    return invoke_fit(dataset, split_file, run, "--epochs", 4, *more)


def contents(run: Path) -> list[bytes]:
    return [(run / name).read_bytes() for name in RESULT_FILES]


def test_each_epoch_sees_every_slice_once_in_an_order_of_its_own() -> None:
    steps = list(plan_steps(10, SETTINGS, epochs_done=0))
    orders = [
        np.concatenate([step.indices for step in steps if step.epoch == epoch]).tolist()
        for epoch in (1, 2, 3)
    ]
    assert [sorted(order) for order in orders] == [list(range(10))] * 3
    assert orders[0] != orders[1] != orders[2]
    assert [step.indices.size for step in steps[:3]] == [4, 4, 2]
    assert [step.first_of_epoch for step in steps[:4]] == [True, False, False, True]
    assert [step.last_of_epoch for step in steps[:4]] == [False, False, True, False]


def test_the_order_depends_on_seed_and_epoch_alone() -> None:
    every = list(plan_steps(10, SETTINGS, epochs_done=0))
    later = list(plan_steps(10, SETTINGS, epochs_done=2))
    for one, other in zip(every[6:], later, strict=True):
        assert one.epoch == other.epoch == 3
        assert one.indices.tolist() == other.indices.tolist()
    assert epoch_seed(5, 3) != epoch_seed(5, 2) != epoch_seed(4, 2)


@pytest.mark.parametrize("stopped_in", ["judge_epoch", "write_weights", "write_checkpoint"])
def test_a_resumed_fit_ends_in_the_same_bits(
    small: Path,
    small_split: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    stopped_in: str,
) -> None:
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    assert fit(small, small_split, whole).exit_code == 0

    original = getattr(hnp_model.fitting.training, stopped_in)
    calls: list[int] = []

    def stop_the_second_time(*arguments: object) -> object:
        calls.append(1)
        if len(calls) == 2:
            raise StoppedError("stopped by SIGTERM")
        return original(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(hnp_model.fitting.training, stopped_in, stop_the_second_time)
        assert fit(small, small_split, stopped).exit_code == 75
    assert fit(small, small_split, stopped, "--resume").exit_code == 0
    assert contents(stopped) == contents(whole)


def test_a_fit_can_go_on_for_longer(small: Path, small_split: Path, tmp_path: Path) -> None:
    whole, grown = tmp_path / "whole", tmp_path / "grown"
    assert fit(small, small_split, whole).exit_code == 0
    assert fit(small, small_split, grown, "--epochs", 2).exit_code == 0
    assert fit(small, small_split, grown, "--resume").exit_code == 0
    assert contents(grown) == contents(whole)


def test_resuming_a_finished_fit_changes_nothing(
    small: Path, small_split: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    assert fit(small, small_split, run, "--resume").exit_code == 0  # nothing to resume: starts
    before = contents(run)
    assert fit(small, small_split, run, "--resume").exit_code == 0
    assert contents(run) == before


def test_another_seed_gives_another_model(small: Path, small_split: Path, tmp_path: Path) -> None:
    for seed in (1, 2):
        assert fit(small, small_split, tmp_path / str(seed), "--seed", seed).exit_code == 0
    assert contents(tmp_path / "1")[2] != contents(tmp_path / "2")[2]


def test_the_weights_kept_are_the_best_on_val(run: Path) -> None:
    history = pd.read_csv(run / "history.csv")
    assert list(history.columns) == [
        *("epoch", "train_loss", "val_loss", "val_auc_slice", "val_auc_level", "best")
    ]
    best = history[history["best"] == 1]
    assert len(best) == 1
    assert best["val_auc_level"].item() == history["val_auc_level"].max()


def test_the_lower_loss_decides_between_equal_areas() -> None:
    history = (
        Epoch(1, 0.9, 0.5, 0.8, 0.9),
        Epoch(2, 0.8, 0.4, 0.8, 0.9),
        Epoch(3, 0.7, 0.4, 0.9, 0.9),
        Epoch(4, 0.6, 0.1, 0.9, 0.8),
    )
    assert best_of(history).epoch == 2


def test_without_an_area_the_loss_decides() -> None:
    nan = float("nan")
    history = (Epoch(1, 0.9, 0.5, nan, nan), Epoch(2, 0.8, 0.4, nan, nan))
    assert best_of(history).epoch == 2


def test_the_compact_network_learns_a_small_spot(run: Path) -> None:
    assert pd.read_csv(run / "history.csv")["val_auc_level"].max() > 0.9


def test_a_loss_that_is_no_number_is_refused(
    small: Path, small_split: Path, tmp_path: Path
) -> None:
    result = fit(small, small_split, tmp_path / "run", "--lr", 1e30)
    assert result.exit_code == 65
    assert "is not a number at learning rate 1e+30; expected a lower --lr" in result.stderr


def test_the_reference_network_trains_on_300_x_300(tmp_path: Path) -> None:
    folder = write_dataset(
        tmp_path / "out", Plan(6, levels=2, slices_a_level=1, side=300, uint16=True)
    )
    split = tmp_path / "split.csv"
    patients = [f"{number:032x}" for number in range(6)]
    parts = ["train", "train", "train", "val", "val", "test"]
    lines = [f"{patient},{part}\n" for patient, part in zip(patients, parts, strict=True)]
    split.write_text("patient_id,part\n" + "".join(lines))
    result = invoke_fit(folder, split, tmp_path / "run", "--model", "reference", "--epochs", 1)
    assert result.exit_code == 0, result.output
    assert (tmp_path / "run/model.safetensors").stat().st_size > 4 * 23_082_681


@pytest.mark.parametrize(
    ("aucs", "patience", "stalled"),
    [
        ([0.6, 0.7, 0.65], 2, False),
        ([0.6, 0.7, 0.65, 0.7], 2, True),
        ([0.6, 0.7, 0.65, 0.71], 2, False),
        ([0.7, 0.6, 0.6, 0.6], None, False),
        ([], 1, False),
    ],
)
def test_a_fit_stalls_when_val_gets_no_better(
    aucs: list[float], patience: int | None, stalled: bool
) -> None:
    history = tuple(Epoch(number, 0.5, 0.5, auc, auc) for number, auc in enumerate(aucs, 1))
    assert has_stalled(history, patience) is stalled


def test_a_stalled_fit_stops_early_and_stays_so(
    small: Path, small_split: Path, tmp_path: Path
) -> None:
    run, long = tmp_path / "run", ("--epochs", 60, "--patience", 1)
    assert invoke_fit(small, small_split, run, *long).exit_code == 0
    history = pd.read_csv(run / "history.csv")
    assert len(history) < 60
    assert len(history) - history["epoch"][history["best"] == 1].item() == 1
    before = contents(run)
    assert invoke_fit(small, small_split, run, *long, "--resume").exit_code == 0
    assert contents(run) == before
