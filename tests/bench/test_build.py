"""The whole path at a tiny size: the sides come to one result, and the page tells it."""

from pathlib import Path

from bench.catalogue import CONTESTS, ROWS
from bench.contests import build
from bench.page import write_page
from bench.peers import ROOT
from bench.place import Place
from bench.record import judge
from bench.runner import Plan, run_contest
from bench.sizes import QUICK
from bench.table import to_json

SIDES = {"hnp-etl", "rebuild", "pydicom + OpenCV script", "floor of a build"} | {
    build.SMALL,
    build.SMALL_AGAIN,
}


def test_script_and_build_agree_and_the_page_tells_all_rows(tmp_path: Path) -> None:
    place = Place(tmp_path / "scratch", QUICK)
    place.begin()
    plan = Plan(tmp_path / "results", QUICK.to_json(), repeats=1)
    outcome = run_contest(build.contest(place), plan)  # raises unless the results are the same
    assert outcome.missing == {}
    assert set(outcome.seconds) == SIDES
    assert outcome.detail["hnp-etl"]["states"]["accepted"] == QUICK.chosen
    assert outcome.detail["rebuild"]["unchanged"] is True
    judged = [judge(row, outcome) for row in build.ROWS]
    assert all(each.verdict in {"met", "missed"} for each in judged)

    text = to_json({"build": outcome}, {"cores": "2"}, QUICK.to_json())
    write_page(tmp_path / "docs", text)
    page = (tmp_path / "docs" / "performance.md").read_text(encoding="utf-8")
    assert all(row.name in page for row in ROWS)
    assert "| shard, a kept slice |" in page
    assert (tmp_path / "docs" / "performance.svg").stat().st_size > 0


def test_every_program_named_is_there() -> None:
    place = Place(Path("/nowhere"), QUICK)
    programs = [run.arguments[0] for make in CONTESTS.values() for run in make(place).runs]
    assert all(not str(each).endswith(".py") or Path(each).is_file() for each in programs)
    assert all(
        (ROOT / "bench" / f"requirements-{name}.txt").is_file() for name in ("loaders", "headers")
    )
