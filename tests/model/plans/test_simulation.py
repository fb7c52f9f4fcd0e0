"""What is drawn has the truth that was asked for, and widths agree with theory that is not ours."""

import math

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from hnp_model.measures.area_interval import area_interval
from hnp_model.measures.metrics import area_under_curve, judge
from hnp_model.plans.clustering import Clustering
from hnp_model.plans.part_size import SIZES, climb, patients_needed
from hnp_model.plans.simulation import Expected, draw_scores, expect

ALONE = Clustering(0.5, (1,), label_correlation=0.0, score_correlation=0.0)
USUAL = Clustering()


@pytest.mark.parametrize("auc", [0.6, 0.8, 0.95])
def test_scores_have_the_area_and_the_calibration_asked_for(auc: float) -> None:
    scores = draw_scores(40_000, auc, USUAL, np.random.default_rng(3))
    judged = judge(scores)
    assert scores.truth.mean() == pytest.approx(USUAL.prevalence, abs=0.01)
    assert area_under_curve(scores) == pytest.approx(auc, abs=0.005)
    assert judged.line.slope == pytest.approx(1.0, abs=0.05)
    assert judged.intercept == pytest.approx(0.0, abs=0.05)


def binormal_error(auc: float, positives: float, negatives: float) -> float:
    """Return the standard error of the area under the curve of independent normal scores."""
    apart = norm.ppf(auc) * math.sqrt(2)
    joint = multivariate_normal(mean=[0, 0], cov=[[1, 0.5], [0.5, 1]])
    both = float(joint.cdf([apart / math.sqrt(2)] * 2))  # two of one class against one of the other
    variance = auc * (1 - auc) + (positives + negatives - 2) * (both - auc * auc)
    return math.sqrt(variance / (positives * negatives))


@pytest.mark.parametrize(("auc", "patients"), [(0.7, 150), (0.8, 300), (0.9, 500)])
def test_without_clustering_the_width_is_the_binormal_one(auc: float, patients: int) -> None:
    width = expect(patients, auc, ALONE).auc_width
    theory = 2 * 1.96 * binormal_error(auc, patients / 2, patients / 2)
    assert width == pytest.approx(theory, rel=0.04)


def test_discs_of_one_patient_are_worth_less_than_discs_of_many() -> None:
    alike = Clustering(0.5, (5,), label_correlation=0.5, score_correlation=0.7)
    apart = Clustering(0.5, (1,), label_correlation=0.0, score_correlation=0.0)
    clustered, independent = expect(40, 0.8, alike), expect(200, 0.8, apart)
    assert clustered.auc_width is not None
    assert independent.auc_width is not None
    assert clustered.auc_width > 1.3 * independent.auc_width


def test_the_number_needed_gives_the_width_asked_for() -> None:
    """Drawn anew, with other random numbers than those the plan was made with."""
    ladder = tuple(climb(0.8, USUAL, {"auc_width": 0.14}))
    needed = patients_needed(ladder, "auc_width", 0.14)
    assert needed is not None
    assert 30 < needed < 50
    random = np.random.default_rng(77)
    drawn = [area_interval(draw_scores(needed, 0.8, USUAL, random)) for _ in range(300)]
    assert np.mean([high - low for low, high in drawn]) == pytest.approx(0.14, rel=0.04)


def test_a_class_with_too_few_patients_is_worth_nothing() -> None:
    rare = Clustering(0.02, (5,), label_correlation=0.0)
    assert expect(50, 0.8, rare) == Expected(50, None, None, None, None)


def test_the_first_size_that_is_worth_enough_is_taken_where_the_one_before_has_no_figure() -> None:
    ladder = (Expected(20, None, None, None, None), Expected(30, 0.1, 0.1, 0.1, 0.1))
    assert patients_needed(ladder, "auc_width", 0.2) == 30
    assert patients_needed(ladder, "auc_width", 0.05) is None


def test_the_ladder_ends_where_all_is_reached() -> None:
    wanted = {"auc_width": 0.3, "slope_width": 1.0}
    ladder = tuple(climb(0.8, USUAL, wanted))
    assert [one.patients for one in ladder] == list(SIZES[:2])


@pytest.mark.torture
@pytest.mark.parametrize("name", ["auc_width", "sensitivity_spread", "slope_width"])
def test_what_a_part_is_worth_falls_with_patients(name: str) -> None:
    values = [getattr(expect(patients, 0.8, USUAL), name) for patients in SIZES[::3]]
    assert values == sorted(values, reverse=True)
