"""Fuzzes one target without coverage, where there is no atheris: damaged seeds, by fixed dice.

Takes the options of libFuzzer that `fuzz_all` gives and prints the runs as it does.
"""

import argparse
import random
import resource
import signal
import sys
import time
import traceback
from pathlib import Path
from types import FrameType
from typing import NoReturn

from fuzz_damage import damage_bytes
from fuzz_targets import Target, feed, target_of

_MEGABYTE = 2**20
_MOST_FAULTS = 4


def damaged(target: Target, seeds: list[bytes], dice: random.Random) -> bytes:
    """Return one of the seeds with some faults."""
    content = dice.choice(seeds)
    for _ in range(dice.randint(1, _MOST_FAULTS)):
        sensitive = target.mutate if dice.random() < 0.7 else None
        content = (sensitive or damage_bytes)(content, dice)
    return content


def fuzz_plainly(target: Target, seeds: list[bytes], seconds: float, input_s: int) -> int:
    """Fuzz until the time is over and return the runs.

    Raises:
        Escaped: a reader raised what it does not declare, or took more than ``input_s``.
    """
    dice, until, runs = random.Random(1), time.monotonic() + seconds, 0
    signal.signal(signal.SIGALRM, _too_slow)
    while time.monotonic() < until:
        content = damaged(target, seeds, dice)
        signal.alarm(input_s)
        runs += 1
        try:
            feed(target, content)
        except Exception as error:
            raise Escaped(content, runs) from error
        finally:
            signal.alarm(0)
    return runs


class Escaped(Exception):  # noqa: N818  # what happened, not a fault of the harness
    """Something came out that was not declared."""

    def __init__(self, content: bytes, runs: int) -> None:
        super().__init__(content, runs)
        self.content = content
        self.runs = runs


def main() -> int:
    """Return the exit code: 1 when something escaped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("corpus", type=Path)
    parser.add_argument("-max_total_time", type=int, required=True)
    parser.add_argument("-artifact_prefix", required=True)
    parser.add_argument("-timeout", type=int, required=True)
    parser.add_argument("-rss_limit_mb", type=int, required=True)
    options, _ = parser.parse_known_args()
    most = options.rss_limit_mb * _MEGABYTE
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    target = target_of(options.name)
    seeds = [path.read_bytes() for path in sorted(options.corpus.iterdir())]
    try:
        runs = fuzz_plainly(target, seeds, options.max_total_time, options.timeout)
    except Escaped as error:
        Path(f"{options.artifact_prefix}crash-plain").write_bytes(error.content)
        traceback.print_exception(error.__cause__)
        runs = -error.runs
    sys.stderr.write(f"stat::number_of_executed_units: {abs(runs)}\n")
    return int(runs < 0)


def _too_slow(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise TimeoutError("one input took too long")


if __name__ == "__main__":
    sys.exit(main())
