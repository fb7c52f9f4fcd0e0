"""Arguments that several commands share."""

from pathlib import Path

import click

from hnp_model.settings import LARGEST_SEED

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def example(*lines: str) -> str:
    """Return what stands below a command's help: lines that work one after the other."""
    return "\n".join(("\b", "Example:", *(f"  {line}" for line in lines)))


SEED = click.IntRange(0, LARGEST_SEED)

dataset_argument = click.argument("out", type=FOLDER)
"""The data set, as hnp-etl build-manifest left it."""

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, not a table.")
split_option = click.option(
    "--split", type=FILE, required=True, metavar="FILE", help="Split file, of hnp-train split."
)
fold_option = click.option(
    "--fold", type=click.IntRange(min=0), help="Test fold of a k-fold split, from 0."
)
force_option = click.option("--force", is_flag=True, help="Overwrite an existing file.")
out_option = click.option(
    "--out",
    "target",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder to write into.  [default: RUN for the run's own test part, else "
    "RUN/evaluations/DATA-SET-PART]",
)
allow_missing_option = click.option(
    "--allow-missing",
    is_flag=True,
    help="Take a data set without an input that train had; the model does without.",
)
tta_option = click.option(
    "--tta",
    is_flag=True,
    help="Look at each picture mirrored too, left and right, and take the mean of both.",
)
allow_leakage_option = click.option(
    "--allow-leakage",
    is_flag=True,
    help="Take a split that puts one patient or image in several parts; every report says so.",
)
