"""hnp-train teach."""

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
    "teach",
    epilog=example(
        "hnp-train teach data -o quiz.html --limit 40",
        "hnp-train teach run data -o with-maps.html --maps explained",
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
@seed_option
@force_option
@json_option
def teach_command(  # click passes one argument a flag
    folders: tuple[Path, ...],
    file: Path,
    suspects: Path | None,
    order: Order | None,
    limit: int,
    neighbours: int,
    predictions: Path | None,
    maps: Path | None,
    seed: int,
    force: bool,
    as_json: bool,
) -> None:
    """Write a quiz on slices of OUT: answer first, then see label, model and map; with a score."""
    make(
        "teach",
        folders,
        file,
        as_json=as_json,
        suspects=suspects,
        order=order,
        limit=limit,
        neighbours=neighbours,
        predictions=predictions,
        maps=maps,
        seed=seed,
        force=force,
    )
