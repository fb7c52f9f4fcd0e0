"""`python -m bench`: measures what is asked for, prints the table, writes the page."""

import shutil
import time
from pathlib import Path

import click

from bench.catalogue import CONTESTS, ROWS
from bench.machine import describe, source_digest
from bench.page import write_page
from bench.peers import ROOT
from bench.place import Place
from bench.profiling import profile
from bench.record import Outcome, judge
from bench.runner import Plan, load_outcome, run_contest, save_outcome
from bench.sizes import QUICK, Sizes
from bench.table import markdown, missing_lines, to_json

RESULTS = "results"


@click.command()
@click.option("--rows", multiple=True, type=click.Choice(list(CONTESTS)), help="Contests to run.")
@click.option("--repeats", type=click.IntRange(1, 100), default=5, show_default=True)
@click.option("--quick", is_flag=True, help="Tiny sizes: says whether it runs, not how fast.")
@click.option("--scale", type=click.FloatRange(0.0001, 100), default=1.0, show_default=True)
@click.option("--cap", type=float, default=400.0, show_default=True, help="Seconds a contest.")
@click.option("--fresh", is_flag=True, help="Forget what was measured.")
@click.option("--page", type=click.Path(path_type=Path), help="Write page, JSON and picture here.")
@click.option(
    "--scratch",
    type=click.Path(path_type=Path),
    default=ROOT / "bench" / ".scratch",
    help="Folder of trees and results, some 30 GB at full size.  [default: bench/.scratch]",
)
def main(
    *,
    rows: tuple[str, ...],
    repeats: int,
    quick: bool,
    scale: float,
    cap: float,
    fresh: bool,
    page: Path | None,
    scratch: Path,
) -> None:
    """Measure ratios against peers and floors; what was measured before stays."""
    sizes = QUICK if quick else Sizes().scaled(scale)
    place = Place(scratch.absolute(), sizes)
    plan = Plan(place.scratch / RESULTS / source_digest(), sizes.to_json(), repeats, cap)
    if fresh:
        shutil.rmtree(plan.results, ignore_errors=True)
    place.begin()
    for name in rows or CONTESTS:
        started = time.monotonic()
        _measure(name, place, plan)
        click.echo(f"{name}: {time.monotonic() - started:.0f} s")
    outcomes = {
        name: outcome for name in CONTESTS if (outcome := load_outcome(name, plan)) is not None
    }
    click.echo("\n" + markdown(judge(row, outcomes.get(row.contest)) for row in ROWS))
    click.echo("\n".join(missing_lines(outcomes.values())))
    text = to_json(outcomes, describe(), sizes.to_json())
    (plan.results / "all.json").write_text(text, encoding="utf-8")
    if page is not None:
        write_page(page, text)
        click.echo(f"page: {page / 'performance.md'}")


def _measure(name: str, place: Place, plan: Plan) -> None:
    contest = CONTESTS[name](place)
    outcome = run_contest(contest, plan)
    judged = [judge(row, outcome) for row in ROWS if row.contest == name]
    if any(each.verdict == "missed" for each in judged) and not outcome.profile:
        lines = profile(contest, outcome.detail)
        outcome = Outcome(
            outcome.contest,
            outcome.sizes,
            outcome.seconds,
            outcome.missing,
            outcome.detail,
            lines,
        )
        save_outcome(plan, outcome)


if __name__ == "__main__":
    main()
