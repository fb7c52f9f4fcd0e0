"""The figures of a part: every unit, and every subgroup by slice."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from hnp_model.data.slices import Slices
from hnp_model.measures.between_seeds import ANYWHERE, with_seeds
from hnp_model.measures.bootstrap import MIN_PATIENTS, Estimates, Figure, Model, estimate
from hnp_model.measures.metrics import METRICS
from hnp_model.measures.subgroups import in_reading_order, subgroups_of
from hnp_model.measures.units import UNITS, Scores, UnitName, score_units

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """Figures of one unit, or of one subgroup.

    Attributes:
        estimates: figures with intervals.
        n_slices: slices behind them.
        n_levels: discs (one level of one study).
        n_patients: patients.
        n_patients_positive: those with a positive row of the unit.
        n_patients_negative: those with a negative one.
        n_positive: positive rows of the unit.
        prevalence: their share of the unit's rows.
        threshold: fixed on the run's validation part.
    """

    estimates: Estimates
    n_slices: int
    n_levels: int
    n_patients: int
    n_patients_positive: int
    n_patients_negative: int
    n_positive: int
    prevalence: float
    threshold: float

    @property
    def too_few(self) -> bool:
        """Whether a class has so few patients that there are no figures."""
        return min(self.n_patients_positive, self.n_patients_negative) < MIN_PATIENTS

    def figure(self, name: str) -> Figure:
        """Return the figure of that name, one of `metrics.METRICS`."""
        return self.estimates.figures[METRICS.index(name)]

    def to_plain(self) -> dict[str, object]:
        """Return what metrics.json holds."""
        plain = asdict(self)
        del plain["estimates"]
        named = zip(METRICS, self.estimates.figures, strict=True)
        return {
            **{name: figure.to_plain() for name, figure in named},
            **plain,
            "resamples_dropped": self.estimates.resamples_dropped,
            "resamples_undefined": dict(self.estimates.resamples_undefined),
        }


@dataclass(frozen=True, slots=True)
class PartFigures:
    """Figures of one part: by unit, and ``by[dimension][group]`` on slices."""

    units: Mapping[UnitName, UnitFigures]
    by: Mapping[str, Mapping[str, UnitFigures]]

    def to_plain(self) -> dict[str, object]:
        """Return what metrics.json holds."""
        by = {
            dimension: {group: figures.to_plain() for group, figures in groups.items()}
            for dimension, groups in self.by.items()
        }
        return {**{unit: figures.to_plain() for unit, figures in self.units.items()}, "by": by}


def figures_of(
    slices: Slices,
    probability: Numbers,
    thresholds: Mapping[str, float],
    members: Sequence[Numbers] = (),
) -> PartFigures:
    """Return all figures of some slices.

    Args:
        slices: the slices judged, at least one.
        probability: (slice,), the model's.
        thresholds: unit -> threshold.
        members: (slice,) each, of the members whose mean the model's is.
    """

    def describe(unit: UnitName, here: Slices, rows: npt.NDArray[np.bool_]) -> UnitFigures:
        scores = [score_units(unit, here, one[rows]) for one in (probability, *members)]
        return _describe(here, scores[0], thresholds[unit], scores[1:])

    everyone = np.ones(len(slices), np.bool_)
    units = {unit: describe(unit, slices, everyone) for unit in UNITS}
    by: dict[str, dict[str, UnitFigures]] = {}
    for dimension, group_of in subgroups_of(slices).items():
        by[dimension] = {}
        for group in in_reading_order(group_of):
            here = group_of == group
            by[dimension][group] = describe("slice", slices.take(here), here)
    return PartFigures(units, by)


def _describe(
    slices: Slices, scores: Scores, threshold: float, members: Sequence[Scores]
) -> UnitFigures:
    estimates = estimate(scores, threshold)
    if members and estimates.figures[0].value is not None:
        each = np.stack([Model.of(one, threshold).values(METRICS) for one in members])
        told = zip(METRICS, estimates.figures, each.T, strict=True)
        figures = tuple(
            with_seeds(figure, [values], ANYWHERE if name.startswith("calibration") else (0.0, 1.0))
            for name, figure, values in told
        )
        estimates = Estimates(figures, estimates.resamples_dropped)
    discs = set(zip(slices.study_id.tolist(), slices.level.tolist(), strict=True))
    return UnitFigures(
        estimates=estimates,
        n_slices=len(slices),
        n_levels=len(discs),
        n_patients=scores.patient_count,
        n_patients_positive=scores.patients_with(True),
        n_patients_negative=scores.patients_with(False),
        n_positive=int(scores.truth.sum()),
        prevalence=float(scores.truth.mean()),
        threshold=threshold,
    )
