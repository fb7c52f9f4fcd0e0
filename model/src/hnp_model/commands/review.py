"""hnp-train review."""

from pathlib import Path

import click

from hnp_model.commands.arguments import example, force_option, json_option
from hnp_model.commands.page_options import (
    file_option,
    folders_argument,
    limit_option,
    make,
    maps_option,
    neighbours_option,
    order_option,
    predictions_option,
    seed_option,
    suspects_option,
)
from hnp_model.pages.asked import Order


@click.command(
    "review",
    epilog=example(
        "hnp-train review data -o review.html",
        "hnp-train review run data --suspects suspects.csv -o suspects.html",
    ),
)
@folders_argument
@file_option
@suspects_option
@order_option
@limit_option
@neighbours_option
@predictions_option
@maps_option
@click.option(
    "--blind",
    is_flag=True,
    help="Hide what data set and model say of a slice until the reader has answered.",
)
@seed_option
@force_option
@json_option
def review_command(  # click passes one argument a flag
    folders: tuple[Path, ...],
    file: Path,
    suspects: Path | None,
    order: Order | None,
    limit: int,
    neighbours: int,
    predictions: Path | None,
    maps: Path | None,
    blind: bool,
    seed: int,
    force: bool,
    as_json: bool,
) -> None:
    """Write a page on which a reader goes through slices of OUT and corrects labels, offline."""
    make(
        "review",
        folders,
        file,
        as_json=as_json,
        suspects=suspects,
        order=order,
        limit=limit,
        neighbours=neighbours,
        predictions=predictions,
        maps=maps,
        blind=blind,
        seed=seed,
        force=force,
    )
