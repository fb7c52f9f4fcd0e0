"""Claims about two processes that share a training."""

import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from hnp_model.cli import main
from hnp_model.fitting.several.processes import refuse_alone, refuse_other
from hnp_model.fitting.several.ranks import Ranks
from hnp_model.settings.craft import Craft
from hnp_model.settings.fit import FitSettings
from hnp_shared.errors import InputError
from model.conftest import invoke_fit
from model.fitting.several.two import ends, start_two

FIT = ("-m", "hnp_model", "fit")
FLAGS = ("--model", "compact", "--preset", "strong", "--dropout", 0, "--batch-size", 13)


def test_every_slice_of_a_batch_is_seen_by_one_process() -> None:
    batch = np.array([7, 3, 9, 1, 4])
    shares = [Ranks(rank, 3).share(batch).tolist() for rank in range(3)]
    assert shares == [[7, 3], [9, 1], [4]]
    assert Ranks().share(batch) is batch


def test_gradients_and_norms_of_two_processes_are_those_of_one(tmp_path: Path) -> None:
    """In float64, so that what is left is rounding; a share may be empty."""
    found = tmp_path / "found.pt"
    command = (Path(__file__).with_name("gradients.py"), found)
    assert [(code, err) for code, _, err in ends(start_two(command))] == [(0, ""), (0, "")]
    both = torch.load(found, weights_only=True)
    for shared, alone in zip(both["shared"], both["alone"], strict=True):
        assert shared.keys() == alone.keys()
        for name, value in alone.items():
            assert torch.allclose(shared[name], value, rtol=1e-10, atol=1e-14), name
    assert both["said"] == [1, 2, 2, 3, 3, 3, 4, 4, 4, 4]


def test_two_processes_fit_as_one_does_and_one_of_them_writes(
    small: Path, small_split: Path, tmp_path: Path
) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    flags = (*FLAGS, "--epochs", 2)
    alone = invoke_fit(small, small_split, one, *flags)
    command = (*FIT, small, "--split", small_split, "--out", two, *flags)
    first, second = ends(start_two(command))
    assert (first[0], second) == (0, (0, "", ""))
    assert first[2] == alone.stderr.replace(str(one), str(two))
    assert names(first[1]) == names(alone.stdout)
    histories = [pd.read_csv(run / "history.csv") for run in (one, two)]
    assert np.allclose(histories[0], histories[1], rtol=2e-3)
    assert sorted(file.name for file in two.rglob("*")) == sorted(
        file.name for file in one.rglob("*")
    )


@pytest.mark.parametrize("victim", [0, pytest.param(1, marks=pytest.mark.torture)])
def test_when_one_process_is_killed_the_other_ends_in_a_line_and_one_alone_goes_on(
    small: Path, small_split: Path, tmp_path: Path, victim: int
) -> None:
    run = tmp_path / "run"
    flags = (*FLAGS, "--schedule", "constant", "--patience", 0, "--epochs")
    both = start_two((*FIT, small, "--split", small_split, "--out", run, *flags, 300))
    wait_for(run / "history.csv", both)
    both[victim].kill()
    code, out, err = ends(both)[1 - victim]
    assert (code, out) == (75, "")
    assert err == (
        "error: another process of this fit has ended; the same command with --resume goes on\n"
    )
    done = pd.read_csv(run / "history.csv").epoch.max()
    config = run / "config.json"  # a fit goes on for as many epochs or more: here, one more
    config.write_text(config.read_text().replace('"epochs": 300', f'"epochs": {done}'))
    assert invoke_fit(small, small_split, run, *flags, done + 1, "--resume").exit_code == 0
    assert pd.read_csv(run / "history.csv").epoch.tolist() == list(range(1, done + 2))


@pytest.mark.torture
def test_a_stop_of_both_is_75(small: Path, small_split: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    both = start_two((*FIT, small, "--split", small_split, "--out", run, *FLAGS, "--epochs", 300))
    wait_for(run / "history.csv", both)
    for process in both:
        process.send_signal(signal.SIGTERM)
    for code, _, err in ends(both):
        assert code == 75
        assert err.count("\n") <= 1


@pytest.mark.torture
def test_an_error_is_told_by_one_process_and_ends_both(
    small: Path, small_split: Path, tmp_path: Path
) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run/mine.txt").write_text("")
    command = (*FIT, small, "--split", small_split, "--out", tmp_path / "run", *FLAGS)
    (code, _, told), (other, _, _) = ends(start_two(command))
    assert (code, told.count("\n")) == (73, 1)
    assert other in {73, 75}


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (FitSettings(craft=Craft(mixup=0.2)), "found --mixup and several processes"),
        (FitSettings(model="tabular-logistic", inputs="tabular"), "a baseline is fitted by one"),
    ],
)
def test_what_several_cannot_share_is_refused(settings: FitSettings, told: str) -> None:
    with pytest.raises(InputError, match=told):
        refuse_alone(settings)


class First(Ranks):
    """The first of two; the other has other facts."""

    def gather(self, value: Any) -> list[Any]:
        """Return what both have."""
        return [value, b"other"]


def test_processes_with_other_data_are_refused() -> None:
    with pytest.raises(InputError, match="process 1 has another data set, split, flag or version"):
        refuse_other(b"mine", First(0, 2))
    refuse_other(b"mine", Ranks())


def wait_for(path: Path, processes: list[subprocess.Popen[str]]) -> None:
    """Return when a file is there, or nobody will write it any more."""
    while not path.exists() and processes[0].poll() is None:
        time.sleep(0.05)


def test_only_fit_runs_in_several_processes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    line = "error: found several processes, expected one; only fit shares its work\n"
    for rank, told in (("0", line), ("1", "")):
        monkeypatch.setenv("RANK", rank)
        with pytest.raises(SystemExit) as ended:
            main(["evaluate", "a", "b"])
        assert ended.value.code == 2
        assert capsys.readouterr().err == told


def names(table: str) -> list[str]:
    """Return the first word of each line."""
    return [line.split()[0] for line in table.splitlines()]
