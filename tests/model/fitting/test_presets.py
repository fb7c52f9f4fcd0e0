import pytest

from hnp_model.fitting.presets import PRESET, STRONG, settings_of
from hnp_model.settings.craft import Craft
from hnp_model.settings.fit import FitSettings


def test_plain_is_what_runs_from_before_there_was_a_choice_hold() -> None:
    assert settings_of("plain", {}) == FitSettings()
    assert settings_of("plain", {"clip": 0.0}) == FitSettings()
    assert settings_of("plain", {"model": "compact"}).lr == 1e-3


def test_a_flag_goes_before_the_preset() -> None:
    found = settings_of("strong", {"model": "compact", "augment": 0.0, "epochs": 3, "lr": 0.1})
    assert (found.epochs, found.lr, found.recipe.augment) == (3, 0.1, 0.0)
    assert found.recipe.weight_decay == STRONG.weight_decay
    assert (found.preset, found.patience) == ("strong", PRESET["strong"].patience)
    assert settings_of("strong", {"patience": 0}).patience is None


def test_long_fits_stop_when_val_gets_no_better_but_for_the_reports_network() -> None:
    assert settings_of("plain", {"model": "compact"}).patience == 10
    assert settings_of("plain", {"model": "compact", "patience": 0}).patience is None
    assert settings_of("plain", {"model": "compact", "epochs": 12}).patience is None
    assert settings_of("plain", {"model": "reference", "epochs": 100}).patience is None
    trees = {"model": "tabular-gbm", "inputs": "tabular", "epochs": 200, "lr": 0.1}
    assert settings_of("plain", trees).patience is None


@pytest.mark.parametrize(
    "wrong", [{"mixup": -1.0}, {"label_smoothing": 1.0}, {"clip": float("inf")}]
)
def test_a_recipe_that_no_flag_gives_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="expected a recipe"):
        Craft(**wrong)  # type: ignore[arg-type]  # numbers only


def test_members_are_fits_of_the_next_seeds() -> None:
    members = FitSettings(seed=7, seeds=3).members()
    assert [(one.seed, one.seeds) for one in members] == [(7, None), (8, None), (9, None)]
    assert FitSettings(seed=7).members() == (FitSettings(seed=7),)
    with pytest.raises(ValueError, match="expected settings"):
        FitSettings(seed=2**32 - 1, seeds=2)
