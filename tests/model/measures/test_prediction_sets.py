"""Sets of discs hold the true class as often as promised, though discs of a patient are alike."""

import numpy as np
import pytest

from hnp_model.measures.prediction_sets import class_p_values, name_sets, patients_needed
from hnp_model.measures.units import Scores
from hnp_model.runs.referral import p_values
from model.measures.test_operating_points import drawn


def test_with_a_disc_a_patient_they_are_those_of_referral() -> None:
    random = np.random.default_rng(0)

    def draw(count: int) -> Scores:
        probability = np.round(np.sort(random.random(count))[::-1], 2)
        return Scores(probability, random.random(count) < probability, np.arange(count))

    val, asked = draw(70), draw(40)
    found = class_p_values(val.probability, val.truth, val.patient, asked.probability)
    assert found == pytest.approx(p_values(val, asked))


def test_a_patient_counts_once_however_many_discs_there_are() -> None:
    val = drawn(np.random.default_rng(1), 30)
    asked = np.linspace(0, 1, 21)
    once = class_p_values(val.probability, val.truth, val.patient, asked)
    rows = np.repeat(np.arange(val.truth.size), 3)
    often = class_p_values(val.probability[rows], val.truth[rows], val.patient[rows], asked)
    assert often == pytest.approx(once)


def test_a_set_is_named_by_what_is_in_it() -> None:
    told = name_sets(np.array([[0.5, 0.05], [0.05, 0.5], [0.5, 0.5], [0.05, 0.1]]), 0.1)
    assert told == ["normal", "patient", "both", "none"]
    assert [patients_needed(level) for level in (0.1, 0.05, 0.2)] == [9, 19, 4]


@pytest.mark.parametrize("draws", [150, pytest.param(3_000, marks=pytest.mark.torture)])
def test_each_class_keeps_its_place_as_often_as_promised(draws: int) -> None:
    random = np.random.default_rng(2)
    kept = {False: 0.0, True: 0.0}
    for _ in range(draws):
        val, asked = drawn(random, 40), drawn(random, 40)
        found = class_p_values(val.probability, val.truth, val.patient, asked.probability)
        for truth in kept:
            here = asked.truth == truth
            kept[truth] += float((found[here, int(truth)] > 0.1).mean()) / draws
    assert all(0.885 < share < 0.93 for share in kept.values())
