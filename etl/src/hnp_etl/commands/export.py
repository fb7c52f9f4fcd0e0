"""`hnp-etl export`."""

from pathlib import Path

import click

from hnp_etl.exports.exporting import FORMS, export
from hnp_shared.command import reported
from hnp_shared.counted import counted


@click.command("export", epilog="Example: hnp-etl export spine --as webdataset -o tars")
@click.argument("out", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--as",
    "form",
    required=True,
    type=click.Choice(FORMS),
    help="Tar files of WebDataset, Parquet files of Hugging Face datasets, or a description in "
    "Croissant.",
)
@click.option(
    "-o",
    "--out",
    "target",
    required=True,
    metavar="PLACE",
    type=click.Path(path_type=Path),
    help="A new folder; with croissant a new file.",
)
@click.option("--at", metavar="URL", help="With croissant: where the data set is published.")
@click.option("--licence", metavar="URL", help="With croissant: under what it may be used.")
def export_command(out: Path, form: str, target: Path, at: str | None, licence: str | None) -> None:
    """Write the data set OUT in the form of another library, for whoever works with that.

    Pixels are float32 in 0..1, as hnp-train reads them; the slices of a patient lie in one file.
    """
    if form != "croissant" and (at or licence):
        raise click.UsageError("found --at or --licence, expected --as croissant with it")
    with reported("run the same command again"):
        files = export(out, target, form, at=at, licence=licence)
        click.echo(f"{counted(files, 'file')}; look into {target}")
