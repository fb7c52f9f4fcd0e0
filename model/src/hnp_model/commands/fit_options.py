"""The flags of a fit, for every command that fits."""

import functools
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import click

from hnp_model.commands.arguments import allow_leakage_option
from hnp_model.settings import DEFAULT_LR, DEVICES, INPUTS, MODELS, FitSettings

OPTIONS = (
    click.option("--model", type=click.Choice(MODELS), default="reference", show_default=True),
    click.option("--inputs", type=click.Choice(INPUTS), default="both", show_default=True),
    click.option("--epochs", type=click.IntRange(min=1), default=20, show_default=True),
    click.option(
        "--patience",
        type=click.IntRange(min=1),
        help="Stop after so many epochs in a row without a better one on val.  [default: never]",
    ),
    click.option("--batch-size", type=click.IntRange(min=1), default=32, show_default=True),
    click.option(
        "--lr",
        type=click.FloatRange(min=0, min_open=True),
        help="Learning rate.  [default: 2e-5 for reference, 1e-3 for compact]",
    ),
    click.option(
        "--dropout",
        type=click.FloatRange(min=0, max=1, max_open=True),
        default=0.1,
        show_default=True,
    ),
    click.option(
        "--seed", type=click.IntRange(min=0, max=2**32 - 1), default=42, show_default=True
    ),
    click.option("--device", type=click.Choice(DEVICES), default="auto", show_default=True),
    allow_leakage_option,
)


def fit_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the flags of a fit; it gets them, and --fold, as one record ``settings``."""

    @functools.wraps(command)
    def with_settings(**flags: Any) -> None:  # noqa: ANN401  # click has checked them
        if flags["lr"] is None:
            flags["lr"] = DEFAULT_LR[flags["model"]]
        names = [field.name for field in fields(FitSettings) if field.name in flags]
        settings = FitSettings(**{name: flags.pop(name) for name in names})
        command(settings=settings, **flags)

    for option in reversed(OPTIONS):
        with_settings = option(with_settings)
    return with_settings
