"""The flags of a fit, for every command that fits."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

import click

from hnp_model.commands.arguments import SEED, allow_leakage_option
from hnp_model.commands.baseline_options import settle_baseline
from hnp_model.commands.code_options import CODE_OPTIONS, settle_codes
from hnp_model.commands.computing_options import COMPUTING_OPTIONS, settle_computing
from hnp_model.commands.craft_options import CRAFT_OPTIONS
from hnp_model.commands.shape_options import SHAPE_OPTIONS, refuse_shape
from hnp_model.fitting.presets import (
    CRAFT_FLAGS,
    LONG_FIT_PATIENCE,
    PRESET,
    SHORT_FIT,
    PresetName,
    settings_of,
)
from hnp_model.settings.fit import DEVICES, INPUTS, LARGEST_BATCH, LARGEST_SEED, MODELS, FitSettings

STRONG = PRESET["strong"]

MOST_SEEDS = 100
"""Members of a run; far beyond what another one still adds to."""

OPTIONS = (
    click.option(
        "--model",
        type=click.Choice(MODELS),
        default="reference",
        show_default=True,
        help="Network: the reference report's (300 x 300 pixels only), a small one for a CPU that "
        "sees the middle 60 mm, or the first version's small one; or a baseline that sees no "
        "picture.",
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
        help="Passes over the training part, at most; of tabular-gbm: trees, 200 by default.  "
        f"[default: {PRESET['plain'].epochs}, strong: {STRONG.epochs}]",
    ),
    click.option(
        "--patience",
        type=click.IntRange(min=0),
        help="Stop after so many epochs in a row without a better one on val; 0: never.  "
        f"[default: {LONG_FIT_PATIENCE} where --epochs is over {SHORT_FIT}, else never; reference: "
        f"never; strong: {STRONG.patience}]",
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
        f"compact, strong: {STRONG.lr['reference']:g} and {STRONG.lr['compact']:g}]",
    ),
    click.option(
        "--dropout",
        type=click.FloatRange(min=0, max=1, max_open=True),
        help="Share of hidden units left out in each step of training.  "
        f"[default: {PRESET['plain'].dropout:g}, strong: {STRONG.dropout:g}]",
    ),
    click.option(
        "--seed",
        type=SEED,
        default=42,
        show_default=True,
        help="Number that first weights, order of slices and dropout depend on.",
    ),
    click.option(
        "--seeds",
        type=click.IntRange(2, MOST_SEEDS),
        help="Number of trainings, from --seed on, whose mean is the prediction.  [default: one]",
    ),
    click.option(
        "--device",
        type=click.Choice(DEVICES),
        default="auto",
        show_default=True,
        help="Where to compute; auto: cuda where there is such a device, else cpu.",
    ),
    *CODE_OPTIONS,
    *SHAPE_OPTIONS,
    click.option(
        "--checkpoint-minutes",
        type=click.FloatRange(min=0),
        help="Minutes between two checkpoints within an epoch; each epoch ends in one.  "
        "[default: 10]",
    ),
    *COMPUTING_OPTIONS,
    *CRAFT_OPTIONS,
    allow_leakage_option,
)


def fit_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the flags of a fit; it gets them, and --fold, as one record ``settings``."""

    @functools.wraps(command)
    def with_settings(**flags: Any) -> None:  # noqa: ANN401  # click has checked them
        settle_codes(flags)
        settle_baseline(flags)
        settle_computing(flags)
        preset = flags.pop("preset")
        refuse_shape(flags)
        names = {*(field.name for field in fields(FitSettings)), *CRAFT_FLAGS} & flags.keys()
        given = {name: flags.pop(name) for name in names}
        stated = {name: value for name, value in given.items() if value is not None}
        command(settings=sound_settings(preset, stated), **flags)

    for option in reversed(OPTIONS):
        with_settings = option(with_settings)
    return with_settings


def sound_settings(preset: PresetName, given: Mapping[str, Any]) -> FitSettings:
    """Return the settings of a fit.

    Raises:
        UsageError: a number is none (nan, inf), or the last of several seeds is too large.
    """
    try:
        return settings_of(preset, given)
    except ValueError as error:
        raise click.UsageError(
            f"found a number out of range, expected finite ones and seeds up to {LARGEST_SEED}"
        ) from error
