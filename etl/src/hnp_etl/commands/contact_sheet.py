"""`hnp-etl contact-sheet`."""

from pathlib import Path

import click

from hnp_etl.report.contact_sheets import INDEX_FILE, write_sheets
from hnp_shared.command import echo_json, reported
from hnp_shared.counted import counted
from hnp_shared.dataset import open_dataset


@click.command("contact-sheet", epilog="Example: hnp-etl contact-sheet spine -o sheets")
@click.argument("out", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "-o",
    "--out",
    "target",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder of the sheets, new or empty.",
)
@click.option(
    "--each",
    type=click.IntRange(1, 240),
    default=12,
    show_default=True,
    help="At most so many slices of each label on a sheet.",
)
@click.option("--force", is_flag=True, help="Write into a folder that holds something.")
@click.option("--json", "as_json", is_flag=True, help="Print what each sheet shows as JSON.")
def contact_sheet(out: Path, target: Path, each: int, force: bool, as_json: bool) -> None:
    """Write pictures of slices of the data set OUT: a sheet for every hospital and disc.

    Slices are chosen evenly, the same ones each time, apart by label, with code and disc below
    each. The sheets go where the data set may go, and nowhere else.
    """
    with reported("run the same command again with --force"):
        sheets = write_sheets(open_dataset(out), target, each=each, force=force)
        if as_json:
            echo_json([sheet.to_json() for sheet in sheets])
        else:
            told = counted(sum(sum(sheet.shown.values()) for sheet in sheets), "slice")
            click.echo(
                f"{counted(len(sheets), 'sheet')} of {told}; look into {target / INDEX_FILE}"
            )
