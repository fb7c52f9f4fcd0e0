"""How often are two equal models, or recipes, told apart, and how often is a better one found?"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from hnp_model.evaluation.comparison import verdict_on
from hnp_model.measures.bootstrap import MIN_PATIENTS, Figure, fewest_patients
from hnp_model.measures.difference import area_spread, interval_around, seed_spread
from hnp_model.measures.intervals import area_parts
from hnp_model.measures.units import Scores

MOST_FALSE = 0.06
DATA_SETS = 3_000
COUNTS = (20, 40, 60, 100)
Random = np.random.Generator


@dataclass(frozen=True)
class World:
    """What is drawn: patients of two to five discs, and runs that judge them.

    Attributes:
        patients: in the part.
        separation: of the classes in logits: 1.2, 2.2, 3.6 give AUC of about .75, .89, .98.
        shift: of the logit of being positive: 1.8, 0.8, -0.4 give prevalences .21, .36, .57.
        shared: of a run's error, the share that all runs make.
        seeds: standard deviation of the separation between runs of one recipe.
        better: by how much the second side's separation is larger.
    """

    patients: int
    separation: float = 1.2
    shift: float = 0.8
    shared: float = 0.5
    seeds: float = 0.0
    better: float = 0.0

    def draw(self, runs: tuple[int, int], random: Random) -> list[list[Scores]]:
        """Return what the runs of both sides say of the same discs."""
        patient = np.repeat(np.arange(self.patients), random.integers(2, 6, self.patients))
        ill, seen = random.normal(size=(2, self.patients))[:, patient]
        common = 0.8 * seen + random.normal(size=patient.size)
        truth = random.random(patient.size) < 1 / (1 + np.exp(self.shift - 1.5 * ill))
        sides: list[list[Scores]] = [[], []]
        for side, count in enumerate(runs):
            for _ in range(count):
                own = 0.8 * random.normal(size=self.patients)[patient]
                own += random.normal(size=patient.size)
                error = np.sqrt(self.shared) * common + np.sqrt(1 - self.shared) * own
                apart = self.separation + self.better * side + self.seeds * random.normal()
                logit = apart * (truth - 0.5) + error
                order = np.argsort(-logit, kind="stable")
                probability = 1 / (1 + np.exp(-logit[order]))
                sides[side].append(Scores(probability, truth[order], patient[order]))
        return sides


def decide(sides: Sequence[Sequence[Scores]], *, about_recipes: bool) -> str:
    """Return the verdict as `compare` gives it; empty where there are too few patients."""
    if fewest_patients(sides[0][0]) < MIN_PATIENTS:
        return ""
    areas = [[area_parts(scores).area for scores in side] for side in sides]
    difference = float(np.mean(areas[1]) - np.mean(areas[0]))
    seeds = seed_spread(*areas) if about_recipes else None
    ends = interval_around(difference, area_spread(*sides), seeds)
    return verdict_on(Figure(difference, *ends)) or ""


def share_of_verdicts(world: World, runs: tuple[int, int], draws: int) -> float:
    """Return in which share of data sets the sides are told apart, of those with a figure."""
    # Whatever the world, the seed names it: a line of the page can be drawn again alone.
    random = np.random.default_rng([2026, world.patients, *runs])
    told = [decide(world.draw(runs, random), about_recipes=min(runs) > 1) for _ in range(draws)]
    given = [verdict for verdict in told if verdict]
    return sum(verdict != "tie" for verdict in given) / len(given)


def test_equal_models_are_seldom_told_apart() -> None:
    shares = [share_of_verdicts(World(count), (1, 1), 300) for count in COUNTS]
    assert np.mean(shares) <= MOST_FALSE


def test_equal_recipes_are_seldom_told_apart_whatever_their_seeds_do() -> None:
    worlds = [World(count, seeds=seeds) for count in (20, 60) for seeds in (0.0, 0.4)]
    shares = [share_of_verdicts(world, (3, 3), 120) for world in worlds]
    assert np.mean(shares) <= MOST_FALSE


def test_one_run_each_of_a_recipe_differs_often_which_is_about_weights() -> None:
    assert share_of_verdicts(World(100, seeds=0.4), (1, 1), 120) > 3 * MOST_FALSE


def test_a_better_model_and_a_better_recipe_are_found() -> None:
    better = World(100, better=0.8)  # AUC .74 to .86
    assert share_of_verdicts(better, (1, 1), 60) > 0.8
    assert share_of_verdicts(better, (3, 3), 60) > 0.8


PAGE = Path(__file__).parents[3] / "docs" / "verdicts.md"
HEAD = f"""# How often a verdict is wrong, and how often it is missed

