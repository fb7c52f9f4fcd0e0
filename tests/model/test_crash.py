"""Claims about failing disks and killed fits: a run folder is never half a run."""

import errno
import itertools
import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from failing import ERRORS, disk_fails
from hnp_shared.splits import Split, read_split, write_split
from model.conftest import invoke, invoke_fit

HNP_TRAIN = "from hnp_model.cli import main; main()"
ONE_EPOCH = ("--epochs", 1)


def content(folder: Path) -> dict[str, bytes]:
    """Return path -> bytes of every file of a run, the checkpoint too."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def calm(small: Path, small_split: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fit of one epoch that nothing disturbed."""
    run = tmp_path_factory.mktemp("calm") / "run"
    assert invoke_fit(small, small_split, run, *ONE_EPOCH).exit_code == 0
    return run


@pytest.mark.parametrize("error", ERRORS, ids=errno.errorcode.get)
def test_a_fit_on_a_disk_that_fails_anywhere_is_74_and_resumed(
    small: Path, small_split: Path, calm: Path, tmp_path: Path, error: int
) -> None:
    cause = f"{os.strerror(error)} ({errno.errorcode[error]})"
    for fails_at in itertools.count(1, 4):
        run = tmp_path / str(fails_at)
        with disk_fails(fails_at, error):
            result = invoke_fit(small, small_split, run, *ONE_EPOCH)
        if result.exit_code == 0:
            break
        assert result.exit_code == 74
        told = result.stderr.splitlines()[-1]
        assert told.startswith("error: ")
        assert told.endswith(f": {cause}")
        assert "secret" not in told
        again = invoke_fit(small, small_split, run, *ONE_EPOCH, "--resume")
        assert again.exit_code == 0, again.stderr
        assert content(run) == content(calm)
    assert fails_at > 20


def test_an_evaluation_stopped_anywhere_is_never_half_of_two(
    small: Path, small_split: Path, calm: Path, tmp_path: Path
) -> None:
    """The second evaluation leaks; with its predictions under the first's figures nobody knew."""
    honest, run, leaky = tmp_path / "honest", tmp_path / "run", tmp_path / "leaky.csv"
    shutil.copytree(calm, honest)
    assert invoke("evaluate", honest, small, "--split", small_split).exit_code == 0
    split = read_split(small_split)
    turned = {"train": "test", "test": "train"}
    parts = {name: turned.get(part, part) for name, part in split.parts.items()}
    write_split(leaky, Split("patient", split.facts, parts))
    names, refused = ("predictions.parquet", "metrics.json"), 0
    shutil.copytree(honest, tmp_path / "whole")
    again = ("--split", leaky, "--allow-leakage")
    assert invoke("evaluate", tmp_path / "whole", small, *again).exit_code == 0
    wholes = [
        [(folder / name).read_bytes() for name in names] for folder in (honest, tmp_path / "whole")
    ]
    for fails_at in itertools.count(1):
        shutil.copytree(honest, run)
        with disk_fails(fails_at, errno.ENOSPC):
            result = invoke("evaluate", run, small, *again)
        if result.exit_code == 0:
            break
        found = [(run / name).read_bytes() for name in names]
        compared = invoke("compare", run, run)
        if found not in wholes:
            assert compared.exit_code == 65
            assert "evaluate it again" in compared.stderr
            refused += 1
        shutil.rmtree(run)
    assert refused >= 10
    assert "leak" in invoke("compare", run, run).stderr


def test_an_evaluation_on_a_full_disk_leaves_the_old_figures_or_the_new(
    small: Path, small_split: Path, calm: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    shutil.copytree(calm, run)
    arguments = ("evaluate", run, small, "--split", small_split)
    assert invoke(*arguments).exit_code == 0
    whole = content(run)
    for fails_at in itertools.count(1, 6):
        with disk_fails(fails_at, errno.ENOSPC):
            result = invoke(*arguments)
        assert content(run) == whole  # the same figures, and nothing in the making
        if result.exit_code == 0:
            break
        assert result.exit_code == 74
        assert result.stderr.endswith(": No space left on device (ENOSPC)\n")
    assert fails_at > 12
    json.loads((run / "metrics.json").read_text())


def test_predictions_and_splits_on_a_full_disk_leave_nothing(
    small: Path, calm: Path, tmp_path: Path
) -> None:
    for target, arguments in (
        ("p.parquet", ("predict", calm, small, "-o", tmp_path / "p.parquet")),
        ("s.csv", ("split", small, "-o", tmp_path / "s.csv")),
    ):
        with disk_fails(1, errno.ENOSPC):
            result = invoke(*arguments)
        assert (result.exit_code, result.stderr.splitlines()[-1].count(":")) == (74, 2), target
        assert list(tmp_path.iterdir()) == []


def fit_command(small: Path, split: Path, run: Path, epochs: int) -> list[str]:
    command = [sys.executable, "-c", HNP_TRAIN, "fit", small, "--split", split, "--out", run]
    options = ["--model", "compact", "--epochs", epochs, "--batch-size", 16, "--resume"]
    return [str(part) for part in (*command, *options)]


@pytest.mark.parametrize("kills", [2, pytest.param(60, marks=pytest.mark.torture)])
def test_a_fit_killed_at_random_moments_ends_in_the_same_bytes(
    small: Path, small_split: Path, tmp_path: Path, kills: int
) -> None:
    """Each kill comes at a random moment after the first sign of a run, or after the last one."""
    dice, hurt, calm = random.Random(kills), tmp_path / "hurt", tmp_path / "calm"
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    epochs = 10 * kills
    for _ in range(kills):
        before = _last_epoch(hurt)
        fit = subprocess.Popen(
            fit_command(small, small_split, hurt, epochs),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        while fit.poll() is None and _last_epoch(hurt) <= before:
            time.sleep(0.002)
        time.sleep(dice.random() * 0.05)
        fit.kill()
        fit.wait()
    for run in (hurt, calm):
        command = fit_command(small, small_split, run, epochs)
        subprocess.run(command, check=True, capture_output=True, env=environment)
    assert content(hurt) == content(calm)


def _last_epoch(run: Path) -> int:
    try:
        return (run / "history.csv").stat().st_mtime_ns
    except FileNotFoundError:
        return 0
