"""Intervals from the variance between patients, against slow sums and other people's programs."""

import math

import numpy as np
import numpy.typing as npt
import pytest
import statsmodels.api as sm
from scipy.stats import t as student
from statsmodels.stats.proportion import proportion_confint

from hnp_model.measures.area_interval import area_interval
from hnp_model.measures.bootstrap import estimate
from hnp_model.measures.intervals import (
    brier_interval,
    intercept_interval,
    precision_interval,
    ratio_interval,
    slope_interval,
)
from hnp_model.measures.metrics import METRICS, judge
from hnp_model.measures.sureness import freedom, quantile, wilson
from hnp_model.measures.units import Scores


def rows(patient_count: int = 30, seed: int = 5, apart: float = 1.5) -> Scores:
    """Return one to six rows a patient, alike in truth and in error."""
    random = np.random.default_rng(seed)
    patient = np.repeat(np.arange(patient_count), random.integers(1, 7, patient_count))
    ill, seen = random.normal(size=(2, patient_count))[:, patient]
    truth = random.random(patient.size) < 1 / (1 + np.exp(0.5 - ill))
    logit = apart * truth - 0.7 + 0.7 * seen + random.normal(size=patient.size)
    probability = np.round(1 / (1 + np.exp(-logit)), 2).clip(0.01, 0.99)  # with ties
    order = np.argsort(-probability, kind="stable")
    return Scores(probability[order], truth[order], patient[order])


def slow_area(scores: Scores) -> tuple[float, float, float]:
    """Return AUC, Obuchowski's variance and its degrees of freedom, by sums over pairs."""
    clusters = [np.flatnonzero(scores.patient == each) for each in range(scores.patient_count)]
    hits = [scores.probability[each][scores.truth[each]] for each in clusters]
    alarms = [scores.probability[each][~scores.truth[each]] for each in clusters]
    every_hit, every_alarm = np.concatenate(hits), np.concatenate(alarms)

    def wins(one: float, others: npt.NDArray[np.float64]) -> float:
        return float(sum((one > other) + 0.5 * (one == other) for other in others)) / len(others)

    area = float(np.mean([wins(hit, every_alarm) for hit in every_hit]))
    m, n, patients = len(every_hit), len(every_alarm), len(clusters)
    up = [sum(wins(hit, every_alarm) - area for hit in each) / m for each in hits]
    down = [sum(1 - wins(alarm, every_hit) - area for alarm in each) / n for each in alarms]
    ill, well = (sum(map(bool, map(len, each))) for each in (hits, alarms))
    variance = ill / (ill - 1) * sum(each**2 for each in up)
    variance += well / (well - 1) * sum(each**2 for each in down)
    both = sum(one * other for one, other in zip(up, down, strict=True))
    variance += 2 * patients / (patients - 1) * both
    squares = [(one + other) ** 2 for one, other in zip(up, down, strict=True)]
    fourth = sum(each**2 for each in squares) - sum(squares) ** 2 / patients
    return area, variance, min(ill - 1, well - 1, 2 * sum(squares) ** 2 / fourth)


@pytest.mark.parametrize("seed", range(5))
def test_the_area_has_obuchowskis_interval(seed: int) -> None:
    scores = rows(seed=seed)
    area, variance, degrees = slow_area(scores)
    reach = student.ppf(0.975, degrees) * math.sqrt(variance) / (area * (1 - area))
    independent = area * (1 - area) / variance
    middle = math.log((area * independent + 0.5) / ((1 - area) * independent + 0.5))
    expected = [1 / (1 + math.exp(-(middle + side * reach))) for side in (-1, 1)]
    assert area_interval(scores) == pytest.approx(expected, abs=1e-12)


def test_a_variance_that_one_patient_makes_up_is_known_as_from_three_draws() -> None:
    alike = np.tile([1.0, -1.0], 20)
    assert freedom(alike, 40) == 40
    assert freedom(np.append(np.zeros(39), 1.0), 40) == pytest.approx(1 + 2 / (1 - 1 / 40))
    normal = np.random.default_rng(0).normal(size=20_000)
    assert freedom(normal, 10**9) == pytest.approx(normal.size, rel=0.05)


