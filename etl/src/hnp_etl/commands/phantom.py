"""`hnp-etl phantom`: invented hospital folders to try everything on."""

from pathlib import Path

import click

from hnp_etl.phantom import PhantomConfig, TreeLayout, write_phantom
from hnp_shared.command import reported


@click.command("phantom")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--patients",
    type=click.IntRange(min=1),
    default=60,
    show_default=True,
    help="How many people, dealt to five hospitals.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Makes the people.")
@click.option(
    "--layout",
    type=click.Choice([each.value for each in TreeLayout]),
    default=TreeLayout.AIHUB.value,
    show_default=True,
    help="Images and labels in separate trees, or side by side.",
)
def phantom(directory: Path, patients: int, seed: int, layout: str) -> None:
    """Write invented hospital folders, DICOM and labels, to the new folder DIR.

    The same options give the same bytes. What is true of each slice of a disc is written beside
    the tree, to DIR.truth.csv, where no other command looks.
    """
    with reported(resume="remove the folder and run the command again"):
        config = PhantomConfig(directory, patients, seed, TreeLayout(layout))
        click.echo(write_phantom(config).summary())
