"""How much more one split promises than another, judged on different slices of one data set."""

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from hnp_model.data.slices import Slices
from hnp_model.measures.bootstrap import (
    MIN_PATIENTS,
    Figure,
    Model,
    draw_patients,
    estimate,
    fewest_patients,
    figure_of,
)
from hnp_model.measures.metrics import measure
from hnp_model.measures.units import Scores, score_units

AUC = ("auc",)
ANY_THRESHOLD = 0.5
"""An AUC has none; the functions that also give other figures ask for one."""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Half:
    """What a network says of the test part of one split.

    Attributes:
        rows: (slice of test,), indices into the slices of the data set.
        probability: (slice of test,).
    """

    rows: npt.NDArray[np.int64]
    probability: Numbers


@dataclass(frozen=True, slots=True)
class Optimism:
    """AUC by slice under either split, and how much more the leaking one promises."""

    slice_split: Figure
    patient_split: Figure
    difference: Figure


@dataclass(frozen=True, slots=True)
class LeakagePrice:
    """What leakage is worth.

    Attributes:
        real: with the labels as they are.
        permuted: with patients' labels exchanged.
        epochs: of each training.
        seed: of splits, permutation and training.
    """

    real: Optimism
    permuted: Optimism
    epochs: int
    seed: int

    def to_plain(self) -> dict[str, object]:
        """Return what --json prints."""
        return asdict(self)


def compare_halves(slices: Slices, leaking: Half, honest: Half) -> Optimism:
    """Return the AUC by slice of both test parts, and the difference."""
    leaking_auc, honest_auc = (
        estimate(
            score_units("slice", slices.take(half.rows), half.probability), ANY_THRESHOLD, AUC
        ).figures[0]
        for half in (leaking, honest)
    )
    return Optimism(leaking_auc, honest_auc, difference_of(slices, leaking, honest))


def difference_of(slices: Slices, leaking: Half, honest: Half) -> Figure:
    """Return the AUC by slice of one test part minus that of the other.

    Patients are drawn from the whole data set and count in both parts alike: the parts share
    people, so their AUCs go up and down together.
    """
    patients, patient = np.unique(slices.patient_id, return_inverse=True)
    halves = [_scores(slices, patient, half) for half in (leaking, honest)]
    if min(map(fewest_patients, halves)) < MIN_PATIENTS:
        return Figure(None, None, None)
    models = [Model.of(scores, ANY_THRESHOLD) for scores in halves]
    first, second = (model.values(AUC)[0] for model in models)
    differences = []
    for counts in draw_patients(patients.size, len(slices)):
        drawn = [counts[:, scores.patient] for scores in halves]  # (half)(resample, row)
        kept = np.logical_and(*map(_has_both, halves, drawn))
        areas = [
            measure(model.judged, model.threshold, weights[kept], AUC)[:, 0]
            for model, weights in zip(models, drawn, strict=True)
        ]
        differences.append(areas[0] - areas[1])
    return figure_of(first - second, np.concatenate(differences))


def _scores(slices: Slices, patient: npt.NDArray[np.int64], half: Half) -> Scores:
    """Return scores by slice in which patients keep their numbers in the data set."""
    order = np.argsort(-half.probability, kind="stable")
    rows = half.rows[order]
    return Scores(half.probability[order], slices.is_patient[rows], patient[rows])


def _has_both(scores: Scores, weights: Numbers) -> npt.NDArray[np.bool_]:
    positives = weights @ scores.truth
    return np.asarray((positives > 0) & (positives < weights.sum(axis=1)))
