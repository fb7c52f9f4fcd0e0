"""hnp-train measure."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hnp_model.commands.arguments import (
    FOLDER,
    dataset_argument,
    example,
    force_option,
    json_option,
)
from hnp_shared.command import echo_json, echo_table, reported

if TYPE_CHECKING:
    from hnp_model.morphometry.measuring import MeasureReport


@click.command("measure", epilog=example("hnp-train measure data data-masks -o measures.parquet"))
@dataset_argument
@click.argument("masks", type=FOLDER)
@click.option(
    "-o",
    "target",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE.parquet",
    help="Table to write: a row a slice and measure, with its unit, or why it is missing.",
)
@click.option(
    "--member",
    "members",
    multiple=True,
    type=FOLDER,
    metavar="MASKS",
    help="Another mask set of the same slices, of a member of an ensemble: it tells how sure a "
    "value is; may be given several times.  [default: those that lie in MASKS/members]",
)
@force_option
@json_option
def measure_command(
    out: Path, masks: Path, target: Path, members: tuple[Path, ...], force: bool, as_json: bool
) -> None:
    """Measure the masks of the data set OUT: disc, annulus, nucleus, sac and protrusion, in mm.

    Values have an interval where masks of several members tell how sure they are, and a percentile
    among the data set's own healthy slices of the same disc, sex and age.
    """
    with reported():
        from hnp_model.morphometry.measuring import measure, refuse_nothing  # noqa: PLC0415
        from hnp_shared.mask_set import MASKS_FILE  # noqa: PLC0415  # loads numpy

        beside = sorted(path.parent for path in (masks / "members").glob(f"*/{MASKS_FILE}"))
        report = measure(out, masks, members or beside, target, force=force)
        if as_json:
            echo_json(_plain(report))
        else:
            _tell(report)
        refuse_nothing(report)


def _plain(report: "MeasureReport") -> dict[str, object]:
    names = ("median", "p2.5", "p97.5", "slices")
    return {
        "slices": report.slices,
        "measured": report.measured,
        "intervals": report.intervals,
        "source": report.source,
        "measures": {
            name: dict(zip(names, found, strict=True)) for name, found in report.medians.items()
        },
        "missing": dict(report.reasons),
    }


def _tell(report: "MeasureReport") -> None:
    rows = [
        (name, _show(middle), f"{_show(low)} to {_show(high)}", f"{count:,}")
        for name, (middle, low, high, count) in report.medians.items()
    ]
    if rows:
        echo_table([("measure", "median", "95 % of slices", "slices"), *rows])
    if report.reasons:
        told = ", ".join(f"{count:,} {why}" for why, count in report.reasons.items())
        click.echo(f"missing values: {told}")
    sure = f"{report.intervals:,} values have an interval"
    click.echo(f"{report.measured:,} of {report.slices:,} slices have a mask; {sure}")


def _show(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
