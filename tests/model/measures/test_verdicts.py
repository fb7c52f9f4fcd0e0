"""How often are two equal models, or recipes, told apart, and how often is a better one found?"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from hnp_model.evaluation.comparison import verdict_on
from hnp_model.measures.area_interval import area_parts
from hnp_model.measures.bootstrap import MIN_PATIENTS, Figure, fewest_patients
from hnp_model.measures.difference import area_spread, interval_around, seed_spread
from hnp_model.measures.units import Scores

MOST_FALSE = 0.06
DATA_SETS, RECIPES_DRAWN, POWER_DRAWN = 2_000, 500, 300
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
{DATA_SETS:,} simulated data sets a cell ({RECIPES_DRAWN} of recipes, {POWER_DRAWN} of power), of \
patients with two to five discs
that are alike in truth and in error. A cell is the share of data sets with a win or a loss by AUC
by disc; those with under {MIN_PATIENTS} patients in a class get no verdict and are left out.

## Two equal models, one run each

*Separation* is that of the classes in logits (1.2, 2.2, 3.6: AUC of about .75, .89, .98), *shift*
decides the prevalence (1.8, 0.8, -0.4: .21, .36, .57).

"""
ON_RECIPES = """
## Equal recipes, other seeds

*Seeds* is the standard deviation of the separation between seeds (0.2: of the AUC, 0.03). With one
run each the weights do differ, and a verdict is about them: that is why it says so.

"""
ON_POWER = """
## A better one is found

The first side has an AUC of .75; *seeds* of 0.1 and 0.3 are 0.015 and 0.045 of AUC.

"""
Cell = tuple[World, tuple[int, int], int]
Row = tuple[tuple[str, ...], list[Cell]]
EQUAL_MODELS: list[Row] = [
    (
        (f"{separation}", f"{shift}"),
        # At 20 patients and a prevalence of .21, hardly any data set has 10 positive patients.
        [
            (
                World(count, separation, shift),
                (1, 1),
                0 if (count, shift) == (20, 1.8) else DATA_SETS,
            )
            for count in COUNTS
        ],
    )
    for separation, shift in product((1.2, 2.2, 3.6), (1.8, 0.8, -0.4))
]
EQUAL_RECIPES: list[Row] = [
    (
        (f"{seeds}", f"{runs[0]} and {runs[1]}"),
        [(World(count, seeds=seeds), runs, RECIPES_DRAWN) for count in COUNTS],
    )
    for seeds, runs in product((0.0, 0.2, 0.5), ((1, 1), (2, 2), (3, 3), (5, 5)))
    if seeds or runs != (1, 1)  # without, they are the equal models above
]
BETTER: list[Row] = [
    (
        (gain, about, f"{seeds}", f"{runs[0]} and {runs[1]}"),
        [(World(count, seeds=seeds, better=better), runs, POWER_DRAWN) for count in (*COUNTS, 250)],
    )
    for (gain, better), (about, seeds, runs) in product(
        ((".05", 0.3), (".09", 0.6)),
        (
            ("weights", 0.0, (1, 1)),
            *(("recipes", seeds, (count, count)) for seeds in (0.1, 0.3) for count in (3, 5)),
        ),
    )
]


def share_of(cell: Cell) -> float:
    """Return the share of a cell; NaN for one that is left out."""
    return share_of_verdicts(*cell) if cell[2] else float("nan")


def table(head: Sequence[str], rows: Sequence[Row], shares: Mapping[Cell, float]) -> str:
    counts = (f"{cell[0].patients} patients" for cell in rows[0][1])
    lines = [(*head, *counts), ("---",) * (len(head) + len(rows[0][1]))]
    for names, cells in rows:
        found = (shares[cell] for cell in cells)
        lines.append((*names, *("-" if np.isnan(each) else f"{each:.1%}" for each in found)))
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


@pytest.mark.torture
def test_equal_sides_are_told_apart_in_at_most_six_in_a_hundred() -> None:
    cells = [cell for _, row in (*EQUAL_MODELS, *EQUAL_RECIPES, *BETTER) for cell in row]
    with ProcessPoolExecutor() as pool:
        shares = dict(zip(cells, pool.map(share_of, cells), strict=True))
    PAGE.write_text(
        HEAD
        + table(("separation", "shift"), EQUAL_MODELS, shares)
        + ON_RECIPES
        + table(("seeds", "runs"), EQUAL_RECIPES, shares)
        + ON_POWER
        + table(("AUC more", "about", "seeds", "runs"), BETTER, shares),
        encoding="utf-8",
    )
    for _, row in (*EQUAL_MODELS, *EQUAL_RECIPES):
        for world, runs, draws in row:
            if draws and (min(runs) > 1 or not world.seeds):  # single runs do differ by seed
                by_luck = 2 * np.sqrt(MOST_FALSE * (1 - MOST_FALSE) / draws)
                assert shares[world, runs, draws] <= MOST_FALSE + by_luck, (world, runs)
