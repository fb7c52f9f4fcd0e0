"""hnp-train compare."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hnp_model.commands.arguments import FOLDER, example, json_option
from hnp_model.settings import ALL
from hnp_shared.command import echo_json, echo_table, reported
from hnp_shared.splits import PARTS

if TYPE_CHECKING:
    from hnp_model.evaluation.comparison import Comparison, Difference

HEAD = ("unit", "metric", "first", "second", "second - first (95 % interval)", "second")


@click.command("compare", epilog=example("hnp-train compare run run --part test"))
@click.argument("first", metavar="RUN", type=FOLDER)
@click.argument("second", metavar="RUN", type=FOLDER)
@click.option(
    "--part",
    type=click.Choice([*PARTS, ALL]),
    default="test",
    show_default=True,
    help="Part to compare on; all: a whole data set.",
)
@json_option
def compare_command(first: Path, second: Path, part: str, as_json: bool) -> None:
    """Tell whether the second RUN is better than the first on the same slices.

    Both must have been evaluated; intervals come from resampling their patients together. A RUN
    may also be the folder of an evaluation.
    """
    with reported():
        from hnp_model.evaluation.comparison import compare  # noqa: PLC0415  # loads numpy and pyarrow

        comparison = compare(first, second, part)
        for remark in comparison.remarks:
            click.echo(f"note: {remark}", err=True)
        if as_json:
            echo_json(comparison.to_plain())
        else:
            _print(comparison)


def _print(comparison: "Comparison") -> None:
    from hnp_model.evaluation.comparison import COMPARED  # noqa: PLC0415
    from hnp_model.measures.bootstrap import MIN_PATIENTS  # noqa: PLC0415  # loads numpy
    from hnp_model.report.findings import TRAINING  # noqa: PLC0415
    from hnp_model.report.sentences import INTERVALS_LEAVE_OUT, SEEDS_TOLD  # noqa: PLC0415

    click.echo(
        f"{comparison.part}: {comparison.n_patients:,} patients, {comparison.n_slices:,} slices"
        f"{f', {TRAINING}' if comparison.training else ''}"
    )
    rows = [
        (unit, name, *_cells(difference))
        for unit, differences in comparison.differences.items()
        for name, difference in zip(COMPARED, differences, strict=True)
    ]
    echo_table([HEAD, *rows])
    if any(row[-1] == "-" for row in rows):
        click.echo(f"-: under {MIN_PATIENTS} patients in a class")
    click.echo("win, tie, loss: of the second run; a tie while the interval holds 0")
    click.echo(INTERVALS_LEAVE_OUT)
    if any(";" in row[-2] for row in rows):
        click.echo(SEEDS_TOLD)


def _cells(one: "Difference") -> tuple[str, ...]:
    change = one.difference
    if one.first is None or one.second is None or change.value is None:
        return ("-",) * 4
    seeds = ""
    if change.low_seeds is not None and change.high_seeds is not None:
        seeds = f"; {change.low_seeds:+.3f} to {change.high_seeds:+.3f}"
    interval = f"({change.low:+.3f} to {change.high:+.3f}{seeds})"
    values = (f"{one.first:.3f}", f"{one.second:.3f}", f"{change.value:+.3f} {interval}")
    return (*values, one.verdict or "-")
