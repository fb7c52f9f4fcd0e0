"""An installation without a package index, from collected wheels."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

pytestmark = pytest.mark.torture


def test_the_wheelhouse_installs_and_builds_without_an_index(tmp_path: Path) -> None:
    wheels = tmp_path / "wheels"
    script = str(ROOT / "scripts" / "wheelhouse.py")
    subprocess.run([sys.executable, script, str(wheels), "shared", "etl"], check=True)
    venv.create(tmp_path / "venv", with_pip=True)
    programs = tmp_path / "venv" / "bin"
    alone = {"PATH": os.defpath, "HOME": str(tmp_path), "PIP_CONFIG_FILE": os.devnull}

    def run(*command: object) -> str:
        done = subprocess.run(
            [*map(str, command)],
            env=alone,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    pip = (programs / "python", "-m", "pip", "install", "--no-index", "--find-links", wheels)
    run(*pip, "--constraint", wheels / "constraints.txt", "hnp-etl")
    run(programs / "hnp-etl", "phantom", tmp_path / "src", "--patients", 2)
    run(programs / "hnp-etl", "build-manifest", tmp_path / "src", "--out", tmp_path / "out")
    assert run(programs / "hnp-etl", "check", tmp_path / "out", "--deep").endswith("sound\n")
