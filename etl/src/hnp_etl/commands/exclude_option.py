"""`--exclude`, which three commands share."""

import click

exclude_option = click.option(
    "--exclude",
    metavar="PATTERN",
    multiple=True,
    help="Leave out files whose path fits this glob, or lies in a folder that does, unopened: "
    "'*/H01_copy'. The path begins with the last folder of SRC, and * stands for any folders; "
    "may be given several times, and as layout.exclude in the recipe.",
)
