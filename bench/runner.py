"""Runs a contest: prepares, then goes round its runs until there are enough repeats."""

import json
import os
import subprocess
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench.peers import ROOT, Interpreter, interpreter
from bench.record import Contest, Outcome, Run

_FAILED_LINES = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """How to measure.

    Attributes:
        results: folder of what was measured so far; one file a contest.
        sizes: of the inputs; what was measured with others is measured anew.
        repeats: rounds of each contest.
        cap_s: no round is begun that would end later than this.
    """

    results: Path
    sizes: Mapping[str, float]
    repeats: int = 5
    cap_s: float = 240.0


@dataclass(slots=True)
class _Measured:
    seconds: dict[str, list[float]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    detail: dict[str, Any] = field(default_factory=dict)


class ProgramError(Exception):
    """A program of a benchmark failed; holds the end of what it said."""


def run_contest(contest: Contest, plan: Plan) -> Outcome:
    """Measure a contest, or go on where an earlier call was stopped."""
    measured = _load(contest, plan)
    done = _rounds(contest, measured)
    if done < plan.repeats and contest.prepare is not None:
        contest.prepare()
    started = last = time.monotonic()
    for number in range(done, plan.repeats):
        now = time.monotonic()
        if number > 0 and now - started + (now - last) > plan.cap_s:
            break
        last = now
        for run in contest.runs:
            if not (run.once and number > 0):
                _measure(run, measured, plan.repeats)
        if number == 0 and contest.check is not None:
            contest.check()
        save_outcome(plan, _outcome(contest, plan, measured))
        print(f"{contest.name}: round {number + 1} of {plan.repeats}", flush=True)
    return _outcome(contest, plan, measured)


def load_outcome(contest: str, plan: Plan) -> Outcome | None:
    """Return what was measured so far, None if nothing was at these sizes."""
    file = plan.results / f"{contest}.json"
    if not file.exists():
        return None
    found = json.loads(file.read_text(encoding="utf-8"))
    if found["sizes"] != dict(plan.sizes):
        return None
    found["seconds"] = {side: tuple(values) for side, values in found["seconds"].items()}
    found["profile"] = tuple(found["profile"])
    return Outcome(**found)


def save_outcome(plan: Plan, outcome: Outcome) -> None:
    """Keep what was measured."""
    plan.results.mkdir(parents=True, exist_ok=True)
    text = json.dumps(asdict(outcome), indent=1, sort_keys=True)
    (plan.results / f"{outcome.contest}.json").write_text(text + "\n", encoding="utf-8")


def _measure(run: Run, measured: _Measured, repeats: int) -> None:
    python = interpreter(run.environment)
    if python.path is None:
        measured.missing.update(dict.fromkeys(run.sides, python.reason))
        return
    if any(side in measured.missing for side in run.sides):
        return
    if run.before is not None:
        run.before()
    os.sync()  # what the last run left unwritten is not this one's to wait for
    try:
        seconds, printed = execute(run, python, repeats)
    except ProgramError as error:
        measured.missing.update(dict.fromkeys(run.sides, f"failed: {error}"))
        return
    told = printed.get("seconds", {}) if run.prints else {run.sides[0]: [seconds]}
    for side in run.sides:
        measured.seconds.setdefault(side, []).extend(told.get(side, []))
        if printed:
            measured.detail[side] = printed


def execute(run: Run, python: Interpreter, repeats: int) -> tuple[float, dict[str, Any]]:
    """Run a process to its end; return seconds and the JSON it printed, if any.

    Raises:
        ProgramError: it failed.
    """
    command = _command(run.arguments, python, repeats)
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONWARNINGS": "ignore"}
    started = time.perf_counter()
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, env=environment, cwd=ROOT
    )
    seconds = time.perf_counter() - started
    if done.returncode != run.status:
        raise ProgramError(" | ".join(done.stderr.strip().splitlines()[-_FAILED_LINES:]))
    return seconds, _last_json(done.stdout)


def _command(
    arguments: tuple[str | Path, ...], python: Interpreter, repeats: int
) -> list[str | Path]:
    first, *rest = (
        each.format(repeats=repeats) if each == "{repeats}" else each for each in arguments
    )
    if str(first).endswith(".py") or str(first).startswith("-"):
        return [python.path or "", first, *rest]
    script = python.folder / first
    return [script if script.exists() else first, *rest]


def _last_json(text: str) -> dict[str, Any]:
    for candidate in (text, text.strip().rpartition("\n")[2]):
        try:
            found = json.loads(candidate)
        except ValueError:
            continue
        if isinstance(found, dict):
            return found
    return {}


def _rounds(contest: Contest, measured: _Measured) -> int:
    counts = [
        len(measured.seconds.get(side, ()))
        for run in contest.runs
        for side in run.sides
        if side not in measured.missing
    ]
    return min(counts, default=0)


def _load(contest: Contest, plan: Plan) -> _Measured:
    outcome = load_outcome(contest.name, plan)
    if outcome is None:
        return _Measured()
    seconds = {side: list(values) for side, values in outcome.seconds.items()}
    return _Measured(seconds, {}, dict(outcome.detail))  # what was missing is tried once more


def _outcome(contest: Contest, plan: Plan, measured: _Measured) -> Outcome:
    seconds = {side: tuple(values) for side, values in measured.seconds.items()}
    return Outcome(contest.name, dict(plan.sizes), seconds, measured.missing, measured.detail)
