"""What is searched: fields of a fit's settings, and how a trial draws each."""

from collections.abc import Callable, Mapping

from optuna.trial import Trial

from hnp_model.settings import Dimension, FitSettings

_LR_FACTOR = 10.0
"""How far from the learning rate asked for the search goes, down and up."""

_DRAWS: Mapping[Dimension, Callable[[Trial, FitSettings], object]] = {
    "lr": lambda trial, base: trial.suggest_float(
        "lr", base.lr / _LR_FACTOR, base.lr * _LR_FACTOR, log=True
    ),
    "dropout": lambda trial, _: trial.suggest_float("dropout", 0.0, 0.5, step=0.05),
}


def draw(trial: Trial, base: FitSettings, dimensions: tuple[Dimension, ...]) -> None:
    """Draw what is searched; the trial's parameters have the names of the settings' fields."""
    for name in dimensions:
        _DRAWS[name](trial, base)
