"""`--exclude`, which three commands share."""

from collections.abc import Sequence

import click

exclude_option = click.option(
    "--exclude",
    metavar="PATTERN",
    multiple=True,
    help="Leave out files whose path fits this glob, or lies in a folder that does, unopened: "
    "'*/H01_copy'. The path begins with the last folder of SRC, and * stands for any folders; "
    "may be given several times, and as layout.exclude in the recipe.",
)


def warn_of_idle(idle: Sequence[int], patterns: int) -> None:
    """Warn of patterns that no path fitted, by number: a pattern may name a person.

    Args:
        idle: which of them, from 1.
        patterns: how many there are.
    """
    if idle:
        which = ", ".join(map(str, idle))
        click.echo(
            f"warning: of {patterns} patterns (layout.exclude, then --exclude) no path fits number "
            f"{which}: a path begins with the last folder of SRC, and */ stands for what is above",
            err=True,
        )
