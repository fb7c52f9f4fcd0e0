"""How many patients test and val need, told by parts that are simulated."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from hnp_model.data.slices import read_slices
from hnp_model.plans.clustering import Clustering, clustering_of, score_correlation_of
from hnp_model.plans.part_size import Wanted, climb, patients_needed
from hnp_model.plans.simulation import Expected
from hnp_model.runs.evaluated import find_evaluations, read_evaluated
from hnp_model.settings.plan import PlanSettings
from hnp_shared.dataset import open_dataset
from hnp_shared.errors import InputError

TEST_FIGURE, THRESHOLD_FIGURE, SLOPE_FIGURE = "auc_width", "sensitivity_spread", "slope_width"


@dataclass(frozen=True, slots=True)
class Plan:
    """What parts are worth, and which are needed.

    Attributes:
        settings: what was asked.
        clustering: what patients are taken to be like.
        ladder: what parts are worth, by ascending number of patients.
        test_patients: what test needs; None: more than the largest part of the ladder.
        threshold_patients: what val needs for its thresholds.
        slope_patients: what val needs for its calibration.
        patients_there: patients of the data set; None without one.
    """

    settings: PlanSettings
    clustering: Clustering
    ladder: tuple[Expected, ...]
    test_patients: int | None
    threshold_patients: int | None
    slope_patients: int | None
    patients_there: int | None

    @property
    def val_patients(self) -> int | None:
        """What val needs for both."""
        if self.threshold_patients is None or self.slope_patients is None:
            return None
        return max(self.threshold_patients, self.slope_patients)

    @property
    def ratios(self) -> tuple[int, int, int] | None:
        """Patients of train, val and test, where the data set has more than both parts need."""
        if self.patients_there is None or self.test_patients is None or self.val_patients is None:
            return None
        rest = self.patients_there - self.test_patients - self.val_patients
        return (rest, self.val_patients, self.test_patients) if rest > 0 else None

    def to_plain(self) -> dict[str, object]:
        """Return what --json prints."""
        plain = asdict(self)
        discs = plain["clustering"].pop("discs_per_patient")
        plain["clustering"]["discs_per_patient"] = sum(discs) / len(discs)
        return {**plain, "val_patients": self.val_patients, "ratios": self.ratios}


def make_plan(out: Path | None, run: Path | None, settings: PlanSettings) -> Plan:
    """Return how many patients test and val need.

    Args:
        out: a data set whose patients are like those to come; None takes stated values.
        run: a run evaluated on test, whose scores are like those to come.
        settings: what is wanted, and what is known better than the data set says.

    Raises:
        InputError: no labelled data set of both classes, or no run evaluated on test.
        StorageError: a file could not be read.
    """
    clustering, patients_there = _look_at(out) if out else (Clustering(), None)
    if run:
        kept = find_evaluations(run, "test", "given")
        scores = read_evaluated(kept[0].folder, "test", "given").scores("level")
        if scores.truth.all() or not scores.truth.any():
            raise InputError("the run was evaluated on discs of one class only, expected both")
        clustering = replace(clustering, score_correlation=score_correlation_of(scores))
    clustering = _corrected(clustering, settings)
    wanted: Wanted = {
        TEST_FIGURE: settings.width,
        THRESHOLD_FIGURE: settings.threshold_width,
        SLOPE_FIGURE: settings.slope_width,
    }
    ladder = tuple(climb(settings.auc, clustering, wanted))
    test, threshold, slope = (
        patients_needed(ladder, name, limit) for name, limit in wanted.items()
    )
    return Plan(settings, clustering, ladder, test, threshold, slope, patients_there)


def _look_at(out: Path) -> tuple[Clustering, int]:
    slices = read_slices(open_dataset(out))
    if slices.is_patient.all() or not slices.is_patient.any():
        raise InputError("found slices of one class only, expected both to plan with")
    return clustering_of(slices), np.unique(slices.patient_id).size


def _corrected(clustering: Clustering, settings: PlanSettings) -> Clustering:
    """Return what patients are like, where the settings know better."""

    def known(better: float | None, seen: float) -> float:
        return seen if better is None else better

    discs = settings.discs_per_patient
    return replace(
        clustering,
        prevalence=known(settings.prevalence, clustering.prevalence),
        discs_per_patient=(discs,) if discs else clustering.discs_per_patient,
        label_correlation=known(settings.correlation, clustering.label_correlation),
        score_correlation=known(settings.score_correlation, clustering.score_correlation),
    )
