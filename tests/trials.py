"""Commands of both programs that are stopped at any moment, and what a stop has to look like."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

BIN = Path(sys.executable).parent
ENDS = (0, 3, 75, -signal.SIGINT, -signal.SIGTERM)
"""Done, done with a gate that failed, stopped, or ended by the system before a line of ours ran."""
STILL_S = 60.0


@dataclass(frozen=True)
class Material:
    """What commands work on: a phantom, its data set, a split and a run; all in one folder."""

    folder: Path

    @property
    def commands(self) -> dict[str, tuple[object, ...]]:
        """Name -> program and arguments; ``{}`` stands for a new name below the folder."""
        src, out, split = (self.folder / name for name in ("src", "out", "split.csv"))
        run, image = self.folder / "run", next((self.folder / "src").rglob("*.dcm"))
        fit = ("--split", split, "--model", "compact", "--epochs", 2, "--batch-size", 16)
        return {
            "build": ("hnp-etl", "build-manifest", src, "--out", "{}", "--workers", 1),
            "build with workers": ("hnp-etl", "build-manifest", src, "--out", "{}", "--workers", 2),
            "survey": ("hnp-etl", "survey", src, "--workers", 1),
            "survey with workers": ("hnp-etl", "survey", src, "--workers", 2),
            "explain": ("hnp-etl", "explain", image, "--src", src),
            "check": ("hnp-etl", "check", out, "--deep"),
            "diff": ("hnp-etl", "diff", out, out),
            "doctor": ("hnp-etl", "doctor", "--out", self.folder / "work"),
            "report": ("hnp-etl", "report", out, "-o", "{}.html"),
            "contact-sheet": ("hnp-etl", "contact-sheet", out, "-o", "{}"),
            "link": ("hnp-etl", "link", out, "--all"),
            "merge": ("hnp-etl", "merge", out, self.folder / "other", "--out", "{}"),
            "phantom": ("hnp-etl", "phantom", "{}", "--patients", 4, "--matrix", 96),
            "recipes": ("hnp-etl", "recipes"),
            "selftest": ("hnp-etl", "selftest", "--work", self.folder / "work"),
            "help": ("hnp-etl", "--help"),
            "as a module": ("python", "-m", "hnp_etl", "recipes"),
            "split": ("hnp-train", "split", out, "-o", "{}"),
            "fit": ("hnp-train", "fit", out, *fit, "--out", "{}"),
            "evaluate": ("hnp-train", "evaluate", run, out, "--split", split),
            "predict": ("hnp-train", "predict", run, out, "-o", "{}.parquet"),
            "plan": ("hnp-train", "plan", out, "--auc", 0.8, "--width", 0.2),
            "audit": ("hnp-train", "audit", out, "--split", split),
            "compare": ("hnp-train", "compare", run, run),
        }


def prepare(folder: Path, patients: int) -> Material:
    """Return what the commands work on, made by them."""
    (folder / "work").mkdir()
    src, split = folder / "src", folder / "split.csv"
    judged = (folder / "out", "--split", split)
    for arguments in (
        ("hnp-etl", "phantom", src, "--patients", patients, "--matrix", 96),
        ("hnp-etl", "phantom", folder / "src2", "--patients", 3, "--matrix", 96, "--seed", 9),
        ("hnp-etl", "build-manifest", src, "--out", folder / "out", "--workers", 1),
        ("hnp-etl", "build-manifest", folder / "src2", "--out", folder / "other", "--workers", 1),
        ("hnp-train", "split", folder / "out", "-o", split, "--seed", 1),
        ("hnp-train", "fit", *judged, "--out", folder / "run", "--model", "compact", "--epochs", 1),
        ("hnp-train", "evaluate", folder / "run", *judged),
    ):
        done = subprocess.run(_line(arguments), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    return Material(folder)


def stop(
    arguments: tuple[object, ...], place: Path, delay_s: float, number: int, *, group: bool
) -> tuple[int, str]:
    """Start a command, stop it after a while, and return how it ended and what it told.

    Args:
        arguments: program and arguments.
        place: what it may write to.
        delay_s: how long it is left alone.
        number: of the signal.
        group: send it to all its processes, as a terminal does.
    """
    line = [text.replace("{}", str(place)) for text in _line(arguments)]
    process = subprocess.Popen(
        line, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    time.sleep(delay_s)
    with suppress(ProcessLookupError):
        (os.killpg if group else os.kill)(process.pid, number)
    _, told = process.communicate(timeout=STILL_S)
    return process.returncode, told


def wrong_with(code: int, told: str) -> Iterator[str]:
    """Yield what a user would complain of."""
    lines = [line for line in told.splitlines() if line.startswith("error: ")]
    if "Traceback" in told or "Fatal Python" in told or "Exception ignored" in told:
        yield "a traceback"
    if code not in ENDS:
        yield f"exit code {code}"
    if code == 75 and (len(lines) != 1 or not lines[0].startswith("error: stopped by SIG")):
        yield "no line, or more than one"
    if "FAILED" in told:
        yield "a stop told as a failure"


def _line(arguments: tuple[object, ...]) -> list[str]:
    return [str(BIN / str(arguments[0])), *map(str, arguments[1:])]
