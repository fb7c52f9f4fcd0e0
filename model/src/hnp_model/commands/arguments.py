"""Arguments that several commands share."""

from pathlib import Path

import click

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

dataset_argument = click.argument("out", type=FOLDER)
"""The data set, as hnp-etl build-manifest left it."""

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, not a table.")
force_option = click.option("--force", is_flag=True, help="Overwrite an existing file.")
allow_leakage_option = click.option(
    "--allow-leakage",
    is_flag=True,
    help="Take a split that puts one patient or image in several parts; every report says so.",
)
