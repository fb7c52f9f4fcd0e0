"""Two models, or two recipes, on the same slices: how much better is the second, luck aside?"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from hnp_model.evaluation.sides import name_runs, refuse_mixed, remarks_on_sides
from hnp_model.measures.between_seeds import with_seeds
from hnp_model.measures.bootstrap import MIN_PATIENTS, Figure, Model, fewest_patients
from hnp_model.measures.difference import area_spread, brier_spread, interval_around, seed_spread
from hnp_model.measures.units import PRIMARY_UNIT, UNITS, Scores, UnitName
from hnp_model.report.remarks import remarks_on_size
from hnp_model.runs.evaluated import Evaluated, find_evaluations, read_evaluated
from hnp_model.runs.evaluations import EVALUATIONS_FOLDER, choose_alike
from hnp_shared.errors import InputError

COMPARED = ("auc", "f1", "brier")
PRIMARY = "auc"
"""The figure, of `PRIMARY_UNIT`, that decides: one look, so that luck has one chance."""

SPREADS = {"auc": area_spread, "brier": brier_spread}
"""What patients add to a difference. F1 has none: it jumps with thresholds that val happened to
give, and resampling val would not tell by how much (an argmax is no smooth function of its data).
"""

Verdict = Literal["win", "tie", "loss"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure of both sides.

    Attributes:
        first: of the first side, a mean over its runs, without an interval.
        second: of the second.
        difference: second minus first, with its interval where it has one.
        first_each: of each run of the first side.
        second_each: of the second.
        seed_share: of the variance behind the interval, that between seeds; None for one run each.
    """

    first: float | None
    second: float | None
    difference: Figure
    first_each: tuple[float, ...] = ()
    second_each: tuple[float, ...] = ()
    seed_share: float | None = None


