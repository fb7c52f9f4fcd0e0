"""`hnp-etl merge`."""

from pathlib import Path

import click

from hnp_etl.datasets.merging import MergeReport, merge
from hnp_shared.command import echo_json, echo_notices, echo_table, reported
from hnp_shared.dataset_info import DatasetInfo

DATA_SET = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("merge", epilog="Example: hnp-etl merge spine other --out all")
@click.argument("parts", metavar="OUT...", nargs=-1, required=True, type=DATA_SET)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Folder of the merged data set."
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def merge_command(parts: tuple[Path, ...], out: Path, as_json: bool) -> None:
    """Make one data set of the data sets OUT, built at each hospital with a key of its own."""
    if len(parts) < 2:
        raise click.UsageError("found one data set, expected two or more")
    with reported():
        report = merge(parts, out)
        if not report.one_recipe:
            click.echo(
                "warning: the recipes differ beside selection and image; "
                "codes and units must mean the same",
                err=True,
            )
        if report.pictures_shared:
            click.echo(
                f"warning: {report.pictures_shared} pictures are in more than one data set, "
                "expected none; whose they are counts as another person in each",
                err=True,
            )
        echo_notices(report.info.notices)
        if as_json:
            _echo_json(report)
        else:
            _echo(report, out)


def _echo_json(report: MergeReport) -> None:
    info = report.info
    echo_json(
        {
            "dataset_id": info.dataset_id,
            "pixels_id": info.pixels_id,
            "key_id": info.key_id,
            "parts": [part.dataset_id for part in report.parts],
            "states": dict(info.states),
            "reasons": dict(info.reasons),
            "identity": dict(info.identity),
            "notices": [notice.to_json() for notice in info.notices],
            "pictures_shared": report.pictures_shared,
        }
    )


def _echo(report: MergeReport, out: Path) -> None:
    head = ("data set", "key", "hospitals", "slices")
    slices = (*report.slices, sum(report.slices))
    echo_table([head, *map(_row, (*report.parts, report.info), slices)])
    click.echo(f"\ndata set {report.info.dataset_id}: look into {out / 'manifest.parquet'}")


def _row(info: DatasetInfo, slices: int) -> tuple[str, ...]:
    return info.dataset_id, info.key_id, ", ".join(sorted(info.identity)), f"{slices}"
