from dataclasses import replace

import pytest

from bench.record import Bound, Outcome, Row, Verdict, judge

ROW = Row(
    name="row",
    contest="contest",
    ours="ours",
    theirs=("slow", "quick"),
    bound="faster",
    target=3.0,
    limit="",
)


def outcome(**seconds: tuple[float, ...]) -> Outcome:
    return Outcome("contest", {}, seconds, {}, {})


@pytest.mark.parametrize(
    ("bound", "target", "verdict"),
    [
        ("faster", 2.0, "met"),
        ("faster", 2.1, "missed"),
        ("cost", 0.5, "met"),
        ("cost", 0.4, "missed"),
    ],
)
def test_a_row_is_judged_by_the_median_ratio(bound: Bound, target: float, verdict: Verdict) -> None:
    row = replace(ROW, bound=bound, target=target)
    assert judge(row, outcome(ours=(1.0, 2.0, 3.0), quick=(3.0, 4.0, 3.0))).verdict == verdict


def test_the_best_of_the_others_counts() -> None:
    judged = judge(ROW, outcome(ours=(1.0,), slow=(9.0,), quick=(4.0,)))
    assert judged.best == "quick"
    assert judged.ratio == (4.0, 4.0, 4.0)


def test_a_row_without_a_peer_is_not_met() -> None:
    assert judge(ROW, outcome(ours=(1.0,))).verdict == "no peer"


def test_a_row_that_did_not_run_is_not_met() -> None:
    assert judge(ROW, None).verdict == "not run"
    assert judge(ROW, outcome(quick=(1.0,))).verdict == "not run"


def test_a_bare_value_has_an_upper_bound() -> None:
    row = replace(ROW, theirs=(), bound="value", target=400.0)
    assert judge(row, outcome(ours=(399.0,))).verdict == "met"
    assert judge(row, outcome(ours=(401.0,))).verdict == "missed"
