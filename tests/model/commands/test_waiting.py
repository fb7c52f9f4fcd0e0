"""Nothing in the place of a file makes a command wait."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HNP_TRAIN = "from hnp_model.cli import main; main()"
WAITS_S = 30
PROGRESS = ("predicting ", "training")


@pytest.mark.parametrize(
    ("name", "command", "exit_code"),
    [
        ("config.json", "predict", 65),
        ("config.json", "compare", 65),
        ("config.json", "fit", 73),  # a folder with such a thing is no run to go on with
        ("model.safetensors", "predict", 65),
        ("model.safetensors", "compare", 65),
        ("metrics.json", "compare", 65),
        ("predictions.parquet", "compare", 65),
        ("card.md", "compare", 65),
        ("referral.csv", "evaluate", 65),
        ("val-discs.csv", "predict", 65),
        ("checkpoints/seen.csv", "evaluate", 65),
        ("checkpoints/last.pt", "fit", 65),
        ("checkpoints/val.npy", "fit", 65),
        ("calibration.json", "evaluate", 65),
        ("split.csv", "evaluate", 65),
        ("split.csv", "audit", 65),
        ("split.csv", "fit", 65),
        ("split.csv", "earlier", 65),
        ("split.csv", "split", 73),
        ("dataset.json", "evaluate", 65),
    ],
)
def test_a_fifo_in_the_place_of_a_file_ends_in_one_line(
    run: Path,
    dataset: Path,
    split_file: Path,
    tmp_path: Path,
    name: str,
    command: str,
    exit_code: int,
) -> None:
    own, data, split = tmp_path / "run", tmp_path / "data", tmp_path / "split.csv"
    shutil.copytree(run, own)
    shutil.copytree(dataset, data)
    shutil.copy(split_file, split)
    path = {"split.csv": split, "dataset.json": data / name}.get(name, own / name)
    path.unlink()
    os.mkfifo(path)
    fit = ("--split", split, "--out", own, "--model", "compact", "--epochs", 3, "--batch-size", 16)
    arguments = {
        "predict": ("predict", own, data, "-o", tmp_path / "said.parquet"),
        "evaluate": ("evaluate", own, data, "--split", split),
        "compare": ("compare", run, own),
        "audit": ("audit", data, "--split", split),
        "fit": ("fit", data, *fit, "--resume"),
        "earlier": ("split", data, "-o", tmp_path / "new.csv", "--stable", "--earlier", split),
        "split": ("split", data, "-o", split, "--force"),
    }[command]
    done = subprocess.run(
        [sys.executable, "-c", HNP_TRAIN, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=WAITS_S,
    )
    assert done.returncode == exit_code, done.stderr
    errors = [line for line in done.stderr.splitlines() if not line.startswith(PROGRESS)]
    assert len(errors) == 1, done.stderr
    assert errors[0].startswith("error: ")
