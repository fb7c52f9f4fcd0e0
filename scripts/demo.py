"""The main job on a phantom, as a user would type it: from hospital folders to a metrics table."""

import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

from example import DEMO_KEY

PATIENTS = 240
ILL = 0.5
"""Share of the ill: near a half, so that figures by patient and of hospitals are known."""
MATRIX = 192
RATIOS = "1:1:2"
"""Half of the patients judge, more than usual: each hospital needs 10 of either class."""
EPOCHS = 10


def commands(folder: Path) -> list[str]:
    """Return the command lines, in order."""
    data, split, run = folder / "data", folder / "split.csv", folder / "run"
    key = f"--key-file {folder / 'key'}"
    people = f"--patients {PATIENTS} --ill-patients {ILL} --matrix {MATRIX} --seed 1"
    return [
        f"hnp-etl phantom {folder / 'hospitals'} {people}",
        f"hnp-etl build-manifest {folder / 'hospitals'} --out {data} {key}",
        f"hnp-etl check {data}",
        f"hnp-etl report {data} -o {folder / 'report.html'}",
        f"hnp-train split {data} -o {split} --ratios {RATIOS}",
        f"hnp-train fit {data} --split {split} --out {run} --model compact --epochs {EPOCHS}",
        f"hnp-train evaluate {run} {data} --split {split}",
        f"hnp-train report {run} -o {folder / 'model.html'}",
    ]


def main(folder: Path) -> None:
    """Run the demo in ``folder``, which is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    key_file = folder / "key"
    key_file.write_bytes(DEMO_KEY)  # published, so that the demo comes out alike each time
    key_file.chmod(0o600)
    programs = Path(sys.executable).parent
    started = time.monotonic()
    for line in commands(folder):
        print(f"\n$ {line}", flush=True)
        program, *arguments = shlex.split(line)
        done = subprocess.run([programs / program, *arguments], check=False)
        if done.returncode:
            sys.exit(done.returncode)
    print(f"\n{time.monotonic() - started:.0f} s. Open next:")
    for name in ("report.html", "model.html", "run/card.md", "data/manifest.parquet"):
        print(f"  {folder / name}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
