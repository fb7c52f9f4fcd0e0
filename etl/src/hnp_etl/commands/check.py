"""`hnp-etl check`."""

from dataclasses import asdict
from pathlib import Path

import click

from hnp_shared.check import CheckReport, check_dataset
from hnp_shared.command import echo_json, echo_notices, reported
from hnp_shared.errors import InputError
from hnp_shared.small_groups import SMALL_GROUP_PATIENTS, SmallGroups
from hnp_shared.telling import one_line


@click.command("check", epilog="Example: hnp-etl check spine --deep")
@click.argument("out", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--deep", is_flag=True, help="Compare the pixels of all slices.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def check(out: Path, deep: bool, as_json: bool) -> None:
    """Check the data set OUT: schema, counts, ledger sums, every sha256, aliases, pixels.

    Pixels in the shards are compared with the manifest: those of a sample of at least 64 slices, or
    of all with --deep. What was not looked at is told.

    Also tells the smallest group of age band, sex, hospital and vendor, with a warning when it has
    fewer than 5 patients, and warns of what did not fit when OUT was built, such as patients who
    became one; these are no findings.
    """
    with reported():
        report = check_dataset(out, deep=deep)
        if as_json:
            echo_json(
                {
                    "dataset_id": report.dataset_id,
                    "origin": report.origin,
                    "files": report.files,
                    "slices": report.slices,
                    "pixels_compared": report.compared,
                    "not_looked_at": list(report.not_looked_at),
                    "findings": list(report.findings),
                    "small_groups": asdict(report.groups) if report.groups else None,
                    "notices": [each.to_json() for each in report.notices],
                }
            )
        else:
            for finding in report.findings:
                click.echo(one_line(finding))
        echo_notices(report.notices)
        if report.groups:
            _tell_groups(report.groups, as_json=as_json)
        if not as_json:
            click.echo(f"not looked at: {'; '.join(report.not_looked_at)}")
        if report.findings:
            raise InputError(f"{len(report.findings)} findings, expected none")
        if not as_json:
            click.echo(
                f"data set {report.dataset_id}{_merged(report)}: {report.files} files, "
                f"{report.slices} slices, sound"
            )


def _merged(report: CheckReport) -> str:
    return "" if report.origin == "built" else f", {report.origin}"


def _tell_groups(groups: SmallGroups, *, as_json: bool) -> None:
    if not as_json:
        click.echo(
            f"smallest group of age band, sex, hospital and vendor: {groups.patients} "
            f"patient{'s' * (groups.patients > 1)} ({', '.join(groups.names)})"
        )
    if groups.small:
        click.echo(
            f"warning: {groups.small} of {groups.groups} groups of age band, sex, hospital and "
            f"vendor have fewer than {SMALL_GROUP_PATIENTS} patients, who could be told apart",
            err=True,
        )
