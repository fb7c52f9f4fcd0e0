"""What is measured, and what came out: plain records."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Literal

Bound = Literal["faster", "cost", "value"]
"""`faster`: theirs / ours, at least; `cost`: ours / theirs, at most; `value`: ours, at most."""

Environment = Literal["project", "loaders", "headers"]
"""Which virtual environment a program runs in; all but `project` are the peers'."""

NOTHING_ACCEPTED = 3
"""How a build ends that takes no slice; it did its work all the same."""

Verdict = Literal["met", "missed", "no peer", "not run"]


@dataclass(frozen=True, slots=True)
class Run:
    """One whole process.

    Attributes:
        sides: what it measures: itself, by the clock, or what it prints.
        arguments: after the interpreter, or after the program where that is no Python file.
        prints: the last line of its output is JSON, `{"seconds": {side: [number, ...]}}`, with
            seconds by unit of work; otherwise the process is timed from start to end.
        once: runs a single time and goes round by itself; `{repeats}` is filled in.
        before: makes the disk ready; not timed.
        status: exit code of a run that did its work.
    """

    sides: tuple[str, ...]
    arguments: tuple[str | Path, ...]
    environment: Environment = "project"
    prints: bool = False
    once: bool = False
    before: Callable[[], None] | None = None
    status: int = 0


@dataclass(frozen=True, slots=True)
class Contest:
    """Runs that are measured interleaved, and what they need.

    Attributes:
        prepare: makes the inputs; not timed.
        profile: a run of ours in one process, looked into when a row misses.
        check: raises when the sides did not come to the same result.
    """

    name: str
    runs: tuple[Run, ...]
    prepare: Callable[[], None] | None = None
    profile: Run | None = None
    check: Callable[[], None] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        theirs: sides compared with; the best of them counts. Empty for `value`.
        units: how much work a second of a side stands for; 0 where seconds are shown as they are.
        unit: what is shown.
        limit: what bounds this physically.
    """

    name: str
    contest: str
    ours: str
    theirs: tuple[str, ...]
    bound: Bound
    target: float
    limit: str
    unit: str = "s"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a contest gave.

    Attributes:
        seconds: side -> one number a repeat.
        missing: side -> why it did not run.
        detail: side -> the JSON of its last run, where it printed some.
        profile: lines that say where our time goes; empty unless a row missed.
    """

    contest: str
    sizes: Mapping[str, float]
    seconds: Mapping[str, tuple[float, ...]]
    missing: Mapping[str, str]
    detail: Mapping[str, Any]
    profile: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """A row with its figures: medians, least and most."""

    row: Row
    verdict: Verdict
    best: str
    ours: tuple[float, float, float] | None
    theirs: tuple[float, float, float] | None
    ratio: tuple[float, float, float] | None
    repeats: int


def judge(row: Row, outcome: Outcome | None) -> Judged:
    """Return how a row did."""
    seconds = dict(outcome.seconds) if outcome else {}
    mine = seconds.get(row.ours, ())
    found = {side: seconds[side] for side in row.theirs if seconds.get(side)}
    if not mine:
        return Judged(row, "not run", "", None, None, None, 0)
    if row.bound == "value":
        met = median(mine) <= row.target
        return Judged(row, _word(met=met), "", spread(mine), None, spread(mine), len(mine))
    if not found:
        return Judged(row, "no peer", "", spread(mine), None, None, len(mine))
    best = min(found, key=lambda side: median(found[side]))
    pairs = list(zip(mine, found[best], strict=False))
    ratio = spread([them / us if row.bound == "faster" else us / them for us, them in pairs])
    met = ratio[0] >= row.target if row.bound == "faster" else ratio[0] <= row.target
    return Judged(row, _word(met=met), best, spread(mine), spread(found[best]), ratio, len(pairs))


def spread(numbers: "tuple[float, ...] | list[float]") -> tuple[float, float, float]:
    """Return median, least and most."""
    return median(numbers), min(numbers), max(numbers)


def _word(*, met: bool) -> Verdict:
    return "met" if met else "missed"
