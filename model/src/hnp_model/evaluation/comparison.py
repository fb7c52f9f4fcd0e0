"""Two models on the same slices: how much better is the second, beyond who was drawn?"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from hnp_model.measures.between_seeds import with_seeds
from hnp_model.measures.bootstrap import (
    MIN_PATIENTS,
    Figure,
    Model,
    fewest_patients,
    figure_of,
    resample,
)
from hnp_model.measures.units import UNITS, UnitName
from hnp_model.report.remarks import remarks_on_size
from hnp_model.runs.evaluated import Evaluated, find_evaluations, read_evaluated
from hnp_model.runs.evaluations import EVALUATIONS_FOLDER, choose_alike
from hnp_shared.errors import InputError

COMPARED = ("auc", "f1", "brier")
LOWER_IS_BETTER = frozenset({"brier"})

Verdict = Literal["win", "tie", "loss"]
NO_FIGURE = Figure(None, None, None)


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure of both models.

    Attributes:
        first: of the first model, without an interval.
        second: of the second.
        difference: second minus first, with its interval.
        verdict: of the second: a tie while the interval holds 0; None without figures.
    """

    first: float | None
    second: float | None
    difference: Figure
    verdict: Verdict | None


NO_DIFFERENCE = Difference(None, None, NO_FIGURE, None)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs on one part.

    Attributes:
        part: the part compared.
        n_slices: slices of it.
        n_patients: patients of it.
        differences: unit -> one for each of `COMPARED`.
        remarks: what a reader should know first.
        training: whether the fit of either has used any of the part.
    """

    part: str
    n_slices: int
    n_patients: int
    differences: Mapping[UnitName, tuple[Difference, ...]]
    remarks: tuple[str, ...]
    training: bool

    def to_plain(self) -> dict[str, object]:
        """Return what --json prints."""
        plain = asdict(self)
        for unit, differences in self.differences.items():
            named = zip(COMPARED, differences, strict=True)
            plain["differences"][unit] = {
                name: {**asdict(one), "difference": one.difference.to_plain()}
                for name, one in named
            }
        return plain


def compare(first_path: Path, second_path: Path, part: str) -> Comparison:
    """Compare two evaluated runs, or two evaluations.

    Of runs with several evaluations, those are compared that are about the same.

    Raises:
        InputError: one was not evaluated on the part, or they were evaluated on other slices.
        StorageError: a file could not be read.
    """
    kept = [
        find_evaluations(path, part, which)
        for path, which in ((first_path, "first"), (second_path, "second"))
    ]
    alike = choose_alike(kept[0], kept[1], part) or tuple(one[0].folder for one in kept)
    first, second = (
        read_evaluated(folder, part, which)
        for folder, which in zip(alike, ("first", "second"), strict=True)
    )
    _refuse_other_slices(first, second, part)
    differences = {unit: compare_on(unit, first, second) for unit in UNITS}
    elsewhere = {folder.path.name for folder in alike} - {first_path.name, second_path.name}
    remarks = tuple(f"compared by {EVALUATIONS_FOLDER}/{name}" for name in sorted(elsewhere))
    remarks += (*first.remarks, *second.remarks, *remarks_on_size(part, first.patient_count))
    unique = tuple(dict.fromkeys(remarks))
    training = first.training or second.training
    return Comparison(part, len(first), first.patient_count, differences, unique, training)


def compare_on(unit: UnitName, first: Evaluated, second: Evaluated) -> tuple[Difference, ...]:
    """Return a difference for each of `COMPARED`; both runs on the same slices."""
    scores = [run.scores(unit) for run in (first, second)]
    if fewest_patients(scores[0]) < MIN_PATIENTS:
        return (NO_DIFFERENCE,) * len(COMPARED)
    thresholds = (first.thresholds[unit], second.thresholds[unit])
    models = [Model.of(*rows) for rows in zip(scores, thresholds, strict=True)]
    values = [model.values(COMPARED) for model in models]
    drawn = resample(models, COMPARED)  # (model, resample, name)
    plain = map(figure_of, values[1] - values[0], (drawn[1] - drawn[0]).T)
    by_member = [
        np.array([Model.of(one, threshold).values(COMPARED) for one in run.scores_by_member(unit)])
        for run, threshold in zip((first, second), thresholds, strict=True)
    ]
    figures = [
        with_seeds(figure, [each[:, number] for each in by_member if each.size])
        for number, figure in enumerate(plain)
    ]
    return tuple(
        Difference(float(before), float(after), figure, _verdict(name, figure))
        for name, before, after, figure in zip(COMPARED, *values, figures, strict=True)
    )


def _verdict(name: str, difference: Figure) -> Verdict | None:
    if difference.low is None or difference.high is None:
        return None
    if difference.low <= 0 <= difference.high:
        return "tie"
    return "win" if (difference.low > 0) == (name not in LOWER_IS_BETTER) else "loss"


def _refuse_other_slices(first: Evaluated, second: Evaluated, part: str) -> None:
    before, after = first.truths(), second.truths()
    slice_ids = before.keys() | after.keys()
    differing = sum(before.get(slice_id) != after.get(slice_id) for slice_id in slice_ids)
    if differing:
        raise InputError(
            f"the slices of {part} differ: {differing:,} of {len(slice_ids):,} are in one run only "
            "or have another truth, expected the same slices in both"
        )
