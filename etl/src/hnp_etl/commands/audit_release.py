"""`hnp-etl audit-release`: a data set, before it is handed on, as a stranger reads it."""

from dataclasses import asdict
from pathlib import Path

import click

from hnp_etl.release.auditing import NOT_LOOKED_AT
from hnp_etl.release.auditing import audit_release as audited
from hnp_shared.command import echo_json, echo_table, reported
from hnp_shared.counted import counted
from hnp_shared.errors import GateError
from hnp_shared.small_groups import SMALL_GROUP_PATIENTS


@click.command("audit-release", epilog="Example: hnp-etl audit-release spine")
@click.argument("out", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--smallest-group",
    type=click.IntRange(1, 1000),
    default=SMALL_GROUP_PATIENTS,
    show_default=True,
    help="Patients that a group of age band, sex, hospital and vendor should have.",
)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def audit_release(out: Path, smallest_group: int, as_json: bool) -> None:
    """Read the data set OUT as a stranger would, and list what could identify somebody.

    Neither key nor private folder is asked for. Columns, texts and numbers are held against lists
    of what may be there, containers against what a reader needs of them. Values are never shown.
    Exit code 3 when something is found.
    """
    with reported():
        found = audited(out, smallest=smallest_group)
        if as_json:
            echo_json(
                {
                    "dataset_id": found.dataset_id,
                    "slices": found.slices,
                    "files": found.files,
                    "found": [asdict(each) for each in found.found],
                    "not_looked_at": list(NOT_LOOKED_AT),
                }
            )
        else:
            rows = [(each.clue, each.place, f"{each.count:,}", each.what) for each in found.found]
            if rows:
                echo_table([("clue", "where", "count", "what"), *rows])
            click.echo(f"not looked at: {'; '.join(NOT_LOOKED_AT)}")
        if found.found:
            kinds = counted(len(found.found), "thing")
            raise GateError(f"found {kinds} that could identify somebody, expected none")
        click.echo(f"nothing found in {counted(found.slices, 'slice')}", err=as_json)
