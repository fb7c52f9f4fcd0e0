"""Do the 95 % intervals hold the truth 95 times in 100? Thousands of simulated data sets tell."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from hnp_model.measures.bootstrap import MIN_PATIENTS, estimate, fewest_patients
from hnp_model.measures.intervals import interval_of
from hnp_model.measures.metrics import METRICS as ALL_METRICS
from hnp_model.measures.metrics import judge, measure
from hnp_model.measures.units import Scores

METRICS = ("auc", "f1", "sensitivity", "specificity", "brier", "accuracy")
DATA_SETS = 2_000
Random = np.random.Generator

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


PAGE = Path(__file__).parents[3] / "docs" / "coverage.md"
ROWS_A_PATIENT = {"slice": (4, 13), "level": (2, 6), "patient": (1, 2)}
"""Fewest, and one more than most, of each unit."""

SEPARATIONS = (1.2, 2.2, 3.6)
"""Of the classes in logits: AUC of about .75, .89 and .98."""

SHIFTS = (1.8, 0.8, -0.4)
"""Of the logit of being positive: prevalences of about .21, .36 and .57."""

COUNTS = (20, 40, 60, 100, 250)
CELLS_DRAWN = 400
CLOSED = tuple(name for name in ALL_METRICS if name != "average_precision")
"""Figures whose interval needs no resampling."""

ENDS = 0.11
"""Most that may lie beyond one end of an interval, in the worst cell."""


def grid(unit: str, separation: float, shift: float, patients: int, random: Random) -> Scores:
    """Return rows of one unit, alike in truth and in the model's error within a patient."""
    patient = np.repeat(np.arange(patients), random.integers(*ROWS_A_PATIENT[unit], patients))
    ill, seen = random.normal(size=(2, patients))[:, patient]
    truth = random.random(patient.size) < 1 / (1 + np.exp(shift - 1.5 * ill))
    logit = separation * (truth - 0.5) - 0.4 + 0.8 * seen + random.normal(size=patient.size)
    probability = 1 / (1 + np.exp(-logit))
    order = np.argsort(-probability, kind="stable")
    return Scores(probability[order], truth[order], patient[order])


def missed(
    unit: str, separation: float, shift: float, patients: int
) -> tuple[npt.NDArray[np.float64], int]:
    """Return the share of intervals above and below the truth, (name, end), and how many."""
    random = np.random.default_rng([2026, patients])
    population = grid(unit, separation, shift, POPULATION // 2, random)
    once = np.ones((1, population.truth.size))
    truth = measure(judge(population), THRESHOLD, once, CLOSED)[0]
    beyond, given = np.zeros((len(CLOSED), 2)), np.zeros((len(CLOSED), 1))
    drawn = 0
    for _ in range(CELLS_DRAWN):
        scores = grid(unit, separation, shift, patients, random)
        if fewest_patients(scores) < MIN_PATIENTS:
            continue
        drawn += 1
        judged, nothing = judge(scores), np.empty(0)
        value = measure(judged, THRESHOLD, np.ones((1, scores.truth.size)), CLOSED)[0]
        for index, name in enumerate(CLOSED):
            if np.isfinite(value[index]):
                found = interval_of(name, float(value[index]), judged, THRESHOLD, nothing)
                assert found is not None
                given[index] += 1
                beyond[index] += (truth[index] < found[0], truth[index] > found[1])
    return beyond / np.maximum(given, 1), drawn


@pytest.mark.torture
def test_intervals_hold_the_truth_in_every_corner() -> None:
    lines = []
    for unit, separation, shift in product(ROWS_A_PATIENT, SEPARATIONS, SHIFTS):
        for patients in COUNTS:
            ends, drawn = missed(unit, separation, shift, patients)
            if drawn < 0.9 * CELLS_DRAWN:
                continue  # under ten patients in a class: no figure is given
            held_by = 1 - ends.sum(axis=1)
            worst, cells = held_by.argmin(), [unit, f"{separation:g}", f"{shift:g}", f"{patients}"]
            cells += [f"{held_by[CLOSED.index('auc')]:.3f}", f"{held_by.mean():.3f}"]
            cells += [f"{held_by[worst]:.3f} ({CLOSED[worst]})", f"{ends.max():.3f}"]
            lines.append("| " + " | ".join(cells) + " |")
            assert held_by.min() >= FEWEST_HELD - 0.04, lines[-1]  # three errors of a share
            assert ends.max() <= ENDS, lines[-1]
    PAGE.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")


HEAD = f"""# How often intervals hold the truth

Made by `pytest -m torture tests/model/measures/test_coverage.py`, a part of `make torture`:
{CELLS_DRAWN:,} simulated data sets a line, whose patients have several rows that are alike.
*Separation* is that of the classes in logits (1.2, 2.2, 3.6: AUC of about .75, .89, .98), *shift*
decides the prevalence (1.8, 0.8, -0.4: about .21, .36, .57). A line is left out where a tenth of
the data sets has under {MIN_PATIENTS} patients in a class: there no figure is given. All figures
but the average precision, which needs resampling, are in *mean* and *worst*; *one end* is the
largest share of intervals that lie above, or below, the truth.

| unit | separation | shift | patients | AUC | mean | worst | one end |
|---|---|---|---|---|---|---|---|
"""
