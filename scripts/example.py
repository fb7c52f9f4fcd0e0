"""Makes data_manifest.example.parquet and splits/example-*.csv from a small phantom.

The key is published here, so these ids are no secret; never use it for people.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DEMO_KEY = b"published demo key, for phantoms only, never for people"
PATIENTS, SEED = 24, 7
SPLITS = {
    "example-stratified.csv": [],
    "example-slice.csv": ["--unit", "slice"],
    "example-kfold.csv": ["--scheme", "kfold"],
    "example-hospital.csv": ["--scheme", "hospital-out"],
}


def make(target: Path) -> None:
    """Write the example files below ``target``."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        key, data = work / "key", work / "data"
        key.write_bytes(DEMO_KEY)
        key.chmod(0o600)
        _run("hnp-etl", "phantom", work / "phantom", "--patients", PATIENTS, "--seed", SEED)
        _run("hnp-etl", "build-manifest", work / "phantom", "--out", data, "--key-file", key)
        (target / "splits").mkdir(exist_ok=True)
        shutil.copyfile(data / "manifest.parquet", target / "data_manifest.example.parquet")
        for file, options in SPLITS.items():
            _run("hnp-train", "split", data, "-o", target / "splits" / file, "--force", *options)


def _run(program: str, *arguments: object) -> None:
    command = [str(Path(sys.executable).parent / program), *map(str, arguments)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    make(ROOT)
