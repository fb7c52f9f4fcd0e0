"""The flags of the recipe of a training; what is not given, the preset says."""

import click

from hnp_model.fitting.presets import PRESETS, STRONG
from hnp_model.settings.craft import BALANCES, SCHEDULES

AMOUNT = click.FloatRange(min=0)
SHARE = click.FloatRange(min=0, max=1, max_open=True)


def _standing(name: str) -> str:
    value = getattr(STRONG, name)
    return f"[default: none, strong: {f'{value:g}' if value else 'none'}]"


CRAFT_OPTIONS = (
    click.option(
        "--preset",
        type=click.Choice(PRESETS),
        default="plain",
        show_default=True,
        help="What stands where a flag is not given: the report's training, or one that makes the "
        "most of few patients.",
    ),
    click.option(
        "--weight-decay",
        type=AMOUNT,
        help="Decay of the network's matrices (AdamW), without a unit.  "
        + _standing("weight_decay"),
    ),
    click.option(
        "--schedule",
        type=click.Choice(SCHEDULES),
        help="Course of the learning rate over --epochs.  [default: constant, strong: cosine]",
    ),
    click.option(
        "--warmup-epochs",
        type=AMOUNT,
        help="Epochs over which the learning rate rises.  " + _standing("warmup_epochs"),
    ),
    click.option(
        "--ema-epochs",
        type=AMOUNT,
        help="Epochs that the weights kept are averaged over.  " + _standing("ema_epochs"),
    ),
    click.option(
        "--balance",
        type=click.Choice(BALANCES),
        help="How the rarer class counts as much: weighted in the loss, or drawn more often.  "
        "[default: none]",
    ),
    click.option(
        "--label-smoothing",
        type=SHARE,
        help="Share by which labels are less than certain.  " + _standing("label_smoothing"),
    ),
    click.option(
        "--mixup",
        type=AMOUNT,
        help="Parameter of the Beta distribution that pairs of slices are mixed by.  "
        + _standing("mixup"),
    ),
    click.option(
        "--clip",
        type=AMOUNT,
        help="Largest norm of a step's gradients, without a unit.  " + _standing("clip"),
    ),
    click.option(
        "--augment",
        type=AMOUNT,
        help="Strength by which pictures are varied in each epoch; hnp-train show has a sheet of "
        "them.  " + _standing("augment"),
    ),
    click.option(
        "--flip/--no-flip",
        default=None,
        help="Whether half of the pictures are mirrored, left and right.  [default: no, strong: "
        "yes]",
    ),
    click.option(
        "--input-dropout",
        type=SHARE,
        help="Share of tabular inputs that a slice does without in an epoch.  "
        + _standing("input_dropout"),
    ),
)
