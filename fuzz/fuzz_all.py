"""Fuzzes every target in turn and prints what was run; exit 1 when an undeclared error escaped.

Run as ``make fuzz``. What escapes is left in ``fuzz/found/``: fix it, then move the file to
``tests/fuzz/crashers/<target>/``, where `make test` replays it for ever.
"""

import argparse
import importlib.util
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from fuzz_targets import SENTINEL, TARGETS, Target

HERE = Path(__file__).parent
ENGINE = "fuzz_one.py" if importlib.util.find_spec("atheris") else "fuzz_plain.py"
FOUND = HERE / "found"
SHARES = {"header": 3, "difference": 3, "label": 3, "recipe": 2}
"""Parts of the time; 1 for the others."""

SECONDS_AN_INPUT, MEGABYTES = 10, 2048
_RUNS = re.compile(r"stat::number_of_executed_units:\s*(\d+)")


@dataclass(frozen=True, slots=True)
class Result:
    """What one target went through."""

    name: str
    runs: int
    seconds: float
    failed: bool


def fuzz(target: Target, seconds: int) -> Result:
    """Fuzz one target for so many seconds, or until something escapes."""
    found = FOUND / target.name
    found.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hnp-fuzz-") as corpus:
        for number, seed in enumerate(target.seeds()):
            (Path(corpus) / f"{number:04d}").write_bytes(seed)
        done = subprocess.run(
            [
                *(sys.executable, str(HERE / ENGINE), target.name, corpus),
                *(f"-max_total_time={seconds}", f"-artifact_prefix={found}/", "-max_len=16384"),
                *(f"-timeout={SECONDS_AN_INPUT}", f"-rss_limit_mb={MEGABYTES}", "-seed=1"),
                "-print_final_stats=1",
            ],
            stdout=subprocess.PIPE,  # where atheris puts tracebacks
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
    runs = _RUNS.search(done.stdout)
    if done.returncode:
        sys.stderr.write(done.stdout[-3000:] if target is not SENTINEL else "")
    elapsed = time.monotonic() - started
    return Result(target.name, int(runs[1]) if runs else 0, elapsed, done.returncode != 0)


def main() -> int:
    """Return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=600, help="for all targets together")
    parser.add_argument("--runs", type=int, default=0, help="fail after fewer in all")
    options = parser.parse_args()
    seconds = options.seconds
    if ENGINE == "fuzz_plain.py":
        sys.stderr.write("no atheris for this Python: seeds are damaged without coverage\n")
    if not fuzz(SENTINEL, max(seconds // 20, 10)).failed:
        sys.stderr.write("the harness did not find the planted bug, so it proves nothing\n")
        return 1
    unit = seconds / sum(SHARES.get(target.name, 1) for target in TARGETS)
    results = []
    for target in TARGETS:
        result = fuzz(target, round(unit * SHARES.get(target.name, 1)))
        results.append(result)
        state = "ESCAPED" if result.failed else "ok"
        print(
            f"{result.name:<14}{result.runs:>12,} runs{result.seconds:>8.0f} s  {state}", flush=True
        )
    runs = sum(each.runs for each in results)
    print(f"{'all':<14}{runs:>12,} runs")
    if runs < options.runs:
        sys.stderr.write(f"found {runs} runs, expected at least {options.runs}\n")
    return int(any(each.failed for each in results) or runs < options.runs)


if __name__ == "__main__":
    sys.exit(main())
