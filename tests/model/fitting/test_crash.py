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
from dataclasses import dataclass
from pathlib import Path

import pytest

from failing import ERRORS, disk_fails
from hnp_shared.splits import Split, read_split, write_split
from hnp_shared.storage import TEMPORARY_PREFIX
from model.conftest import invoke, invoke_fit

HNP_TRAIN = "from hnp_model.cli import main; main()"
ONE_EPOCH = ("--epochs", 1)

EVALUATIONS = "evaluations"


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


@pytest.fixture(scope="module")
def honest(
    small: Path, small_split: Path, calm: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The calm fit, evaluated on its own split."""
    run = tmp_path_factory.mktemp("honest") / "run"
    shutil.copytree(calm, run)
    assert invoke("evaluate", run, small, "--split", small_split).exit_code == 0
    return run


@pytest.fixture(scope="module")
def leaky_split(small_split: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same split with train and test exchanged."""
    split, path = read_split(small_split), tmp_path_factory.mktemp("leaky") / "leaky.csv"
    turned = {"train": "test", "test": "train"}
    parts = {name: turned.get(part, part) for name, part in split.parts.items()}
    write_split(path, Split("patient", split.facts, parts))
    return path


@pytest.fixture(params=["leaky", "referral"])
def second(
    request: pytest.FixtureRequest, small: Path, small_split: Path, leaky_split: Path
) -> tuple[object, ...]:
    """Flags of another evaluation; of `referral`, predictions and pictures are the same."""
    if request.param == "leaky":
        return (small, "--split", leaky_split, "--allow-leakage")
    return (small, "--split", small_split, "--referral-error", 0.3)


@dataclass(frozen=True)
class Wholes:
    """What may lie in a run after a second evaluation, and what compare says of it."""

    runs: tuple[Path, ...]

    @classmethod
    def of(cls, honest: Path, second: tuple[object, ...], tmp_path: Path) -> "Wholes":
        """Make the second evaluation in a copy, undisturbed."""
        anew = tmp_path / "anew"
        shutil.copytree(honest, anew)
        assert invoke("evaluate", anew, *second).exit_code == 0
        return cls((honest, anew))

    def hold_for(self, run: Path) -> bool:
        """Return whether the run is one of them; compare agrees on it or refuses a mixture."""
        judged, compared = run, invoke("compare", run, run)
        for whole in self.runs:
            if settled(run) == content(whole):
                assert compared.exit_code == 0, compared.stderr
                assert compared.output == invoke("compare", whole, whole).output
                return True
        if (run / EVALUATIONS).exists():  # of another split: the run's own figures are untouched
            own = {name: held for name, held in settled(run).items() if EVALUATIONS not in name}
            assert own == content(self.runs[0])
            assert compared.exit_code == 0, compared.stderr
            (judged,) = (run / EVALUATIONS).iterdir()
            compared = invoke("compare", judged, judged)
        assert compared.exit_code == 65
        assert compared.stderr.count("\n") == 1
        unfinished = judged is not run and not (judged / "metrics.json").exists()
        if not unfinished:
            assert compared.stderr.startswith("error: the first run's metrics.json is not about ")
            assert compared.stderr.endswith("; evaluate it again\n")
        return False


def settled(run: Path) -> dict[str, bytes]:
    """Return path -> bytes of what has its final name."""
    return {name: held for name, held in content(run).items() if TEMPORARY_PREFIX not in name}


@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.torture)])
def test_an_evaluation_stopped_anywhere_is_never_half_of_two(
    honest: Path, second: tuple[object, ...], tmp_path: Path, every: int
) -> None:
    """With predictions or a card of the second beside figures of the first, nobody would know."""
    wholes, run, refused = Wholes.of(honest, second, tmp_path), tmp_path / "run", 0
    for fails_at in itertools.count(min(2, every), every):
        shutil.copytree(honest, run)
        with disk_fails(fails_at, errno.ENOSPC):
            stopped = invoke("evaluate", run, *second).exit_code
        refused += not wholes.hold_for(run)
        if stopped == 0:
            break
        shutil.rmtree(run)
    assert content(run) == content(wholes.runs[1])
    assert refused >= (10 if "--allow-leakage" in second else 4) // every


DIES = """
import itertools, os, sys
from hnp_shared.storage import Disk

dies_at, counter = int(sys.argv.pop(1)), itertools.count(1)


def dying(real):
    def operation(*arguments):
        if next(counter) == dies_at:
            os._exit(9)
        return real(*arguments)

    return operation


for name in ("write", "fsync", "rename", "unlink", "mkdir"):
    setattr(Disk, name, dying(getattr(Disk, name)))
from hnp_model.cli import main

main()
"""
"""hnp-train in a process that is gone, without any clearing up, before its n-th operation."""


@pytest.mark.parametrize("every", [9, pytest.param(1, marks=pytest.mark.torture)])
def test_an_evaluation_that_dies_is_never_half_of_two_and_is_made_again(
    honest: Path, second: tuple[object, ...], tmp_path: Path, every: int
) -> None:
    wholes, run = Wholes.of(honest, second, tmp_path), tmp_path / "run"
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    for dies_at in itertools.count(6, every) if every > 1 else itertools.count(1):
        shutil.copytree(honest, run)
        command = [sys.executable, "-c", DIES, dies_at, "evaluate", run, *second]
        died = subprocess.run(
            [str(part) for part in command], capture_output=True, check=False, env=environment
        )
        wholes.hold_for(run)
        if died.returncode == 0:
            break
        assert died.returncode == 9, died.stderr
        assert invoke("evaluate", run, *second).exit_code == 0
        assert content(run) == content(wholes.runs[1])  # and nothing in the making
        shutil.rmtree(run)
    assert dies_at > 20


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
