"""Named recipes of training: what stands where a flag is not given."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from hnp_model.settings.craft import PLAIN, Craft
from hnp_model.settings.fit import BASELINES, DEFAULT_LR, DEFAULT_WIDTH, FitSettings, ModelName

PresetName = Literal["plain", "strong"]
PRESETS: tuple[PresetName, ...] = ("plain", "strong")

CRAFT_FLAGS = tuple(field.name for field in fields(Craft))


@dataclass(frozen=True, slots=True)
class Preset:
    """What flags are when nobody gives them.

    Attributes:
        epochs: at most.
        patience: epochs without a better one that end the fit; None: never.
        dropout: share of hidden units left out.
        lr: learning rate by network.
        craft: all else.
    """

    epochs: int
    patience: int | None
    dropout: float
    lr: Mapping[ModelName, float]
    craft: Craft


# Tabular inputs go half of the time: 90 people can be known by age and canal, and a network that
# leans on them reads the picture less (docs/training.md).
STRONG = Craft(
    weight_decay=0.05,
    schedule="cosine",
    warmup_epochs=1.0,
    ema_epochs=1.0,
    clip=1.0,
    augment=1.0,
    flip=True,
    input_dropout=0.5,
)

PRESET: dict[PresetName, Preset] = {
    "plain": Preset(20, None, 0.1, DEFAULT_LR, PLAIN),
    "strong": Preset(
        30, 10, 0.2, {**DEFAULT_LR, "compact": 2e-3, "compact-1": 2e-3, "reference": 1e-4}, STRONG
    ),
}


SHORT_FIT = 12
"""Epochs that a plain fit takes through: what few there are cost little."""

LONG_FIT_PATIENCE = 10
"""Of a plain fit of more; the reference network's stays the report's, which never stops."""

USUAL = {"slices": 1, "width": DEFAULT_WIDTH, "columns": ()}
"""What a run from before there was a choice had; asked for, it is the same run."""


def settings_of(preset: PresetName, given: Mapping[str, Any]) -> FitSettings:
    """Return the settings of a fit.

    Args:
        preset: what stands where nothing is given.
        given: fields of `FitSettings` and `Craft`, without those that nobody gave; a patience of
            0 is never.
    """
    standing = PRESET[preset]
    craft = replace(standing.craft, **{name: given[name] for name in CRAFT_FLAGS if name in given})
    stated = {name: value for name, value in given.items() if name not in CRAFT_FLAGS}
    stated.setdefault("epochs", standing.epochs)
    stated.setdefault("dropout", standing.dropout)
    if "lr" not in stated:
        stated["lr"] = standing.lr[stated.get("model", "reference")]
    stated |= {name: None for name, usual in USUAL.items() if stated.get(name) == usual}
    stated["patience"] = stated.get("patience", _patience(standing, stated)) or None
    return FitSettings(
        **stated,
        preset=None if preset == "plain" else preset,
        craft=None if craft == PLAIN else craft,  # as runs from before there was a choice say it
    )


def _patience(standing: Preset, stated: Mapping[str, Any]) -> int | None:
    """Return the patience of a fit that nobody gave one."""
    model = stated.get("model", "reference")
    if standing.patience or model == "reference" or model in BASELINES:
        return standing.patience
    return LONG_FIT_PATIENCE if stated["epochs"] > SHORT_FIT else None
