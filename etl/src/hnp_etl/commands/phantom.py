"""`hnp-etl phantom`: invented hospital folders to try everything on."""

from pathlib import Path

import click

from hnp_etl.phantom import (
    Faults,
    Labels,
    LabelStyle,
    PhantomConfig,
    Trap,
    TreeLayout,
    write_phantom,
)
from hnp_shared.command import reported

_SHARE = click.FloatRange(0.0, 1.0)


@click.command("phantom", epilog="Example: hnp-etl phantom hospitals --patients 6 --seed 1")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--patients",
    type=click.IntRange(min=1),
    default=60,
    show_default=True,
    help="How many people, dealt to five hospitals.",
)
@click.option(
    "--seed",
    type=int,
    default=0,
    show_default=True,
    help="A whole number that makes the people: another one, others.",
)
@click.option(
    "--ill-patients",
    type=_SHARE,
    help="Chance, 0 to 1, that a patient has a herniated disc.  [default: about 0.9]",
)
@click.option(
    "--layout",
    type=click.Choice([each.value for each in TreeLayout]),
    default=TreeLayout.AIHUB.value,
    show_default=True,
    help="Images and labels in separate trees, of which year's names, or side by side.",
)
@click.option(
    "--labels",
    type=click.Choice([each.value for each in LabelStyle]),
    default=LabelStyle.DEFAULT.value,
    show_default=True,
    help="Spelling of the label files; by default each hospital has its own.",
)
@click.option(
    "--label-source",
    type=click.Choice(["json", "table", "study-json"]),
    default="json",
    show_default=True,
    help="One label file an image, one table, or one file a folder. RSNA and Mendeley have theirs.",
)
@click.option(
    "--label-noise",
    type=_SHARE,
    default=0.0,
    show_default=True,
    help="Chance, 0 to 1, that a disc is labelled normal for patient, or the reverse.",
)
@click.option(
    "--shortcut",
    type=_SHARE,
    default=0.0,
    show_default=True,
    help="Chance, 0 to 1, that a bright marker and a longer echo follow the label; 0 plants none.",
)
@click.option(
    "--trap",
    "traps",
    multiple=True,
    type=click.Choice([each.value for each in Trap]),
    help="What else lies in the tree; may be given several times.",
)
@click.option(
    "--matrix",
    type=click.IntRange(32, 1024),
    help="Rows and columns of every image, pixels.  [default: those of the scanner]",
)
@click.option("--masks", is_flag=True, help="Write masks of disc and sac to DIR.truth.npz too.")
@click.option(
    "--label-maps",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Write a label map of each slice of a disc into this new folder: PNG, named as its image, "
    "for hnp-etl masks.",
)
def phantom(
    directory: Path,
    patients: int,
    seed: int,
    ill_patients: float | None,
    layout: str,
    labels: str,
    label_source: str,
    label_noise: float,
    shortcut: float,
    traps: tuple[str, ...],
    matrix: int | None,
    masks: bool,
    label_maps: Path | None,
) -> None:
    """Write invented hospital folders, DICOM and labels, to the new folder DIR.

    The same options give the same bytes. What is true of each slice of a disc is written beside
    the tree, to DIR.truth.csv, where no other command looks: distances in mm, and which labels
    were flipped and which slices marked on request.
    """
    with reported(resume="remove the folder and run the command again"):
        config = PhantomConfig(
            directory,
            patients,
            seed,
            TreeLayout(layout),
            LabelStyle(labels),
            Faults(label_noise, shortcut),
            masks,
            frozenset(map(Trap, traps)),
            matrix,
            Labels(label_source),
            label_maps,
            ill_patients,
        )
        click.echo(write_phantom(config).summary())