def test_equal_scores_have_the_area_of_ties_whoever_is_drawn() -> None:
    scores = Scores(np.full(60, 0.3), np.arange(60) % 3 == 0, np.arange(60) // 2)
    assert area_interval(scores) == (0.5, 0.5)


def test_a_brier_score_near_nothing_has_an_upper_end() -> None:
    """That of a patient more, wrong in every row: 0.25, between forty patients."""
    truth = np.arange(80) < 40
    scores = Scores(np.where(truth, 1 - 1e-6, 1e-6), truth, np.arange(80) % 40)
    low, high = brier_interval(scores)
    assert 0 <= low < 1e-9
    assert high == pytest.approx(quantile(40) * 0.25 / 40, rel=1e-3)


def test_a_brier_score_of_many_mistakes_has_wilsons_interval() -> None:
    scores = rows(80)
    lost = np.square(scores.probability - scores.truth)
    low, high = brier_interval(scores)
    assert (low, high) == pytest.approx(
        ratio_interval(lost, np.ones_like(lost), scores.patient), abs=0.003
    )


def test_rows_of_their_own_have_delongs_variance() -> None:
    random = np.random.default_rng(1)
    probability = np.sort(random.random(60))[::-1]
    truth = random.random(60) < probability
    scores = Scores(probability, truth, np.arange(60))
    wins = (probability[truth][:, None] > probability[~truth]).astype(float)
    delong = wins.mean(1).var(ddof=1) / truth.sum() + wins.mean(0).var(ddof=1) / (~truth).sum()
    low, high = area_interval(scores)
    area = wins.mean()
    width = math.log(high / (1 - high)) - math.log(low / (1 - low))
    reach = quantile(int(min(truth.sum(), (~truth).sum())))
    # Obuchowski takes means over all patients where a row of one class adds nothing to the other;
    # and patients far apart make the variance less sure.
    assert width / 2 == pytest.approx(reach * math.sqrt(delong) / (area * (1 - area)), rel=0.04)


def test_no_mistake_is_no_certainty() -> None:
    scores = Scores(np.linspace(0.9, 0.1, 40), np.arange(40) < 20, np.arange(40))
    low, high = area_interval(scores)
    assert (round(low, 3), high) == (round(20 / (20 + quantile(20) ** 2), 3), 1.0)
    assert precision_interval(1.0, scores, np.ones(100)) == pytest.approx((low, 1.0))


@pytest.mark.parametrize(("hits", "count"), [(0, 12), (5, 12), (40, 41), (12, 12)])
def test_single_rows_have_wilsons_interval(hits: int, count: int) -> None:
    expected = proportion_confint(hits, count, method="wilson")
    assert wilson(hits / count, count, 1.959963984540054) == pytest.approx(expected, abs=1e-12)


def test_rows_that_repeat_a_patient_tell_nothing_more() -> None:
    random = np.random.default_rng(2)
    upper = (random.random(30) < 0.7).astype(float)
    once = ratio_interval(upper, np.ones(30), np.arange(30))
    four = ratio_interval(np.repeat(upper, 4), np.ones(120), np.repeat(np.arange(30), 4))
    assert four == pytest.approx(once)
    independent = ratio_interval(np.repeat(upper, 4), np.ones(120), np.arange(120))
    assert independent[1] - independent[0] < 0.6 * (four[1] - four[0])


def test_a_share_of_one_patient_says_nothing() -> None:
    assert ratio_interval(np.ones(9), np.ones(9), np.zeros(9, np.int64)) == (0.0, 1.0)


def test_calibration_has_the_clustered_errors_of_another_program() -> None:
    scores = rows(80)
    judged = judge(scores)
    groups = {"groups": scores.patient, "use_correction": False}
    correction = scores.patient_count / (scores.patient_count - 1)
    both = sm.GLM(
        scores.truth.astype(float), sm.add_constant(judged.logit), sm.families.Binomial()
    ).fit(cov_type="cluster", cov_kwds=groups, tol=1e-12)
    fewest = min(np.unique(scores.patient[scores.truth == each]).size for each in (False, True))
    reach = quantile(fewest) * both.bse[1] * math.sqrt(correction)
    assert slope_interval(judged) == pytest.approx(
        (both.params[1] - reach, both.params[1] + reach), abs=1e-4
    )
    fixed = sm.GLM(
        scores.truth.astype(float),
        np.ones((scores.truth.size, 1)),
        sm.families.Binomial(),
        offset=judged.logit,
    ).fit(cov_type="cluster", cov_kwds=groups, tol=1e-12)
    reach = quantile(fewest) * fixed.bse[0] * math.sqrt(correction)
    assert intercept_interval(judged) == pytest.approx(
        (fixed.params[0] - reach, fixed.params[0] + reach), abs=1e-4
    )


def test_every_figure_lies_in_its_interval_and_keeps_the_percentile_form() -> None:
    for name, figure in zip(METRICS, estimate(rows(60), 0.45).figures, strict=True):
        assert figure.value is not None, name
        assert figure.low is not None
        assert figure.high is not None
        assert figure.low_percentile is not None
        assert figure.high_percentile is not None
        assert figure.low < figure.value < figure.high
        assert figure.low_percentile < figure.high_percentile
        assert (figure.low, figure.high) != (figure.low_percentile, figure.high_percentile)


def test_a_model_nearly_without_a_mistake_does_not_know_its_intercept() -> None:
    """Rows as the model says, so the intercept is 0; no row is off, and patients hardly differ."""
    truth = np.arange(80) < 40
    logit = np.where(truth, 6.0, -8.0)
    scores = Scores(1 / (1 + np.exp(-logit)), truth, np.arange(80) % 20)
    judged = judge(scores)
    assert judged.intercept == pytest.approx(1.0, abs=0.01)
    low, high = intercept_interval(judged)
    assert low < 0
    assert high > 2
