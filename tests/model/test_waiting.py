"""Nothing in the place of a file makes a command wait."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HNP_TRAIN = "from hnp_model.cli import main; main()"
WAITS_S = 30


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("config.json", "predict"),
        ("config.json", "fit"),
        ("model.safetensors", "predict"),
        ("model.safetensors", "compare"),
        ("metrics.json", "compare"),
        ("predictions.parquet", "compare"),
        ("checkpoints/seen.csv", "evaluate"),
        ("checkpoints/last.pt", "fit"),
        ("split.csv", "evaluate"),
        ("split.csv", "audit"),
        ("dataset.json", "evaluate"),
    ],
)
def test_a_fifo_in_the_place_of_a_file_ends_in_65(
    run: Path, dataset: Path, split_file: Path, tmp_path: Path, name: str, command: str
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
    }[command]
    if command in {"predict", "evaluate"} and name == "split.csv":
        arguments = ("evaluate", own, data, "--split", split)
    done = subprocess.run(
        [sys.executable, "-c", HNP_TRAIN, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=WAITS_S,
    )
    assert done.returncode in (65, 73), done.stderr
    assert "Traceback" not in done.stderr
