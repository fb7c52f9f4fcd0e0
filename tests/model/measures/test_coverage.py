"""Do the 95 % intervals hold the truth 95 times in 100? Thousands of simulated data sets tell."""

from collections.abc import Iterator

import numpy as np
import pytest

from hnp_model.measures.bootstrap import estimate
from hnp_model.measures.metrics import judge, measure
from hnp_model.measures.units import Scores

METRICS = ("auc", "f1", "sensitivity", "specificity", "brier", "accuracy")
DATA_SETS = 2_000
POPULATION = 300_000
"""Patients whose figures stand for the truth: their error is a fiftieth of an interval's width."""

THRESHOLD = 0.4
FEWEST_HELD = 0.92


def draw(random: np.random.Generator, patient_count: int) -> Scores:
    """Return two to six slices a patient, alike in truth and in the model's error."""
    slice_count = random.integers(2, 7, patient_count)
    patient = np.repeat(np.arange(patient_count), slice_count)
    ill, seen = random.normal(size=(2, patient_count))[:, patient]
    truth = random.random(patient.size) < 1 / (1 + np.exp(0.8 - 1.5 * ill))
    logit = 1.6 * truth - 1.2 + 0.8 * seen + random.normal(size=patient.size)
    probability = 1 / (1 + np.exp(-logit))
    order = np.argsort(-probability, kind="stable")
    return Scores(probability[order], truth[order], patient[order])


def held(patient_count: int, data_sets: int) -> Iterator[list[bool]]:
    """Yield for each data set which intervals hold the truth."""
    random = np.random.default_rng(2026)
    population = draw(random, POPULATION)
    once = np.ones((1, population.truth.size))
    truth = measure(judge(population), THRESHOLD, once, METRICS)[0]
    for _ in range(data_sets):
        figures = estimate(draw(random, patient_count), THRESHOLD, METRICS).figures
        assert all(figure.low is not None for figure in figures)
        yield [
            (figure.low or 0.0) <= true <= (figure.high or 0.0)
            for figure, true in zip(figures, truth, strict=True)
        ]


@pytest.mark.torture
@pytest.mark.parametrize("patient_count", [100, 250])
def test_intervals_hold_the_truth(patient_count: int, capsys: pytest.CaptureFixture[str]) -> None:
    shares = np.mean(list(held(patient_count, DATA_SETS)), axis=0)
    table = [f"{name:12} {share:.1%}" for name, share in zip(METRICS, shares, strict=True)]
    with capsys.disabled():
        print(f"\n{DATA_SETS:,} data sets of {patient_count} patients, intervals that hold:")
        print("\n".join(table))
    assert (shares >= FEWEST_HELD).all(), table
