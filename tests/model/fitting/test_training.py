import itertools
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from click.testing import Result
from torch.nn.functional import binary_cross_entropy_with_logits

import hnp_model.fitting.training
from hnp_model.data.slices import read_slices
from hnp_model.data.tabular import fit_standardisation
from hnp_model.fitting.losses import Loss
from hnp_model.fitting.networks.choice import build_network
from hnp_model.fitting.optimising import advance, learner_for
from hnp_model.fitting.planning import epoch_seed, plan_steps
from hnp_model.fitting.samples import map_samples
from hnp_model.fitting.telling import tell
from hnp_model.fitting.training import train
from hnp_model.runs.checkpoint import Learner, read_checkpoint
from hnp_model.runs.history import Epoch, best_of, has_stalled
from hnp_model.runs.run_folder import RunFolder
from hnp_model.settings.fit import FitSettings
from hnp_shared.dataset import open_dataset
from hnp_shared.errors import StoppedError
from model.conftest import invoke_fit
from model.synthetic import Plan, write_dataset

SETTINGS = FitSettings(epochs=3, batch_size=4, seed=5)
RESULT_FILES = (
    *("config.json", "history.csv", "model.safetensors", "calibration.json", "referral.csv"),
    *("val-discs.csv", "checkpoints/seen.csv", "checkpoints/val.npy"),
)


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


RECIPES = {
    "plain": (),
    "strong": ("--preset", "strong", "--mixup", 0.2, "--balance", "sampling"),
}


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("model", ["compact", "compact-1"])
def test_a_fit_killed_at_any_step_ends_in_the_same_bits(
    small: Path,
    small_split: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    recipe: str,
    model: str,
) -> None:
    """Each step leaves a checkpoint here; a kill comes after a step that left one, or before."""
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    flags = ("--model", model, "--epochs", 2, "--batch-size", 8, *RECIPES[recipe])
    assert invoke_fit(small, small_split, whole, *flags).exit_code == 0
    original, calls = advance, itertools.count(1)

    def stop_at_some_steps(*arguments: Any) -> None:
        if next(calls) % 3 == 0:
            raise StoppedError("stopped by SIGTERM")
        original(*arguments)

    monkeypatch.setattr(hnp_model.fitting.training, "advance", stop_at_some_steps)
    every = (*flags, "--checkpoint-minutes", 0, "--resume")
    ends = [invoke_fit(small, small_split, stopped, *every).exit_code for _ in range(8)]
    assert sorted(set(ends)) == [0, 75]
    assert ends.count(75) > 2
    assert contents(stopped)[1:] == contents(whole)[1:]


def test_a_damaged_checkpoint_falls_back_to_the_one_before(
    small: Path, small_split: Path, tmp_path: Path
) -> None:
    whole, hurt = tmp_path / "whole", tmp_path / "hurt"
    assert fit(small, small_split, whole).exit_code == 0
    assert fit(small, small_split, hurt, "--epochs", 3).exit_code == 0
    last = hurt / "checkpoints/last.pt"
    content = bytearray(last.read_bytes())
    content[len(content) // 2] ^= 1  # torch itself would take it
    last.write_bytes(content)
    result = fit(small, small_split, hurt, "--resume")
    assert result.exit_code == 0
    assert result.stderr.splitlines()[0] == (
        "note: checkpoints/last.pt is damaged: going on from the one before, after epoch 2"
    )
    assert contents(hurt) == contents(whole)


def test_two_damaged_checkpoints_are_refused(
    small: Path, small_split: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    assert fit(small, small_split, run, "--epochs", 2).exit_code == 0
    for name in ("last", "previous"):
        path = run / f"checkpoints/{name}.pt"
        path.write_bytes(path.read_bytes()[:-100])
    result = fit(small, small_split, run, "--resume")
    assert result.exit_code == 65
    assert result.stderr == ("error: checkpoints/last.pt is damaged or another network's\n")


def test_a_fit_killed_between_two_checkpoints_goes_on_without_a_word(
    small: Path, small_split: Path, tmp_path: Path
) -> None:
    whole, hurt = tmp_path / "whole", tmp_path / "hurt"
    assert fit(small, small_split, whole).exit_code == 0
    assert fit(small, small_split, hurt, "--epochs", 3).exit_code == 0
    (hurt / "checkpoints/last.pt").unlink()
    result = fit(small, small_split, hurt, "--resume")
    assert (result.exit_code, "damaged" in result.stderr) == (0, False)
    assert contents(hurt) == contents(whole)


def test_the_reports_training_is_a_bare_loop_to_the_bit(small: Path, small_split: Path) -> None:
    """What the recipe can do costs nobody a bit who does not ask for it."""
    settings = FitSettings(model="compact-1", epochs=2, batch_size=16, lr=1e-3)
    dataset = open_dataset(small)
    slices = read_slices(dataset)
    samples = map_samples(dataset, slices, fit_standardisation(slices), settings)
    network = build_network(settings)
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3, fused=True)
    for epoch in (1, 2):
        torch.manual_seed(epoch_seed(42, epoch))
        order = np.random.default_rng([42, epoch]).permutation(len(slices))
        network.train()
        for first in range(0, len(slices), 16):
            batch = samples.batch(order[first : first + 16])
            loss = binary_cross_entropy_with_logits(
                network(batch.images, batch.tabular), batch.truth
            )
            loss.backward()  # type: ignore[no-untyped-call]  # torch gives it no types
            optimizer.step()
            optimizer.zero_grad()
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "checkpoints").mkdir()
        learner = learner_for(build_network(settings), settings)
        train(samples, samples, settings, RunFolder(Path(name)))
        read_checkpoint(RunFolder(Path(name)), learner)
    for key, value in network.state_dict().items():
        assert torch.equal(learner.network.state_dict()[key], value), key


