"""hnp-train explain."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hnp_model.commands.arguments import (
    FOLDER,
    SEED,
    allow_missing_option,
    dataset_argument,
    example,
    json_option,
)
from hnp_model.explanations.asked import EXPLAINED_PARTS, ExplainSettings
from hnp_shared.command import echo_json, echo_table, reported
from hnp_shared.errors import GateError
from hnp_shared.explained_maps import SLICES_FOLDER
from hnp_shared.extras import needing

if TYPE_CHECKING:
    from hnp_model.explanations.explaining import Explanation


@click.command("explain", epilog=example("hnp-train explain run data -n 8 -o explained"))
@click.argument("run", type=FOLDER)
@dataset_argument
@click.option(
    "-o",
    "target",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR",
    help="New folder to write.",
)
@click.option(
    "--part",
    type=click.Choice(EXPLAINED_PARTS),
    default="test",
    show_default=True,
    help="Slices by the record of the fit; test: all that it has not used.",
)
@click.option(
    "-n",
    "--slices",
    "count",
    type=click.IntRange(min=1),
    default=200,
    show_default=True,
    help="Number of slices drawn at random, which all figures are about.",
)
@click.option(
    "--sheets",
    "shown",
    type=click.IntRange(min=0),
    default=12,
    show_default=True,
    help="Number of slices on each sheet of confident hits, misses and false alarms.",
)
@click.option(
    "--seed",
    type=SEED,
    default=42,
    show_default=True,
    help="Number that the draw and random orders depend on.",
)
@click.option(
    "--allow-mismatch",
    is_flag=True,
    help="Take a data set whose pixels were made by another recipe.",
)
@allow_missing_option
@click.option("--force", is_flag=True, help="Replace an earlier explanation.")
@json_option
def explain_command(  # click passes one argument a flag
    run: Path,
    out: Path,
    target: Path,
    part: str,
    count: int,
    shown: int,
    seed: int,
    allow_mismatch: bool,
    allow_missing: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Show what the network in RUN looks at in the data set OUT; exits with 3 on a shortcut.

    Integrated Gradients and Grad-CAM, and how much of them lies where no disc is.
    """
    settings = ExplainSettings(part, count, shown, seed, allow_mismatch, allow_missing, force)
    with reported(resume="nothing is kept, the same command begins again"):
        with needing("captum", "hnp-model[explain]"):
            import captum.attr  # noqa: F401, PLC0415  # an extra; before hours of work, not after

            from hnp_model.explanations.explaining import explain  # noqa: PLC0415  # torch

        found = explain(run, out, target, settings)
        if as_json:
            echo_json(found.summary.to_plain())
        else:
            _print(found, target)
        if found.summary.found:
            wrong = found.summary.found
            raise GateError(f"the explanation found {len(wrong)}: {'; '.join(wrong)}")


def _print(found: "Explanation", target: Path) -> None:
    from hnp_model.explanations.page import (  # noqa: PLC0415
        about_line,
        curve_rows,
        lines_on,
        region_rows,
        share_rows,
    )

    click.echo(about_line(found.summary))
    for rows in (region_rows, share_rows, curve_rows):
        echo_table(rows(found.summary))
        click.echo()
    for line in lines_on(found.summary):
        click.echo(line)
    for name in found.files:
        click.echo(target / name)
    click.echo(f"{target / SLICES_FOLDER}: {found.pictures} pictures")
