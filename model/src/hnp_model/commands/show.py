"""hnp-train show."""

from pathlib import Path

import click

from hnp_model.commands.arguments import SEED, dataset_argument, example, force_option
from hnp_model.commands.fit_options import sound_settings
from hnp_model.settings.fit import MODELS
from hnp_shared.command import reported


@click.command("show", epilog=example("hnp-train show data --augment -o sheet.png"))
@dataset_argument
@click.option(
    "-o",
    "file",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="PNG file to write.",
)
@click.option(
    "--augment",
    "augmented",
    is_flag=True,
    help="Show beside each slice how a training varies it, epoch by epoch.",
)
@click.option(
    "--strength",
    type=click.FloatRange(min=0),
    default=1.0,
    show_default=True,
    help="How strongly, as fit's --augment takes it.",
)
@click.option(
    "--model",
    type=click.Choice(MODELS),
    default="compact",
    show_default=True,
    help="Network whose part of the picture is shown.",
)
@click.option(
    "--slices",
    "count",
    type=click.IntRange(1, 100),
    default=8,
    show_default=True,
    help="Number of slices, spread over the data set.",
)
@click.option(
    "--epochs",
    type=click.IntRange(1, 20),
    default=6,
    show_default=True,
    help="Number of epochs shown of each slice.",
)
@click.option(
    "--seed", type=SEED, default=42, show_default=True, help="Number that chances depend on."
)
@force_option
def show_command(  # click passes one argument a flag
    out: Path,
    file: Path,
    augmented: bool,
    strength: float,
    model: str,
    count: int,
    epochs: int,
    seed: int,
    force: bool,
) -> None:
    """Draw slices of the data set OUT as a network sees them, and as a training varies them."""
    settings = sound_settings("strong", {"model": model, "seed": seed, "augment": strength})
    with reported():
        from hnp_model.evaluation.showing import show  # noqa: PLC0415  # torch takes seconds to import

        columns = epochs if augmented else 0
        show(out, file, settings, count=count, epochs=columns, force=force)
        click.echo(file)
