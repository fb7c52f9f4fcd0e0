"""A threshold that reaches an aim on val, and what is honest to say of it."""

import numpy as np
import pytest

from hnp_model.measures.operating_points import Aim, choose_point
from hnp_model.measures.two_by_two import TwoByTwo
from hnp_model.measures.units import Scores


def drawn(random: np.random.Generator, patients: int, discs: int = 5) -> Scores:
    """Return discs that are alike within a patient, in label and score."""
    ill = 1 / (1 + np.exp(0.4 - 0.5 * random.normal(size=(patients, 1))))
    truth = random.random((patients, discs)) < ill
    logit = 2.4 * (truth - 0.5) + 0.5 * random.normal(size=(patients, 1))
    probability = 1 / (1 + np.exp(-(logit + random.normal(size=truth.shape)))).ravel()
    order = np.argsort(-probability, kind="stable")
    whose = np.repeat(np.arange(patients), discs)
    return Scores(probability[order], truth.ravel()[order], whose[order])


@pytest.mark.parametrize("share", [0.5, 0.8, 0.95, 1.0])
def test_the_highest_threshold_that_finds_as_many_is_taken(share: float) -> None:
    val = drawn(np.random.default_rng(1), 60)
    point = choose_point("level", val, Aim("sensitivity", share)).val
    assert point is not None
    assert point.found >= share * point.positives
    higher = val.probability > point.threshold
    assert val.truth[higher].sum() < share * point.positives


@pytest.mark.parametrize("share", [0.5, 0.7, 0.9])
def test_the_lowest_threshold_at_which_as_many_called_are_ill_is_taken(share: float) -> None:
    val = drawn(np.random.default_rng(2), 60)
    point = choose_point("level", val, Aim("ppv", share)).val
    assert point is not None
    assert point.found >= share * (point.found + point.alarms)
    for lower in np.unique(val.probability[val.probability < point.threshold]):
        assert val.truth[val.probability >= lower].mean() < share


def test_a_tie_is_called_as_a_whole() -> None:
    truth = np.arange(40) % 2 == 0
    val = Scores(np.full(40, 0.3), truth, np.arange(40))
    point = choose_point("patient", val, Aim("sensitivity", 0.5)).val
    assert point is not None
    assert (point.threshold, point.found, point.alarms) == (0.3, 20, 20)
    assert choose_point("patient", val, Aim("ppv", 0.9)).val is None


def test_a_val_with_few_of_a_class_gives_no_threshold_and_says_so() -> None:
    val = Scores(np.linspace(1, 0, 40), np.arange(40) < 31, np.arange(40))
    point = choose_point("patient", val, Aim("sensitivity", 0.9))
    assert point.val is None
    assert point.reason == "val has 9 negative patients, expected at least 10"


def test_counts_are_those_of_a_plain_loop() -> None:
    scores = drawn(np.random.default_rng(3), 30)
    table = TwoByTwo.of(scores, 0.4)
    pairs = list(zip(scores.probability >= 0.4, scores.truth, strict=True))
    assert table.found == sum(called and ill for called, ill in pairs)
    assert table.missed == sum(not called and ill for called, ill in pairs)
    assert table.alarms == sum(called and not ill for called, ill in pairs)
    assert table.passed == sum(not called and not ill for called, ill in pairs)
    screened, called = table.screened_per_found, table.called_per_found
    assert screened.value == pytest.approx(len(pairs) / table.found)
    assert called.value == pytest.approx((table.found + table.alarms) / table.found)
    assert screened.low is not None
    assert screened.high is not None
    assert screened.value is not None
    assert screened.low < screened.value < screened.high


def test_where_none_is_found_nobody_is_screened_in_vain_for_a_number() -> None:
    scores = Scores(np.linspace(0.2, 0.1, 40), np.arange(40) < 20, np.arange(40))
    table = TwoByTwo.of(scores, 0.5)
    assert table.screened_per_found.value is None
    assert table.screened_per_found.high is None
    assert table.shares["ppv"].value is None


@pytest.mark.parametrize("draws", [100, pytest.param(2_000, marks=pytest.mark.torture)])
@pytest.mark.parametrize("aim", [Aim("sensitivity", 0.95), Aim("ppv", 0.8)])
def test_the_interval_on_val_holds_what_the_threshold_does_elsewhere(aim: Aim, draws: int) -> None:
    """Though the threshold was chosen on those very patients."""
    random = np.random.default_rng(0)
    world = drawn(random, 20_000)
    held = []
    for _ in range(draws):
        point = choose_point("level", drawn(random, 50), aim).val
        if point is None:
            continue
        called = world.probability >= point.threshold
        true = world.truth[called].mean() if aim.name == "ppv" else called[world.truth].mean()
        low, high = point.shares[aim.name].low, point.shares[aim.name].high
        held.append((low or 0) <= true <= (high or 1))
    assert len(held) > 0.9 * draws
    assert np.mean(held) > 0.95 - 3 * np.sqrt(0.05 * 0.95 / draws)
