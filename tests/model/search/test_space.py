from dataclasses import replace

import optuna
import pytest

from hnp_model.search.space import dimensions_of, draw, settings_with
from hnp_model.settings.fit import FitSettings, ModelName
from hnp_model.settings.tune import DIMENSIONS

BASE = FitSettings(model="compact", lr=1e-3)


def test_only_the_compact_network_is_searched_for_width_and_slices() -> None:
    assert dimensions_of(BASE) == DIMENSIONS
    others: tuple[ModelName, ...] = ("reference", "compact-1")
    for model in others:
        assert {"width", "slices"}.isdisjoint(dimensions_of(replace(BASE, model=model)))
    assert {"width", "slices"}.isdisjoint(dimensions_of(replace(BASE, inputs="tabular")))


@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
def test_every_dimension_is_drawn_by_its_name() -> None:
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    trial = study.ask()
    draw(trial, BASE, DIMENSIONS)
    assert trial.params.keys() == set(DIMENSIONS)
    drawn = settings_with(BASE, trial.params, seed=7)
    assert drawn.channels == trial.params["slices"]
    assert drawn.seed == 7


def test_what_is_usual_is_the_run_that_nobody_asked_otherwise_for() -> None:
    assert settings_with(BASE, {"width": 24, "slices": 1}, seed=BASE.seed) == BASE
