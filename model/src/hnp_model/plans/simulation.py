"""Parts of a study drawn many times, and what each would tell.

Labels: each patient has a share of positive discs, drawn from a beta distribution, which gives the
labels of two discs the correlation asked for. Scores: normal with the same variance in both
classes, so far apart that the area under the curve is the one asked for, with a share of the
variance that all discs of a patient have in common. The logit is the true one: calibrated.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from hnp_model.measures.area_interval import area_interval
from hnp_model.measures.bootstrap import MIN_PATIENTS, fewest_patients
from hnp_model.measures.intervals import slope_interval
from hnp_model.measures.metrics import judge, youden_threshold
from hnp_model.measures.sureness import quantile
from hnp_model.measures.units import Scores
from hnp_model.plans.clustering import Clustering

SEED = 0
MOST_DRAWN, FEWEST_DRAWN = 200, 50
ROWS_DRAWN = 800_000
"""Discs drawn for one size of a part, all its drawings together; decides how many there are."""

GIVEN = 0.9
"""Share of drawings that must have enough patients in both classes for a figure."""

NORMAL = NormalDist()
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Expected:
    """What a part of so many patients is worth.

    Attributes:
        patients: their number.
        auc_width: mean width of the 95 % interval of the AUC by disc, were the part test; None
            where too often a class has too few patients for a figure.
        auc_width_often: width that nine in ten intervals stay below.
        sensitivity_spread: 95 % range of the true sensitivity at a threshold chosen on the part.
        slope_width: mean width of the 95 % interval of the calibration slope, the true one 1.
    """

    patients: int
    auc_width: float | None
    auc_width_often: float | None
    sensitivity_spread: float | None
    slope_width: float | None


def separation_of(auc: float) -> float:
    """Return how many standard deviations apart two normal classes lie that have this AUC."""
    return math.sqrt(2) * NORMAL.inv_cdf(auc)


def expect(patients: int, auc: float, clustering: Clustering) -> Expected:
    """Return what a part of so many patients is worth; the same arguments give the same figures."""
    random = np.random.default_rng([SEED, patients])
    times = int(ROWS_DRAWN / (patients * clustering.mean_discs))
    times = min(max(times, FEWEST_DRAWN), MOST_DRAWN)
    drawn = (draw_scores(patients, auc, clustering, random) for _ in range(times))
    kept = [scores for scores in drawn if fewest_patients(scores) >= MIN_PATIENTS]
    if len(kept) < GIVEN * times:
        return Expected(patients, None, None, None, None)
    widths = np.array([_width(area_interval(scores)) for scores in kept])
    slopes = [slope_interval(judge(scores)) for scores in kept]
    found = [_width(slope) for slope in slopes if slope]
    sensitivities = np.array([_true_sensitivity(scores, auc, clustering) for scores in kept])
    return Expected(
        patients=patients,
        auc_width=float(widths.mean()),
        auc_width_often=float(np.quantile(widths, 0.9)),
        sensitivity_spread=min(1.0, 2 * quantile(times) * float(sensitivities.std())),
        slope_width=float(np.mean(found)) if len(found) >= GIVEN * times else None,
    )


def draw_scores(
    patients: int, auc: float, clustering: Clustering, random: np.random.Generator
) -> Scores:
    """Return the discs of some patients, with calibrated probabilities."""
    counts = random.choice(np.array(clustering.discs_per_patient), patients)
    patient = np.repeat(np.arange(patients), counts)
    truth = random.random(patient.size) < _shares(patients, clustering, random)[patient]
    return with_scores(truth, patient, auc, clustering, random)


def with_scores(
    truth: npt.NDArray[np.bool_],
    patient: npt.NDArray[np.int64],
    auc: float,
    clustering: Clustering,
    random: np.random.Generator,
) -> Scores:
    """Return discs of known truth with calibrated probabilities drawn for them.

    Args:
        truth: (disc,).
        patient: (disc,), number of the patient, from 0 without gaps.
        auc: area under the curve of the probabilities, of infinitely many patients.
        clustering: what patients are like; only prevalence and correlation of scores are used.
        random: what is drawn from.
    """
    shared = random.normal(size=patient.max(initial=-1) + 1)[patient]
    own, alike = random.normal(size=patient.size), clustering.score_correlation
    separation = separation_of(auc)
    value = separation * truth + math.sqrt(alike) * shared + math.sqrt(1 - alike) * own
    logit = separation * value + _offset(separation, clustering.prevalence)
    probability = 1 / (1 + np.exp(-logit))
    order = np.argsort(-probability, kind="stable")
    return Scores(probability[order], truth[order], patient[order])


def _shares(patients: int, clustering: Clustering, random: np.random.Generator) -> Numbers:
    """Return each patient's share of positive discs, (patient,)."""
    mean, alike = clustering.prevalence, clustering.label_correlation
    if alike <= 0:
        return np.full(patients, mean)
    size = (1 - alike) / alike  # of the beta distribution; 1 / (1 + size) is the correlation
    return random.beta(mean * size, (1 - mean) * size, patients)


def _offset(separation: float, prevalence: float) -> float:
    """Return what the true logit is where the score is 0."""
    return math.log(prevalence / (1 - prevalence)) - separation * separation / 2


def _true_sensitivity(scores: Scores, auc: float, clustering: Clustering) -> float:
    """Return the share of all positives in the world that lie above the threshold chosen here."""
    separation = separation_of(auc)
    threshold = youden_threshold(scores)
    logit = math.log(threshold / (1 - threshold))
    value = (logit - _offset(separation, clustering.prevalence)) / separation
    return 1 - NORMAL.cdf(value - separation)


def _width(interval: tuple[float, float] | None) -> float:
    return interval[1] - interval[0] if interval else math.nan
