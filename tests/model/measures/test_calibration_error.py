"""The expected calibration error: by a plain loop, and against a truth that is known."""

import numpy as np
import pytest

from hnp_model.measures.calibration import sigmoid
from hnp_model.measures.calibration_error import (
    bin_count_for,
    bin_rows,
    calibration_error,
    error_interval,
)
from hnp_model.measures.units import Scores

POPULATION = 60_000


def draw(
    random: np.random.Generator, patients: int, slope: float, shift: float, rows: int = 4
) -> Scores:
    """Return rows, alike within a patient, whose true logit the model multiplies and shifts."""
    patient = np.repeat(np.arange(patients), rows)
    logit = 1.2 * random.normal(size=patients)[patient] + 1.3 * random.normal(size=patient.size)
    truth = random.random(patient.size) < sigmoid(logit - 0.3)
    probability = sigmoid(slope * (logit - 0.3) + shift)
    order = np.argsort(-probability, kind="stable")
    return Scores(probability[order], truth[order], patient[order])


@pytest.mark.parametrize("patients", [20, 70])
def test_the_error_is_that_of_a_plain_loop(patients: int) -> None:
    scores = draw(np.random.default_rng(0), patients, 2.0, 0.3)
    count, total = (5 if patients == 20 else 10), 0.0
    for number in range(count):
        here = [
            (probability, truth)
            for probability, truth in zip(scores.probability, scores.truth, strict=True)
            if number / count <= probability < (number + 1) / count
        ]
        if here:
            told, true = np.mean(here, axis=0)
            total += len(here) * abs(told - true)
    assert calibration_error(scores) == pytest.approx(total / scores.truth.size)


def test_a_model_that_is_right_by_bin_has_no_error() -> None:
    scores = Scores(
        np.repeat([0.75, 0.25], 4), np.array([1, 1, 1, 0, 1, 0, 0, 0]) > 0, np.arange(8)
    )
    assert calibration_error(scores) == 0.0
    low, high = error_interval(scores)
    assert low == 0.0
    assert 0 <= high <= 1


def test_the_interval_holds_what_is_seen() -> None:
    random = np.random.default_rng(1)
    for _ in range(20):
        scores = draw(random, 30, random.uniform(0.3, 4), random.normal())
        low, high = error_interval(scores)
        assert 0 <= low <= calibration_error(scores) <= high <= 1


def held(patients: int, slope: float, shift: float, data_sets: int) -> tuple[float, float]:
    """Return the share of intervals above the truth, and below it."""
    random = np.random.default_rng([patients, 7])
    population = draw(random, POPULATION, slope, shift)
    above = below = 0
    for _ in range(data_sets):
        scores = draw(random, patients, slope, shift)
        bins = bin_rows(population, bin_count_for(scores))
        apart = np.nan_to_num(np.abs(bins.observed - bins.predicted))
        true = 0.0 if (slope, shift) == (1.0, 0.0) else bins.count @ apart / bins.count.sum()
        low, high = error_interval(scores)
        above, below = above + (true < low), below + (true > high)
    return above / data_sets, below / data_sets


MODELS = [(1.0, 0.0), (1.0, 0.5), (2.0, 0.0), (0.5, 0.0), (4.0, 0.0)]
"""Slope and shift of what the model says: calibrated, too high, and wrong in either direction."""


@pytest.mark.torture
@pytest.mark.parametrize("patients", [20, 40, 60, 100, 250])
@pytest.mark.parametrize(("slope", "shift"), MODELS)
def test_the_interval_holds_the_truth(patients: int, slope: float, shift: float) -> None:
    above, below = held(patients, slope, shift, 1_000)
    assert above + below <= 0.1, (above, below)


@pytest.mark.parametrize(("slope", "shift"), MODELS[:3])
def test_the_interval_holds_the_truth_short(slope: float, shift: float) -> None:
    above, below = held(60, slope, shift, 120)
    assert above + below <= 0.1, (above, below)


def test_a_calibrated_models_error_is_above_0_by_chance_and_its_interval_says_so() -> None:
    random = np.random.default_rng(3)
    drawn = [draw(random, 40, 1.0, 0.0) for _ in range(40)]
    assert np.mean([calibration_error(scores) for scores in drawn]) > 0.05
    assert np.mean([error_interval(scores)[0] == 0 for scores in drawn]) > 0.9


def test_no_positive_among_few_rows_is_no_error_of_a_small_probability() -> None:
    """Of 64 rows with 0.015 none is positive as often as not, of 4,000 hardly ever."""
    for patients, calibrated in ((16, True), (1_000, False)):
        patient = np.tile(np.arange(patients), 8)
        truth = np.arange(patient.size) < patient.size / 2
        scores = Scores(np.where(truth, 0.985, 0.015), truth, patient)
        assert calibration_error(scores) == pytest.approx(0.015)
        assert (error_interval(scores)[0] == 0) == calibrated
