"""Where our time goes: the stages a build tells, and functions by their own time."""

import pstats
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.peers import interpreter
from bench.record import Contest, Run
from bench.runner import ProgramError, execute

FUNCTIONS = 12


def profile(contest: Contest, detail: Mapping[str, Any]) -> tuple[str, ...]:
    """Return stages of the last run and the functions of a run in one process."""
    lines = [
        f"{stage['wall_s']:8.2f} s  stage {stage['name']}"
        for side, printed in detail.items()
        if side.startswith("hnp-etl")
        for stage in printed.get("stages", ())
    ]
    return (*lines, *_functions(contest))


def _functions(contest: Contest) -> list[str]:
    run = contest.profile
    if run is None:
        return []
    python = interpreter("project")
    program, *rest = run.arguments
    if program != "-m" and not str(program).endswith(".py"):
        program = python.folder / program
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "profile"
        arguments = ("-m", "cProfile", "-o", file, program, *rest)
        if run.before is not None:
            run.before()
        try:
            execute(Run(run.sides, arguments, status=run.status), python, 1)
        except ProgramError as error:
            return [f"no profile: {error}"]
        finally:
            if run.before is not None:
                run.before()
        return _top(pstats.Stats(str(file)))


def _top(stats: pstats.Stats) -> list[str]:
    found: Mapping[tuple[str, int, str], tuple[int, int, float, float, object]] = stats.stats  # type: ignore[attr-defined]  # not in its types
    by_own_time = sorted(found.items(), key=lambda item: -item[1][2])[:FUNCTIONS]
    return [
        f"{own:8.2f} s  {calls:>9,} x {_name(file)}:{function}"
        for (file, _, function), (_, calls, own, _, _) in by_own_time
    ]


def _name(file: str) -> str:
    path = Path(file)
    return "built in" if file == "~" else "/".join(path.parts[-2:])
