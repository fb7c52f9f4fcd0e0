"""Do the 95 % intervals hold the truth 95 times in 100? Thousands of simulated data sets tell."""

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from hnp_model.measures.bootstrap import MIN_PATIENTS, estimate
from hnp_model.measures.metrics import judge, measure
from hnp_model.measures.units import Scores
from model.measures.corners import (
    ALIKE,
    CLOSED,
    CORNERS,
    ERRORS,
    FEWEST_BEYOND,
    FEWEST_HELD,
    MOST_BEYOND,
    OFFSET,
    SEPARATIONS,
    THRESHOLD,
    Corner,
    Held,
    Random,
    held_in,
    truth_of,
)

METRICS = ("auc", "f1", "sensitivity", "specificity", "brier", "accuracy")
DATA_SETS = 2_000

POPULATION = 300_000
"""Patients whose figures stand for the truth: their error is a fiftieth of an interval's width."""


def draw(random: Random, patient_count: int) -> Scores:
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


CORNER_DRAWN = 1_000
PAGE = Path(__file__).parents[3] / "docs" / "coverage.md"
WIDE = 0.015
"""Share of all ends that may be too far out: few patients, hardly a mistake."""


def test_figures_of_patients_without_number_are_those_of_a_formula() -> None:
    """Of two normal classes, the logits of which have a spread of 1.28."""
    spread = math.hypot(ALIKE, 1)
    for separation in SEPARATIONS:
        figures = dict(zip(CLOSED, truth_of(separation, 0.8), strict=True))
        assert figures["auc"] == pytest.approx(norm.cdf(separation / spread / 2**0.5), abs=5e-4)
        cut = math.log(THRESHOLD / (1 - THRESHOLD)) - OFFSET
        sensitivity = norm.sf((cut - separation / 2) / spread)
        assert figures["sensitivity"] == pytest.approx(sensitivity, abs=5e-4)
        assert figures["calibration_slope"] == pytest.approx(separation / spread**2, abs=5e-3)


@pytest.mark.parametrize(
    "corner",
    [("slice", 3.6, -0.4, 40), ("slice", 2.2, 0.8, 60), ("level", 3.6, -0.4, 20)],
    ids=lambda corner: f"{corner[0]}-{corner[1]}-{corner[3]}",
)
def test_intervals_hold_the_truth_where_it_is_hardest(corner: Corner) -> None:
    held = held_in(corner, 150)
    assert held.drawn > 130
    assert held.faults() == []


@pytest.mark.torture
def test_intervals_hold_the_truth_in_every_corner() -> None:
    with ProcessPoolExecutor() as pool:
        told = list(pool.map(partial(held_in, data_sets=CORNER_DRAWN), CORNERS))
    kept = with_figures(told)
    PAGE.write_text(page_of(kept), encoding="utf-8")
    assert [fault for held in kept for fault in held.faults()] == []
    assert sum(len(held.wide()) for held in kept) <= WIDE * 2 * len(CLOSED) * len(kept)


def with_figures(told: Sequence[Held]) -> list[Held]:
    """Return the corners in which figures are given: there are ten patients in each class."""
    return [held for held in told if held.drawn >= 0.9 * CORNER_DRAWN]


def page_of(kept: Sequence[Held]) -> str:
    """Return the page of the corners in which figures are given."""
    wide = [line for held in kept for line in held.wide()]
    told = WIDE_HEAD.format(count=len(wide), ends=2 * len(CLOSED) * len(kept))
    return HEAD + "\n".join([*(held.row() for held in kept), told, *wide]) + "\n"


LEAST_HELD = FEWEST_HELD - ERRORS * math.sqrt(FEWEST_HELD * (1 - FEWEST_HELD) / CORNER_DRAWN)
MOST_SEEN = MOST_BEYOND + ERRORS * math.sqrt(MOST_BEYOND * (1 - MOST_BEYOND) / CORNER_DRAWN)
HEAD = f"""# How often intervals hold the truth

Made by `pytest -m torture tests/model/measures/test_coverage.py`, a part of `make torture`:
{CORNER_DRAWN:,} simulated data sets a line, each line from random numbers of its own, whose
patients have several rows that are alike. *Separation* is that of the classes in logits (1.2, 2.2,
3.6: AUC of about .75, .89, .98), *shift* decides the prevalence (1.8, 0.8, -0.4: about .21, .36,
.57). A line is left out where a tenth of the data sets has under {MIN_PATIENTS} patients in a
class: there no figure is given. All figures but the average precision, which needs resampling, are
in *mean* and *worst*; *one end* is the largest share of intervals that lie above, or below, the
truth.

How it is judged: the test that makes this page fails where an interval of any figure holds the
truth in less than {FEWEST_HELD:.0%}, or lies on one side of it in more than {MOST_BEYOND:.0%}, by
more than {ERRORS} standard errors of the simulation: below {LEAST_HELD:.3f}, above {MOST_SEEN:.3f}.
It also fails where more than {WIDE:.1%} of all ends are too far out: they stand below the table.

| unit | separation | shift | patients | AUC | mean | worst | one end |
|---|---|---|---|---|---|---|---|
"""

WIDE_HEAD = f"""
## Ends that are too far out

{{count}} of {{ends:,}} ends are passed by the truth in less than {FEWEST_BEYOND:.0%} of the data
sets, by more than {ERRORS} standard errors: such intervals are wider on one side than need be, and
none of them is too short on the other. An end is not asked where a figure is 1 (or 0) in a
hundredth of the data sets or more: whoever sees no mistake cannot rule out that there are few.

| unit | separation | shift | patients | figure | end | intervals above | below |
|---|---|---|---|---|---|---|---|"""
