"""The flags of what a network is given, how wide it is, and what is made of a disc's slices."""

from collections.abc import Mapping

import click

from hnp_model.settings.fit import BASELINES, CHANNELS, DEFAULT_WIDTH, LARGEST_WIDTH, SHAPED

SHAPE_OPTIONS = (
    click.option(
        "--slices",
        type=click.Choice(CHANNELS),
        help="Slices seen of each slice: itself and its neighbours in the series, at most 10 mm "
        "from one to the next; of compact.  [default: 1]",
    ),
    click.option(
        "--width",
        type=click.IntRange(4, LARGEST_WIDTH),
        help=f"Channels of the first maps of compact.  [default: {DEFAULT_WIDTH}]",
    ),
    click.option(
        "--columns",
        multiple=True,
        metavar="NAME",
        callback=lambda _context, _option, names: tuple(dict.fromkeys(names)),
        help="Further column of numbers of the manifest that compact is given; repeat for several.",
    ),
    click.option(
        "--choose-pooling",
        is_flag=True,
        default=None,
        help="Let val choose how the slices of a disc are put together (mean, max, noisy-or "
        "or attention), and tell the AUC by disc of that beside the one of their mean.",
    ),
)


def refuse_shape(flags: Mapping[str, object]) -> None:
    """Refuse a shape that the model does not have.

    Raises:
        click.UsageError: a flag was given that means nothing to the model.
    """
    for name in ("slices", "width", "columns"):
        models = SHAPED | BASELINES.keys() if name == "columns" else SHAPED
        if flags[name] and flags["model"] not in models:
            taken = " or ".join(sorted(models))
            raise click.UsageError(
                f"--{name} means nothing to --model {flags['model']}, expected --model {taken}"
            )
    for name in ("slices", "width"):
        if flags[name] and flags["inputs"] == "tabular":
            raise click.UsageError(f"--{name} means nothing to --inputs tabular")
    if flags["columns"] and flags["inputs"] == "image":
        raise click.UsageError("--columns means nothing to --inputs image")
