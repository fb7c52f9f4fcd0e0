"""TensorBoard reads the history of a fit, and learns nothing of the machine."""

import socket
from pathlib import Path

import pandas as pd
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from model.conftest import invoke_fit


def test_tensorboard_reads_what_history_says(
    small: Path, small_split: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    result = invoke_fit(small, small_split, run, "--tensorboard")
    assert result.exit_code == 0, result.output
    (events,) = run.glob("events*")
    assert socket.gethostname().encode() not in events.read_bytes()
    read = EventAccumulator(str(run))
    read.Reload()
    history = pd.read_csv(run / "history.csv")
    for name in read.Tags()["scalars"]:
        found = [(event.step, event.value) for event in read.Scalars(name)]
        assert found == [
            (step, pytest.approx(value, nan_ok=True))
            for step, value in zip(history["epoch"], history[name], strict=True)
        ]
    assert {"train_loss", "val_auc_level"} <= set(read.Tags()["scalars"])


def test_a_resumed_fit_leaves_the_same_events(
    small: Path, small_split: Path, tmp_path: Path
) -> None:
    through, resumed = tmp_path / "through", tmp_path / "resumed"
    assert invoke_fit(small, small_split, through, "--tensorboard").exit_code == 0
    first = invoke_fit(small, small_split, resumed, "--tensorboard", "--epochs", 1)
    assert first.exit_code == 0
    again = invoke_fit(small, small_split, resumed, "--tensorboard", "--resume")
    assert again.exit_code == 0, again.output
    name = "events.out.tfevents.0"
    assert (through / name).read_bytes() == (resumed / name).read_bytes()
