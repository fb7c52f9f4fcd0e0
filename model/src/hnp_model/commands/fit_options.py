"""The flags of a fit, for every command that fits."""

import functools
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import click

from hnp_model.commands.arguments import SEED, allow_leakage_option
from hnp_model.commands.baseline_options import settle_baseline
from hnp_model.settings import DEFAULT_LR, DEVICES, INPUTS, LARGEST_BATCH, MODELS, FitSettings

OPTIONS = (
    click.option(
        "--model",
        type=click.Choice(MODELS),
        default="reference",
        show_default=True,
        help="Network: the reference report's (300 x 300 pixels only), or a small one for a CPU; "
        "or a baseline that sees no picture.",
    ),
    click.option(
        "--inputs",
        type=click.Choice(INPUTS),
        default="both",
        show_default=True,
        help="What the network sees: the image, the tabular inputs (age, sex, canal width, disc) "
        "or both.",
    ),
    click.option(
        "--epochs",
        type=click.IntRange(min=1),
        default=20,
        show_default=True,
        help="Passes over the training part, at most; of tabular-gbm: trees, 200 by default.",
    ),
    click.option(
        "--patience",
        type=click.IntRange(min=1),
        help="Stop after so many epochs in a row without a better one on val.  [default: never]",
    ),
    click.option(
        "--batch-size",
        type=click.IntRange(1, LARGEST_BATCH),
        default=32,
        show_default=True,
        help="Slices a step.",
    ),
    click.option(
        "--lr",
        type=click.FloatRange(min=0, min_open=True),
        help="Adam's learning rate, without a unit.  [default: 2e-5 for reference, 1e-3 for "
        "compact]",
    ),
    click.option(
        "--dropout",
        type=click.FloatRange(min=0, max=1, max_open=True),
        default=0.1,
        show_default=True,
        help="Share of hidden units left out in each step of training.",
    ),
    click.option(
        "--seed",
        type=SEED,
        default=42,
        show_default=True,
        help="Number that first weights, order of slices and dropout depend on.",
    ),
    click.option(
        "--device",
        type=click.Choice(DEVICES),
        default="auto",
        show_default=True,
        help="Where to compute; auto: cuda where there is such a device, else cpu.",
    ),
    allow_leakage_option,
)


def fit_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the flags of a fit; it gets them, and --fold, as one record ``settings``."""

    @functools.wraps(command)
    def with_settings(**flags: Any) -> None:  # noqa: ANN401  # click has checked them
        settle_baseline(flags)
        if flags["lr"] is None:
            flags["lr"] = DEFAULT_LR[flags["model"]]
        names = [field.name for field in fields(FitSettings) if field.name in flags]
        settings = FitSettings(**{name: flags.pop(name) for name in names})
        command(settings=settings, **flags)

    for option in reversed(OPTIONS):
        with_settings = option(with_settings)
    return with_settings
