"""hnp-train teach."""

from pathlib import Path
from typing import Any

import click

from hnp_model.commands.arguments import example
from hnp_model.commands.page_options import make, page_options


@click.command(
    "teach",
    epilog=example(
        "hnp-train teach data -o quiz.html --limit 40",
        "hnp-train teach run data -o with-maps.html --maps explained",
    ),
)
@page_options
def teach_command(
    folders: tuple[Path, ...],
    *,
    as_json: bool,
    **asked: Any,  # noqa: ANN401  # fields of `Asked`, one a flag
) -> None:
    """Write a quiz on slices of OUT: answer first, then see label, model and map; with a score."""
    make("teach", folders, as_json=as_json, **asked)
