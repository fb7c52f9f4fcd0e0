"""Do the 95 % intervals hold the truth 95 times in 100? Thousands of simulated data sets tell."""

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import norm

from hnp_model.measures.bootstrap import MIN_PATIENTS, estimate, fewest_patients
from hnp_model.measures.intervals import interval_of
from hnp_model.measures.metrics import METRICS as ALL_METRICS
from hnp_model.measures.metrics import judge, measure
from hnp_model.measures.units import Scores

METRICS = ("auc", "f1", "sensitivity", "specificity", "brier", "accuracy")
DATA_SETS = 2_000
Random = np.random.Generator
Numbers = npt.NDArray[np.float64]

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
ALIKE, OFFSET = 0.8, -0.4
"""Spread of a model's error that a patient's rows share, that of each row being 1; and its mean."""

CORNER_DRAWN = 1_000
ERRORS = 2.6
"""Standard errors of the simulation that a share may lie beyond its limit: luck does so once in
two hundred shares that lie on it."""

CLOSED = tuple(name for name in ALL_METRICS if name != "average_precision")
"""Figures whose interval needs no resampling."""

FEWEST_BEYOND, MOST_BEYOND = 0.01, 0.05
"""Share of intervals that lie above the truth, or below it."""

WIDE = 0.015
"""Share of all ends that may be too far out: few patients, hardly a mistake."""

Corner = tuple[str, float, float, int]
"""Unit, separation, shift, patients."""

CORNERS: tuple[Corner, ...] = tuple(product(ROWS_A_PATIENT, SEPARATIONS, SHIFTS, COUNTS))


@dataclass(frozen=True)
class Held:
    """What became of the intervals of one corner; every array is (name,).

    Attributes:
        corner: which one.
        drawn: data sets with enough patients for figures.
        given: those in which the figure is defined.
        above: share of intervals that lie above the truth.
        below: share that lie below it.
        at_most: share of figures that are 1: no interval lies above the truth then.
        at_least: share of figures that are 0.
    """

    corner: Corner
    drawn: int
    given: Numbers
    above: Numbers
    below: Numbers
    at_most: Numbers
    at_least: Numbers

    @property
    def share(self) -> Numbers:
        """Of intervals that hold the truth."""
        return 1 - self.above - self.below

    def faults(self) -> list[str]:
        """Return what is too short, by more than the simulation's error."""
        many = MOST_BEYOND + self._slack(MOST_BEYOND)
        short = {
            "held too seldom": self.share < FEWEST_HELD - self._slack(FEWEST_HELD),
            "too often above": self.above > many,
            "too often below": self.below > many,
        }
        return [f"{self._corner()} {one}" for one in self._named(short)]

    def wide(self) -> list[str]:
        """Return which ends are too far out; those that nothing can lie beyond are left out."""
        few = FEWEST_BEYOND - self._slack(FEWEST_BEYOND)
        told = {
            "low end": (self.above < few) & (self.at_most < FEWEST_BEYOND),
            "high end": (self.below < few) & (self.at_least < FEWEST_BEYOND),
        }
        return [f"| {self._corner()} | {one} |" for one in self._named(told)]

    def _named(self, found: dict[str, npt.NDArray[np.bool_]]) -> Iterator[str]:
        for what, where in found.items():
            for index in np.flatnonzero(where).tolist():
                beyond = f"{self.above[index]:.3f} | {self.below[index]:.3f}"
                yield f"{CLOSED[index]} | {what} | {beyond}"

    def _corner(self) -> str:
        unit, separation, shift, patients = self.corner
        return f"{unit} | {separation:g} | {shift:g} | {patients}"

    def _slack(self, share: float) -> Numbers:
        slack: Numbers = ERRORS * np.sqrt(share * (1 - share) / np.maximum(self.given, 1))
        return slack

    def row(self) -> str:
        """Return the line of the table."""
        worst, ends = int(self.share.argmin()), np.maximum(self.above, self.below)
        end = int(ends.argmax())
        cells = [
            self._corner(),
            f"{self.share[CLOSED.index('auc')]:.3f}",
            f"{self.share.mean():.3f}",
        ]
        cells += [f"{self.share[worst]:.3f} ({CLOSED[worst]})", f"{ends[end]:.3f} ({CLOSED[end]})"]
        return "| " + " | ".join(cells) + " |"


@cache
def truth_of(separation: float, shift: float) -> Numbers:
    """Return the figures of patients without number, (name,): sums over a grid, nothing drawn."""
    place = np.linspace(-8, 8, 8_001)
    density = norm.pdf(place)
    share = float(density @ (1 / (1 + np.exp(shift - 1.5 * place))) / density.sum())
    truth = np.repeat([False, True], place.size)
    logit = separation * (truth - 0.5) + OFFSET + math.hypot(ALIKE, 1) * np.tile(place, 2)
    weight = np.concatenate([(1 - share) * density, share * density])
    order = np.argsort(-logit, kind="stable")
    rows = Scores(1 / (1 + np.exp(-logit[order])), truth[order], np.arange(truth.size))
    return np.asarray(measure(judge(rows), THRESHOLD, weight[None, order], CLOSED)[0])


def grid(unit: str, separation: float, shift: float, patients: int, random: Random) -> Scores:
    """Return rows of one unit, alike in truth and in the model's error within a patient."""
    patient = np.repeat(np.arange(patients), random.integers(*ROWS_A_PATIENT[unit], patients))
    ill, seen = random.normal(size=(2, patients))[:, patient]
    truth = random.random(patient.size) < 1 / (1 + np.exp(shift - 1.5 * ill))
    error = OFFSET + ALIKE * seen + random.normal(size=patient.size)
    probability = 1 / (1 + np.exp(-(separation * (truth - 0.5) + error)))
    order = np.argsort(-probability, kind="stable")
    return Scores(probability[order], truth[order], patient[order])


def held_in(corner: Corner, data_sets: int) -> Held:
    """Return what becomes of intervals; each corner draws from a stream of its own."""
    unit, separation, shift, patients = corner
    random = np.random.default_rng([2026, CORNERS.index(corner)])
    truth, nothing = truth_of(separation, shift), np.empty(0)
    counts, drawn = np.zeros((5, len(CLOSED))), 0
    for _ in range(data_sets):
        scores = grid(unit, separation, shift, patients, random)
        if fewest_patients(scores) < MIN_PATIENTS:
            continue
        drawn += 1
        judged, once = judge(scores), np.ones((1, scores.truth.size))
        value = measure(judged, THRESHOLD, once, CLOSED)[0]
        for index in np.flatnonzero(np.isfinite(value)):
            found = interval_of(CLOSED[index], float(value[index]), judged, THRESHOLD, nothing)
            assert found is not None
            beyond = (truth[index] < found[0], truth[index] > found[1])
            counts[:, index] += (1, *beyond, value[index] >= 1, value[index] <= 0)
    given, *shares = counts
    shares = [each / np.maximum(given, 1) for each in shares]
    calibration = [name.startswith("calibration") for name in CLOSED]
    for each in shares[2:]:
        each[calibration] = 0.0
    return Held(corner, drawn, given, *shares)


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
