"""Trees of very many files that hold no pixels, and the memory of a build that meets them."""

import json
import os
import subprocess
import sys
from pathlib import Path

from bench.record import NOTHING_ACCEPTED
from bench.tree import MAKERS, SERIES, header_bytes, label_text

LINKS = 60_000  # file systems allow about 65,000 names for one file
FILES_A_FOLDER = 1_000
_SAGITTAL = SERIES[1]


def write_many(root: Path, files: int) -> None:
    """Write so many files, half images that are filtered by their header, half labels."""
    image = header_bytes(MAKERS[1], _SAGITTAL, (0, 0, 0), 512)
    contents = {"dcm": image, "json": label_text(0, None).encode()}
    folder, originals = root, {}
    for number in range(files // 2):
        if number % FILES_A_FOLDER == 0:
            folder = root / "H01" / "C004" / f"{number:07d}"
            folder.mkdir(parents=True)
        for suffix, content in contents.items():
            path = folder / f"{number:07d}.{suffix}"
            if number % LINKS == 0:
                path.write_bytes(content)
                originals[suffix] = path
            else:
                os.link(originals[suffix], path)


class UnexpectedBuildError(Exception):
    """A build made something else of the tree than it should."""


def peak_mb(folder: Path, files: int) -> float:
    """Build a tree of so many files; return the peak memory of the parent, 10^6 bytes.

    Raises:
        UnexpectedBuildError: not every file was met as it should be.
    """
    write_many(folder / "src", files)
    program = Path(sys.executable).parent / "hnp-etl"
    command: list[str | Path] = [program, "build-manifest", folder / "src", "--out", folder / "out"]
    command += ["--workers", "2", "--json"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != NOTHING_ACCEPTED:
        raise UnexpectedBuildError(f"exit code {done.returncode}")
    summary = json.loads(done.stdout)
    if summary["states"] != {"filtered": files // 2, "used": files // 2}:
        raise UnexpectedBuildError(f"found {summary['states']} of {files} files")
    return max(float(stage["peak_mb"]) for stage in summary["stages"])
