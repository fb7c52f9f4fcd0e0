from dataclasses import replace
from pathlib import Path

import pytest

from bench.record import Contest, Run
from bench.runner import Plan, run_contest

PRINTS = 'import json; print("noise"); print(json.dumps({"seconds": {"a": [1.0], "b": [2.0]}}))'
SPOILT = Run(("spoilt",), ("-c", "raise SystemExit('no')"))


def notes(file: Path, name: str) -> Run:
    return Run((name,), ("-c", f"open({str(file)!r}, 'a').write({name!r})"))


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return Plan(tmp_path / "results", {"files": 1}, repeats=2)


def test_runs_take_turns(plan: Plan, tmp_path: Path) -> None:
    file = tmp_path / "notes"
    outcome = run_contest(Contest("turns", (notes(file, "x"), notes(file, "y"))), plan)
    assert file.read_text() == "xyxy"
    assert {side: len(values) for side, values in outcome.seconds.items()} == {"x": 2, "y": 2}


def test_a_stopped_contest_goes_on(plan: Plan, tmp_path: Path) -> None:
    file = tmp_path / "notes"
    contest = Contest("turns", (notes(file, "x"),))
    run_contest(contest, plan)
    assert len(run_contest(contest, replace(plan, repeats=3)).seconds["x"]) == 3
    assert file.read_text() == "xxx"


def test_other_sizes_are_measured_anew(plan: Plan, tmp_path: Path) -> None:
    file = tmp_path / "notes"
    contest = Contest("turns", (notes(file, "x"),))
    run_contest(contest, plan)
    run_contest(contest, replace(plan, sizes={"files": 2}))
    assert file.read_text() == "xxxx"


def test_a_program_tells_its_own_figures(plan: Plan) -> None:
    run = Run(("a", "b"), ("-c", PRINTS), prints=True, once=True)
    assert run_contest(Contest("told", (run,)), plan).seconds == {"a": (1.0,), "b": (2.0,)}


def test_a_side_that_fails_is_missing_and_the_others_go_on(plan: Plan, tmp_path: Path) -> None:
    outcome = run_contest(Contest("spoilt", (SPOILT, notes(tmp_path / "notes", "x"))), plan)
    assert outcome.missing == {"spoilt": "failed: no"}
    assert len(outcome.seconds["x"]) == 2


def test_no_round_begins_that_would_pass_the_cap(plan: Plan, tmp_path: Path) -> None:
    contest = Contest("capped", (notes(tmp_path / "notes", "x"),))
    assert len(run_contest(contest, replace(plan, cap_s=0.0)).seconds["x"]) == 1
