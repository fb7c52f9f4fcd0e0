"""Collects every wheel that an installation needs, for a network without a package index.

`python scripts/wheelhouse.py FOLDER shared etl` builds the named distributions of this project,
downloads what they need in the versions of constraints.txt, and lays that file beside them.
"""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONSTRAINTS = ROOT / "constraints.txt"


def collect(folder: Path, distributions: list[str]) -> int:
    """Fill ``folder`` and return pip's exit code."""
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"),
            *("--wheel-dir", str(folder), "--constraint", str(CONSTRAINTS)),
            *(str(ROOT / name) for name in distributions),
        ],
        check=False,
    )
    shutil.copyfile(CONSTRAINTS, folder / CONSTRAINTS.name)
    return done.returncode


if __name__ == "__main__":
    sys.exit(collect(Path(sys.argv[1]), sys.argv[2:]))
