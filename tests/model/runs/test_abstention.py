"""The curve of errors among those who are not referred."""

import numpy as np

from hnp_model.measures.units import Scores
from hnp_model.runs.abstention import ERROR_LEVELS, abstention_curve
from hnp_model.runs.referral import ValScores, refer


def patients(count: int, seed: int) -> Scores:
    random = np.random.default_rng(seed)
    truth = random.random(count) < 0.5
    probability = 1 / (1 + np.exp(-(2 * truth - 1 + random.normal(size=count))))
    order = np.argsort(-probability)
    return Scores(probability[order], truth[order], np.arange(count))


def test_each_point_is_the_referral_at_its_error_level() -> None:
    known, asked = ValScores(patients(400, 0)), patients(300, 1)
    found = abstention_curve(known, asked)
    assert len(found) > 10
    for one in found:
        assert one == refer(known, asked, one.error_level)


def test_the_higher_the_error_level_the_fewer_are_referred_and_there_the_curve_ends() -> None:
    known, asked = ValScores(patients(400, 2)), patients(300, 3)
    found = abstention_curve(known, asked)
    referred = [one.referred.count for one in found if one.referred]
    assert len(referred) == len(found)
    assert referred[-1] == min(referred)
    beyond = refer(known, asked, ERROR_LEVELS[-1])
    assert beyond.referred
    assert beyond.referred.count > referred[-1]  # sets are empty there


def test_a_val_without_enough_patients_of_a_class_has_no_curve() -> None:
    rows = patients(40, 4)
    healthy = Scores(rows.probability[~rows.truth], rows.truth[~rows.truth], np.arange(20))
    assert abstention_curve(ValScores(healthy), rows) == ()