Made by `pytest -m torture tests/model/measures/test_verdicts.py`, a part of `make torture`:
{DATA_SETS:,} simulated data sets a cell ({DATA_SETS // 3:,} of recipes, {DATA_SETS // 6:,} of power).
Patients have two to five discs that are alike in truth and in error. A cell is the share of data
sets with a win or a loss by AUC by disc; those with under {MIN_PATIENTS} patients in a class get no
verdict and are left out.
"""


PATIENTS = tuple(f"{count} patients" for count in COUNTS)


def row(*cells: object) -> str:
    shown = (f"{cell:.1%}" if isinstance(cell, float) else str(cell) for cell in cells)
    return f"| {' | '.join(shown)} |"


def table(head: Sequence[str], rows: Sequence[str]) -> str:
    return "\n".join([row(*head), "|" + "---|" * len(head), *rows])


def equal_models() -> tuple[str, float]:
    """Return a table, and its largest cell."""
    rows, most = [], 0.0
    for separation, shift, shared in product((1.2, 2.2, 3.6), (1.8, 0.8, -0.4), (0.3, 0.8)):
        # At 20 patients and a prevalence of .21, hardly any data set has 10 positive patients.
        counts = COUNTS[1:] if shift == 1.8 else COUNTS
        worlds = [World(count, separation, shift, shared) for count in counts]
        cells = [share_of_verdicts(world, (1, 1), DATA_SETS) for world in worlds]
        most = max(most, *cells)
        left_out = ["-"] * (len(COUNTS) - len(cells))
        rows.append(row(separation, shift, shared, *left_out, *cells))
    return table(("separation", "shift", "shared error", *PATIENTS), rows), most


def equal_recipes() -> tuple[str, float]:
    """Return a table, and its largest cell but those of single runs."""
    rows, most = [], 0.0
    for seeds, runs in product((0.0, 0.2, 0.5), ((1, 1), (2, 2), (3, 3), (2, 5), (5, 5))):
        cells = [
            share_of_verdicts(World(count, seeds=seeds), runs, DATA_SETS // 3) for count in COUNTS
        ]
        most = max(most, *(cells if min(runs) > 1 else ()), 0.0)
        rows.append(row(seeds, f"{runs[0]} and {runs[1]}", *cells))
    return table(("seeds", "runs", *PATIENTS), rows), most


def power() -> str:
    rows = []
    counts = (*COUNTS, 250)
    for better, (seeds, runs) in product(
        (0.3, 0.6), ((0.0, (1, 1)), (0.1, (3, 3)), (0.1, (5, 5)), (0.3, (3, 3)), (0.3, (5, 5)))
    ):
        gain = {0.3: 0.05, 0.6: 0.09}[better]
        cells = [
            share_of_verdicts(World(count, seeds=seeds, better=better), runs, DATA_SETS // 6)
            for count in counts
        ]
        what = "weights" if runs == (1, 1) else "recipes"
        rows.append(row(f"{gain:.2f}", what, seeds, f"{runs[0]} and {runs[1]}", *cells))
    head = ("AUC more", "about", "seeds", "runs", *PATIENTS, "250 patients")
    return table(head, rows)


@pytest.mark.torture
def test_equal_sides_are_told_apart_in_at_most_six_in_a_hundred() -> None:
    (models, most_models), (recipes, most_recipes) = equal_models(), equal_recipes()
    PAGE.write_text(
        f"{HEAD}\n## Two equal models, one run each\n\n"
        "*Separation* is that of the classes in logits (1.2, 2.2, 3.6: AUC of about .75, .89, "
        ".98), *shift*\ndecides the prevalence (1.8, 0.8, -0.4: .21, .36, .57), *shared error* is "
        "what both models get wrong alike.\n\n"
        f"{models}\n\n## Equal recipes, other seeds\n\n"
        "*Seeds* is the standard deviation of the separation between seeds (0.2: of the AUC, "
        "0.03).\nWith one run each, the weights do differ, and a verdict is about them: that is "
        "why it says so.\n\n"
        f"{recipes}\n\n## A better one is found\n\n"
        "The first side has an AUC of .75; *seeds* of 0.1 and 0.3 are 0.015 and 0.045 of AUC.\n\n"
        f"{power()}\n",
        encoding="utf-8",
    )
    assert max(most_models, most_recipes) <= MOST_FALSE
