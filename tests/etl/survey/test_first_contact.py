"""The page about first contact shows what the commands on it print."""

import os
import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parents[3] / "docs" / "first-contact.md"
DATA_SET_ID = re.compile(r"data set [0-9a-f]{16}")  # last bits of pixels differ by processor


def runs_on(page: str) -> list[tuple[str, str]]:
    """Return each command of a page and what it shows below it."""
    blocks = re.findall(r"```\n(.*?)\n```", page, re.DOTALL)
    parts = [part for block in blocks for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
    return [(command, shown.strip()) for command, _, shown in (p.partition("\n") for p in parts)]


def test_every_block_is_what_its_command_prints(tmp_path: Path) -> None:
    runs = runs_on(PAGE.read_text("utf-8"))
    assert [command.split()[1] for command, _ in runs if "hnp-etl" in command] == [
        *("phantom", "survey", "build-manifest", "check")
    ]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for command, shown in runs:
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=tmp_path,
            env={**os.environ, "PATH": path},
            check=True,
            capture_output=True,
            text=True,
        )
        found = done.stdout.replace(f"{tmp_path}/", "").strip()
        assert DATA_SET_ID.sub("data set", found) == DATA_SET_ID.sub("data set", shown), command
