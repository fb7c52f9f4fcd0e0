"""Figures of several folds together: mean and range, never scores of different models in one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hnp_model.measures.bootstrap import Figure
from hnp_model.measures.metrics import METRICS
from hnp_model.measures.units import UNITS, UnitName


@dataclass(frozen=True, slots=True)
class FoldFigures:
    """What an evaluation found on the test part of one fold.

    Attributes:
        name: of the fold.
        n_patients: patients judged.
        n_slices: slices judged.
        figures: unit -> one for each of `metrics.METRICS`.
        remarks: of the evaluation.
    """

    name: str
    n_patients: int
    n_slices: int
    figures: Mapping[UnitName, tuple[Figure, ...]]
    remarks: tuple[str, ...]

    def figure(self, unit: UnitName, metric: str) -> Figure:
        """Return one figure."""
        return self.figures[unit][METRICS.index(metric)]

    def to_plain(self) -> dict[str, object]:
        """Return what crossval.json holds."""
        units: dict[str, object] = {
            unit: dict(zip(METRICS, (figure.to_plain() for figure in figures), strict=True))
            for unit, figures in self.figures.items()
        }
        return {"n_patients": self.n_patients, "n_slices": self.n_slices, **units}


@dataclass(frozen=True, slots=True)
class Pooled:
    """One figure over the folds that have it; None where none has."""

    mean: float | None
    min: float | None
    max: float | None
    folds: int


def parse_figures(name: str, part: Any) -> FoldFigures:  # noqa: ANN401  # parsed JSON
    """Return the record of one part of a metrics.json."""
    figures = {unit: tuple(Figure(**part[unit][metric]) for metric in METRICS) for unit in UNITS}
    counts = part["patient"]
    remarks = tuple(part["about"]["remarks"])
    return FoldFigures(name, counts["n_patients"], counts["n_slices"], figures, remarks)


def pool(folds: Sequence[FoldFigures]) -> Mapping[UnitName, Mapping[str, Pooled]]:
    """Return unit -> metric -> mean and range over folds, each fold counting alike."""
    return {
        unit: {metric: _pool([fold.figure(unit, metric) for fold in folds]) for metric in METRICS}
        for unit in UNITS
    }


def _pool(figures: Sequence[Figure]) -> Pooled:
    values = [figure.value for figure in figures if figure.value is not None]
    if not values:
        return Pooled(None, None, None, 0)
    return Pooled(float(np.mean(values)), min(values), max(values), len(values))
