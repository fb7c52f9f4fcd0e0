"""hnp-train review."""

from pathlib import Path
from typing import Any

import click

from hnp_model.commands.arguments import example
from hnp_model.commands.page_options import make, page_options


@click.command(
    "review",
    epilog=example(
        "hnp-train review data -o review.html",
        "hnp-train review run data --suspects suspects.csv -o suspects.html",
    ),
)
@page_options
@click.option(
    "--blind",
    is_flag=True,
    help="Hide what data set and model say of a slice until the reader has answered.",
)
def review_command(
    folders: tuple[Path, ...],
    *,
    as_json: bool,
    **asked: Any,  # noqa: ANN401  # fields of `Asked`, one a flag
) -> None:
    """Write a page on which a reader goes through slices of OUT and corrects labels, offline."""
    make("review", folders, as_json=as_json, **asked)
