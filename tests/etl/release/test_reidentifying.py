"""What a stranger with OUT and a list of patients can tell, measured on a phantom."""

import subprocess
import sys
from pathlib import Path

import pytest

from etl.release.reidentifying import measure

PATIENTS = 300
MOST_BY_CHANCE = 4 / (PATIENTS - 1) ** 0.5
"""Correlation of ranks in an order by chance: four deviations."""


@pytest.mark.torture
def test_ids_and_shards_are_in_no_order_of_the_sources(tmp_path: Path) -> None:
    program = Path(sys.executable).parent / "hnp-etl"
    made = ["phantom", "src", "--patients", PATIENTS, "--seed", 5, "--matrix", 48]
    for arguments in (made, ["build-manifest", "src", "--out", "out"]):
        subprocess.run([program, *map(str, arguments)], cwd=tmp_path, check=True)
    found = measure(tmp_path / "out", tmp_path / "out.private")
    assert found.patients > PATIENTS * 0.9
    assert max(found.order, found.shards) < MOST_BY_CHANCE
    assert found.shared_pictures == 0
