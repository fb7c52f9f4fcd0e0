"""`hnp-etl check`."""

from pathlib import Path

import click

from hnp_shared.check import check_dataset
from hnp_shared.command import echo_json, reported
from hnp_shared.errors import InputError


@click.command("check")
@click.argument("out", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--deep", is_flag=True, help="Read all pixels too.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def check(out: Path, deep: bool, as_json: bool) -> None:
    """Check the data set OUT: schema, counts, ledger sums, every sha256, aliases."""
    with reported():
        report = check_dataset(out, deep=deep)
        if as_json:
            echo_json(
                {
                    "dataset_id": report.dataset_id,
                    "files": report.files,
                    "slices": report.slices,
                    "findings": list(report.findings),
                }
            )
        else:
            for finding in report.findings:
                click.echo(finding)
        if report.findings:
            raise InputError(f"{len(report.findings)} findings, expected none")
        if not as_json:
            click.echo(
                f"data set {report.dataset_id}: {report.files} files, {report.slices} slices, sound"
            )
