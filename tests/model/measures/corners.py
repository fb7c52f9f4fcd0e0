"""Simulated corners of what is judged, and how often intervals hold their truth there."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from hnp_model.measures.bootstrap import MIN_PATIENTS, fewest_patients
from hnp_model.measures.intervals import interval_of
from hnp_model.measures.metrics import METRICS, judge, measure
from hnp_model.measures.units import Scores

Random = np.random.Generator
Numbers = npt.NDArray[np.float64]

THRESHOLD = 0.4
FEWEST_HELD = 0.92
ROWS_A_PATIENT = {"slice": (4, 13), "level": (2, 6), "patient": (1, 2)}
"""Fewest, and one more than most, of each unit."""

SEPARATIONS = (1.2, 2.2, 3.6)
"""Of the classes in logits: AUC of about .75, .89 and .98."""

SHIFTS = (1.8, 0.8, -0.4)
"""Of the logit of being positive: prevalences of about .21, .36 and .57."""

COUNTS = (20, 40, 60, 100, 250)
ALIKE, OFFSET = 0.8, -0.4
"""Spread of a model's error that a patient's rows share, that of each row being 1; and its mean."""

ERRORS = 2.6
"""Standard errors of the simulation that a share may lie beyond its limit: luck does so once in
two hundred shares that lie on it."""

CLOSED = tuple(name for name in METRICS if name != "average_precision")
"""Figures whose interval needs no resampling."""

FEWEST_BEYOND, MOST_BEYOND = 0.01, 0.05
"""Share of intervals that lie above the truth, or below it."""

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
