"""The claims of scripts/gpu.py hold on the CPU, where only its steps can be tried."""

import os
import re
import subprocess
import sys
from pathlib import Path

import gpu
import pytest
import torch

SCRIPT = Path(gpu.__file__)


def test_the_steps_of_the_gpu_script_run_on_the_cpu() -> None:
    """As on a machine where nothing of ours is installed but lies on the path."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, str(SCRIPT), "--cpu"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    told = done.stdout.splitlines()
    assert len(told) == 6
    assert [line.endswith("0.0e+00: as the CPU") for line in told[1:3]] == [True, True]
    for line in told[4:]:
        _, bare, whole, loader, waits, memory = (cell.strip() for cell in line.split("|"))
        assert min(float(bare), float(whole), float(loader)) > 0
        share = re.match(r"([\d.]+)%", waits)
        assert share is not None
        assert 0 < float(share[1]) < 100
        assert memory == "0.00"


def test_without_a_gpu_it_says_so_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["gpu.py"])
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(SystemExit, match="^found no CUDA device, expected one; --cpu tries"):
        gpu.main()
