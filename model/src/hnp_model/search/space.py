"""What is searched: fields of a fit's settings, and how a trial draws each."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

from optuna.trial import Trial

from hnp_model.fitting.presets import USUAL
from hnp_model.settings.craft import SCHEDULES, Craft
from hnp_model.settings.fit import CHANNELS, SHAPED, FitSettings
from hnp_model.settings.tune import DIMENSIONS, Dimension

_LR_FACTOR = 10.0
"""How far from the learning rate asked for the search goes, down and up."""

WIDTHS = (12, 16, 24, 32, 48)

_DRAWS: Mapping[Dimension, Callable[[Trial, FitSettings], object]] = {
    "lr": lambda trial, base: trial.suggest_float(
        "lr", base.lr / _LR_FACTOR, base.lr * _LR_FACTOR, log=True
    ),
    "dropout": lambda trial, _: trial.suggest_float("dropout", 0.0, 0.5, step=0.05),
    "weight_decay": lambda trial, _: trial.suggest_float("weight_decay", 1e-3, 0.3, log=True),
    "schedule": lambda trial, _: trial.suggest_categorical("schedule", SCHEDULES),
    "augment": lambda trial, _: trial.suggest_float("augment", 0.0, 2.0, step=0.25),
    "width": lambda trial, _: trial.suggest_categorical("width", WIDTHS),
    "slices": lambda trial, _: trial.suggest_categorical("slices", CHANNELS),
    "input_dropout": lambda trial, _: trial.suggest_float("input_dropout", 0.0, 0.75, step=0.125),
}


def dimensions_of(base: FitSettings) -> tuple[Dimension, ...]:
    """Return all that can be searched around the settings asked for."""
    looks = base.model in SHAPED and base.inputs != "tabular"
    own = set() if looks else {"width", "slices"}
    return tuple(name for name in DIMENSIONS if name not in own)


def draw(trial: Trial, base: FitSettings, dimensions: tuple[Dimension, ...]) -> None:
    """Draw what is searched; the trial's parameters have the names of the settings' fields."""
    for name in dimensions:
        _DRAWS[name](trial, base)


def settings_with(base: FitSettings, drawn: Mapping[str, Any], seed: int) -> FitSettings:
    """Return the settings of a trial: those asked for, with what was drawn and its own seed."""
    of_recipe = {field.name for field in fields(Craft)}
    craft = {name: value for name, value in drawn.items() if name in of_recipe}
    plain = {name: value for name, value in drawn.items() if name not in of_recipe}
    recipe = replace(base.recipe, **craft) if craft else base.craft
    usual = {name: None for name, value in USUAL.items() if plain.get(name) == value}
    return replace(base, **{**plain, **usual}, craft=recipe, seed=seed)