def test_weights_that_are_no_numbers_are_not_kept_within_an_epoch(
    small: Path, small_split: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gradient may be infinite where the loss is not yet: the step after it tells."""
    run, calls = tmp_path / "run", itertools.count(1)

    def spoil(learner: Learner, settings: FitSettings, *steps: int) -> None:
        advance(learner, settings, *steps)
        if next(calls) == 3:
            next(learner.network.parameters()).data.fill_(float("nan"))

    monkeypatch.setattr(hnp_model.fitting.training, "advance", spoil)
    flags = ("--batch-size", 4, "--checkpoint-minutes", 0)
    assert fit(small, small_split, run, *flags).exit_code == 65
    monkeypatch.undo()
    assert fit(small, small_split, run, *flags, "--resume").exit_code == 0


def test_a_fit_along_a_cosine_cannot_go_on_for_longer(
    small: Path, small_split: Path, tmp_path: Path
) -> None:
    run, cosine = tmp_path / "run", ("--schedule", "cosine")
    assert fit(small, small_split, run, "--epochs", 2, *cosine).exit_code == 0
    result = fit(small, small_split, run, *cosine, "--resume")
    assert result.exit_code == 73
    assert "epochs 2, asked 4" in result.stderr


def test_another_recipe_is_another_fit(small: Path, small_split: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert fit(small, small_split, run, "--epochs", 1, "--clip", 1).exit_code == 0
    result = fit(small, small_split, run, "--epochs", 1, "--clip", 2, "--resume")
    assert result.exit_code == 73
    assert "another settings: clip 1.0, asked 2.0" in result.stderr


def test_balanced_epochs_hold_half_of_each_class() -> None:
    truth = np.array([True] * 2 + [False] * 8)
    for epoch_steps in (plan_steps(10, SETTINGS, epochs_done=0, truth=truth),):
        drawn = np.concatenate([step.indices for step in epoch_steps if step.epoch == 1])
    assert truth[drawn].sum() == 5
    assert set(drawn.tolist()) >= {0, 1}
    assert np.unique(drawn[~truth[drawn]]).size == 5


def test_a_plan_goes_on_within_an_epoch() -> None:
    every = list(plan_steps(10, SETTINGS, epochs_done=0))
    later = list(plan_steps(10, SETTINGS, epochs_done=1, steps_done=2))
    assert [step.indices.tolist() for step in later] == [
        step.indices.tolist() for step in every[5:]
    ]
    assert not later[0].first_of_epoch


def test_a_line_tells_loss_and_area_and_the_best_epoch() -> None:
    settings = FitSettings(epochs=9, batch_size=10)
    history = (Epoch(1, 0.6, 0.55, 0.7, 0.75), Epoch(2, 0.5, 0.56, 0.7, 0.74))
    assert tell(history, [4.0, 5.0], settings) == (
        "loss 0.450, epoch 2 of 9: val loss 0.560, AUC by disc 0.740 (best 0.750, epoch 1)"
    )
    assert tell((), [], settings) == ""


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
        *("epoch", "train_loss", "val_loss", "val_auc_slice", "val_auc_level"),
        *("val_auc_within_level", "best"),
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


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_such_a_loss_stops_within_a_step_and_keeps_the_last_epoch(
    small: Path, small_split: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bad: float
) -> None:
    run, original, calls = tmp_path / "run", Loss.of, itertools.count(1)
    assert fit(small, small_split, run, "--epochs", 1).exit_code == 0
    before = (run / "checkpoints/last.pt").read_bytes()

    def spoiled(loss: Loss, logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
        found = original(loss, logits, truth)
        return found * bad if next(calls) == 2 else found

    monkeypatch.setattr(Loss, "of", spoiled)
    result = fit(small, small_split, run, "--resume")
    assert result.exit_code == 65
    assert result.stderr.splitlines()[-1] == (
        "error: the loss of epoch 2 is not a number at learning rate 0.001; expected a lower --lr; "
        "the run keeps epoch 1"
    )
    assert next(calls) == 3
    assert (run / "checkpoints/last.pt").read_bytes() == before


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
