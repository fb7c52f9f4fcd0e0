"""What is searched: fields of a fit's settings, and how a trial draws each."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

from optuna.trial import Trial

from hnp_model.settings import SCHEDULES, Craft, Dimension, FitSettings

_LR_FACTOR = 10.0
"""How far from the learning rate asked for the search goes, down and up."""

_DRAWS: Mapping[Dimension, Callable[[Trial, FitSettings], object]] = {
    "lr": lambda trial, base: trial.suggest_float(
        "lr", base.lr / _LR_FACTOR, base.lr * _LR_FACTOR, log=True
    ),
    "dropout": lambda trial, _: trial.suggest_float("dropout", 0.0, 0.5, step=0.05),
    "weight_decay": lambda trial, _: trial.suggest_float("weight_decay", 1e-3, 0.3, log=True),
    "schedule": lambda trial, _: trial.suggest_categorical("schedule", SCHEDULES),
    "augment": lambda trial, _: trial.suggest_float("augment", 0.0, 2.0, step=0.25),
    "input_dropout": lambda trial, _: trial.suggest_float("input_dropout", 0.0, 0.75, step=0.125),
}


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
    return replace(base, **plain, craft=recipe, seed=seed)
