"""Memory of the parent does not grow with the files it meets, and a survey costs little more."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.many_files import peak_mb, write_many
from bench.record import NOTHING_ACCEPTED

BASE_MB = 250
BYTES_A_FILE = 400


@pytest.mark.torture
def test_memory_grows_by_under_400_bytes_a_file(tmp_path: Path) -> None:
    few, many = 20_000, 200_000
    small, large = peak_mb(tmp_path / "few", few), peak_mb(tmp_path / "many", many)
    print(f"\n{few} files {small:.0f} MB, {many} files {large:.0f} MB")
    assert (large - small) * 1e6 / (many - few) < BYTES_A_FILE
    assert large * 1e6 < BASE_MB * 1e6 + BYTES_A_FILE * many


def stages_s(*arguments: str | Path, status: int = 0) -> dict[str, float]:
    """Run `hnp-etl`, which ends with ``status``; return the wall time of each stage."""
    program = Path(sys.executable).parent / "hnp-etl"
    command = [program, *arguments, "--workers", "2", "--json"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == status, done.stderr
    return {stage["name"]: float(stage["wall_s"]) for stage in json.loads(done.stdout)["stages"]}


@pytest.mark.torture
def test_a_survey_costs_at_most_a_fifth_more_than_the_stages_of_a_build(tmp_path: Path) -> None:
    src = tmp_path / "src"
    write_many(src, 20_000)
    build_s, survey_s = [], []
    for turn in range(3):
        out = tmp_path / f"out{turn}"
        stages = stages_s("build-manifest", src, "--out", out, status=NOTHING_ACCEPTED)
        build_s.append(sum(stages[name] for name in ("walk", "read", "pair")))
        survey_s.append(sum(stages_s("survey", src).values()))
    print(f"\nbuild {min(build_s):.2f} s, survey {min(survey_s):.2f} s")
    assert min(survey_s) < 1.2 * min(build_s)
