"""A decision curve is the arithmetic of Vickers and Elkin, with intervals between patients."""

import numpy as np
import pytest

from hnp_model.measures.net_benefit import COLUMNS, DecisionCurve, decision_curve
from hnp_model.measures.units import Scores
from model.measures.test_operating_points import drawn


def curve_of(scores: Scores, *thresholds: float) -> DecisionCurve:
    curve = decision_curve(scores, thresholds)
    assert curve is not None
    return curve


def test_a_net_benefit_is_what_is_found_less_the_alarms_at_the_price_of_the_threshold() -> None:
    scores = drawn(np.random.default_rng(0), 40)
    curve = curve_of(scores, 0.1, 0.25, 0.5, 0.9)
    for place, cut in enumerate((0.1, 0.25, 0.5, 0.9)):
        called = scores.probability >= cut
        found, alarms = (called & scores.truth).sum(), (called & ~scores.truth).sum()
        count = scores.truth.size
        assert curve.model.value[place] == pytest.approx((found - alarms * cut / (1 - cut)) / count)
        ill = scores.truth.mean()
        everyone = ill - (1 - ill) * cut / (1 - cut)
        assert curve.everyone.value[place] == pytest.approx(everyone)
        best = max(everyone, 0)
        assert curve.gain_over_best.value[place] == pytest.approx(curve.model.value[place] - best)


def test_acting_on_everybody_is_worth_nothing_at_the_prevalence() -> None:
    truth = np.arange(40) < 10
    curve = curve_of(Scores(np.linspace(0.9, 0.1, 40), truth, np.arange(40)), 0.25)
    assert curve.everyone.value[0] == pytest.approx(0)


def test_a_model_that_knows_nothing_pays_nowhere() -> None:
    random = np.random.default_rng(1)
    scores = Scores(np.full(200, 0.4), random.random(200) < 0.4, np.arange(200))
    curve = decision_curve(scores)
    assert curve is not None
    assert curve.pays_between() is None


def test_a_good_model_pays_in_a_run_of_thresholds() -> None:
    curve = decision_curve(drawn(np.random.default_rng(2), 100))
    assert curve is not None
    pays = curve.pays_between()
    assert pays is not None
    assert pays[0] < 0.4 < pays[1]


def test_few_patients_of_a_class_have_no_curve() -> None:
    assert decision_curve(Scores(np.full(40, 0.4), np.arange(40) < 9, np.arange(40))) is None


def test_columns_are_named_as_files_name_them() -> None:
    curve = curve_of(drawn(np.random.default_rng(3), 40), 0.2, 0.4)
    assert tuple(curve.to_plain()) == COLUMNS
    assert {len(column) for column in curve.to_plain().values()} == {2}


@pytest.mark.parametrize("draws", [150, pytest.param(3_000, marks=pytest.mark.torture)])
def test_intervals_hold_the_truth_as_often_as_they_say(draws: int) -> None:
    random, cuts = np.random.default_rng(4), (0.2, 0.5, 0.8)
    world = curve_of(drawn(random, 20_000), *cuts)
    held = []
    for _ in range(draws):
        curve = curve_of(drawn(random, 40), *cuts)
        pairs = ((curve.model, world.model), (curve.gain_over_best, world.gain_over_best))
        for told, true in pairs:
            held.append((told.low <= true.value) & (true.value <= told.high))
    shares = np.mean(np.reshape(held, (draws, 2, len(cuts))), axis=0)
    assert (shares > 0.95 - 3 * np.sqrt(0.05 * 0.95 / draws)).all()