NO_DIFFERENCE = Difference(None, None, Figure(None, None, None))


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs on one part, or several of either recipe.

    Attributes:
        part: the part compared.
        n_slices: slices of it.
        n_patients: patients of it.
        first_runs: runs on the first side.
        second_runs: on the second.
        differences: unit -> one for each of `COMPARED`.
        remarks: what a reader should know first.
        training: whether the fit of any has used some of the part.
        leaks: whether figures of any are too good because of leakage.
    """

    part: str
    n_slices: int
    n_patients: int
    first_runs: int
    second_runs: int
    differences: Mapping[UnitName, tuple[Difference, ...]]
    remarks: tuple[str, ...]
    training: bool
    leaks: bool

    @property
    def primary(self) -> Difference:
        """The one that the verdict is about."""
        return self.differences[PRIMARY_UNIT][COMPARED.index(PRIMARY)]

    @property
    def verdict(self) -> Verdict | None:
        """Of the second side; None where there are too few patients."""
        return verdict_on(self.primary.difference)

    @property
    def about(self) -> Literal["weights", "recipes"]:
        """What the verdict is about: one run says nothing of its recipe."""
        return "recipes" if min(self.first_runs, self.second_runs) > 1 else "weights"

    def to_plain(self) -> dict[str, object]:
        """Return what --json prints; only one of the differences has a verdict."""
        plain = asdict(self)
        for unit, differences in self.differences.items():
            named = zip(COMPARED, differences, strict=True)
            plain["differences"][unit] = {
                name: {**asdict(one), "difference": one.difference.to_plain(), "verdict": None}
                for name, one in named
            }
        plain["differences"][PRIMARY_UNIT][PRIMARY]["verdict"] = self.verdict
        return {**plain, "verdict": self.verdict, "about": self.about}


def compare(first: Sequence[Path], second: Sequence[Path], part: str) -> Comparison:
    """Compare evaluated runs, or evaluations: one with one, or those of two recipes.

    Of runs with several evaluations, those are compared that are about the same.

    Args:
        first: one run, or runs of one recipe with different seeds.
        second: likewise, as many or not.
        part: the part to compare on.

    Raises:
        InputError: one was not evaluated on the part, they were evaluated on other slices, or a
            side is not of one recipe.
        StorageError: a file could not be read.
    """
    paths = (*first, *second)
    names = [*name_runs(len(first), "first"), *name_runs(len(second), "second")]
    kept = [find_evaluations(path, part, name) for path, name in zip(paths, names, strict=True)]
    folders = choose_alike(kept, part) or tuple(one[0].folder for one in kept)
    runs = [read_evaluated(each, part, name) for each, name in zip(folders, names, strict=True)]
    _refuse_other_slices(runs, names, part)
    before, after = runs[: len(first)], runs[len(first) :]
    for side, which in ((before, "first"), (after, "second")):
        refuse_mixed(side, which)
    elsewhere = {folder.path.name for folder in folders} - {path.name for path in paths}
    remarks = [f"compared by {EVALUATIONS_FOLDER}/{name}" for name in sorted(elsewhere)]
    remarks += _remarks_by_run(runs, names)
    remarks += [*remarks_on_sides(before, after), *_on_size(runs[0], part)]
    return Comparison(
        part=part,
        n_slices=len(runs[0]),
        n_patients=runs[0].patient_count,
        first_runs=len(before),
        second_runs=len(after),
        differences={unit: compare_on(unit, before, after) for unit in UNITS},
        remarks=tuple(dict.fromkeys(remarks)),
        training=any(run.training for run in runs),
        leaks=any(run.leaks for run in runs),
    )


def compare_on(
    unit: UnitName, first: Sequence[Evaluated], second: Sequence[Evaluated]
) -> tuple[Difference, ...]:
    """Return a difference for each of `COMPARED`; all runs on the same slices."""
    sides = [[run.scores(unit) for run in side] for side in (first, second)]
    if fewest_patients(sides[0][0]) < MIN_PATIENTS:
        return (NO_DIFFERENCE,) * len(COMPARED)
    values = [
        [
            Model.of(scores, run.thresholds[unit]).values(COMPARED).tolist()
            for scores, run in zip(scored, side, strict=True)
        ]
        for scored, side in zip(sides, (first, second), strict=True)
    ]
    members = _members_of(unit, first, second)
    found = []
    for index, name in enumerate(COMPARED):
        one = _differ(name, sides, *(tuple(run[index] for run in side) for side in values))
        by_member = [figures[:, index] for figures in members]
        found.append(replace(one, difference=with_seeds(one.difference, by_member)))
    return tuple(found)


def _members_of(
    unit: UnitName, first: Sequence[Evaluated], second: Sequence[Evaluated]
) -> list[npt.NDArray[np.float64]]:
    """Return (member, figure) of each side that is one run of several seeds."""
    alone = [side[0] for side in (first, second) if len(side) == 1 and side[0].members]
    return [
        np.array(
            [
                Model.of(scores, run.thresholds[unit]).values(COMPARED)
                for scores in run.scores_by_member(unit)
            ]
        )
        for run in alone
    ]


def verdict_on(difference: Figure) -> Verdict | None:
    """Return a tie while the interval holds 0; None without an interval."""
    if difference.low is None or difference.high is None:
        return None
    if difference.low <= 0 <= difference.high:
        return "tie"
    return "win" if difference.low > 0 else "loss"


def _differ(
    name: str,
    sides: Sequence[Sequence[Scores]],
    first_each: tuple[float, ...],
    second_each: tuple[float, ...],
) -> Difference:
    """Return the difference of one figure, of which each run has a value."""
    first, second = float(np.mean(first_each)), float(np.mean(second_each))
    low, high, share = None, None, None
    if name in SPREADS:
        patients, seeds = SPREADS[name](*sides), seed_spread(first_each, second_each)
        low, high = interval_around(second - first, patients, seeds)
        whole = patients.variance + (seeds.variance if seeds else 0)
        share = seeds.variance / whole if seeds and whole else None
    change = Figure(second - first, low, high)
    return Difference(first, second, change, first_each, second_each, share)


def _remarks_by_run(runs: Sequence[Evaluated], names: Sequence[str]) -> list[str]:
    """Return what evaluations remarked; what not all did with the runs it is about."""
    whose: dict[str, list[str]] = {}
    for run, name in zip(runs, names, strict=True):
        for remark in dict.fromkeys(run.remarks):
            whose.setdefault(remark, []).append(name)
    return [
        remark if len(which) == len(runs) else f"the {' and the '.join(which)} run: {remark}"
        for remark, which in whose.items()
    ]


def _refuse_other_slices(runs: Sequence[Evaluated], names: Sequence[str], part: str) -> None:
    before = runs[0].truths()
    for run, name in zip(runs[1:], names[1:], strict=True):
        after = run.truths()
        slice_ids = before.keys() | after.keys()
        differing = sum(before.get(slice_id) != after.get(slice_id) for slice_id in slice_ids)
        if differing:
            told = "" if len(runs) == 2 else f" between the {names[0]} run and the {name}"
            raise InputError(
                f"the slices of {part} differ{told}: {differing:,} of {len(slice_ids):,} are in "
                "one run only or have another truth, expected the same slices in both"
            )


def _on_size(run: Evaluated, part: str) -> tuple[str, ...]:
    discs = run.scores(PRIMARY_UNIT)
    return remarks_on_size(part, discs.patients_with(True), discs.patients_with(False))
