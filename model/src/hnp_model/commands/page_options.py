"""Options that review and teach share, and what they print."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from hnp_model.commands.arguments import FILE, FOLDER, SEED, force_option, json_option
from hnp_model.pages.asked import ORDERS, Asked, Kind, Made
from hnp_shared.command import echo_json, reported
from hnp_shared.counted import counted

Command = TypeVar("Command", bound=Callable[..., object])

_OPTIONS = (
    click.argument("folders", metavar="[RUN] OUT", nargs=-1, required=True, type=FOLDER),
    click.option(
        "-o",
        "file",
        type=click.Path(path_type=Path),
        required=True,
        metavar="FILE.html",
        help="The page to write.",
    ),
    click.option(
        "--suspects",
        type=FILE,
        metavar="FILE.csv",
        help="Labels that are likely wrong, of hnp-train suspects; they come first.",
    ),
    click.option(
        "--order",
        type=click.Choice(ORDERS),
        help="Which slices come first.  [default: suspects where given, else uncertain with a RUN "
        "(teach: random), else random]",
    ),
    click.option(
        "--limit",
        type=click.IntRange(1, 2000),
        default=200,
        show_default=True,
        help="Slices to read, at most; a hundred take about 20 MB.",
    ),
    click.option(
        "--neighbours",
        type=click.IntRange(0, 5),
        default=2,
        show_default=True,
        help="Slices of the same series to show on each side.",
    ),
    click.option(
        "--predictions",
        type=FILE,
        metavar="FILE",
        help="What the model says, of hnp-train predict -o.  [default: RUN's own val and test]",
    ),
    click.option(
        "--maps",
        type=FOLDER,
        metavar="DIR",
        help="Where the model looked, of hnp-train explain -o DIR; shown after the answer.",
    ),
    click.option(
        "--seed",
        type=SEED,
        default=42,
        show_default=True,
        help="Number that a random order hangs on.",
    ),
    force_option,
    json_option,
)
"""In the order of the help."""


def page_options(command: Command) -> Command:
    """Give a command what both pages take."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def make(
    kind: Kind,
    folders: tuple[Path, ...],
    *,
    as_json: bool,
    **asked: Any,  # noqa: ANN401  # fields of several types
) -> None:
    """Make a page and tell of it; ``asked`` are the other fields of `Asked`."""
    if len(folders) > 2:
        raise click.UsageError(f"found {len(folders)} folders, expected OUT or RUN OUT")
    run = folders[0] if len(folders) == 2 else None
    if asked["predictions"] and run is None:
        raise click.UsageError("found --predictions, expected RUN before OUT")
    if asked["order"] == "suspects" and not asked["suspects"]:
        raise click.UsageError("found --order suspects, expected --suspects FILE.csv with it")
    with reported():
        from hnp_model.pages.making import make_page  # noqa: PLC0415  # pandas takes a second

        made = make_page(Asked(out=folders[-1], run=run, kind=kind, **asked))
        if as_json:
            names = ("file", "page_id", "order", "slices", "pictures", "left", "maps", "absent")
            told = {name: getattr(made, name) for name in (*names, "size_bytes")}
            echo_json(told)
        else:
            _tell(made)


def _tell(made: Made) -> None:
    if made.absent:
        click.echo(f"note: {counted(made.absent, 'suspect')} not in the data set", err=True)
    neighbours = made.pictures - made.slices
    more = f"; {made.left:,} more in that order (--limit)" if made.left else ""
    click.echo(
        f"{counted(made.slices, 'slice')} in the order {made.order}, with "
        f"{counted(neighbours, 'neighbour')}{more}"
    )
    if made.maps is not None:
        click.echo(f"maps of {made.maps:,} of them; the others are shown without")
    click.echo(f"{made.file}: {made.size_bytes / 1e6:.1f} MB; open it in a browser, offline")
