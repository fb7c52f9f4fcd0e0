"""Intervals of differences between runs, against slow sums and other people's programs."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import t as student
from scipy.stats import ttest_rel
from sklearn.metrics import roc_auc_score

from hnp_model.measures.difference import (
    Spread,
    area_spread,
    brier_spread,
    interval_around,
    seed_spread,
)
from hnp_model.measures.units import Scores

Numbers = npt.NDArray[np.float64]


def runs(count: int, patients: int = 40, most_rows: int = 5, seed: int = 3) -> list[Scores]:
    """Return what several runs say of the same rows, one to ``most_rows`` a patient."""
    random = np.random.default_rng(seed)
    patient = np.repeat(np.arange(patients), random.integers(1, most_rows + 1, patients))
    ill, seen = random.normal(size=(2, patients))[:, patient]
    truth = random.random(patient.size) < 1 / (1 + np.exp(0.4 - ill))
    logits = 1.5 * truth - 0.8 + 0.7 * seen + random.normal(size=(count, patient.size))
    return [scores_of(1 / (1 + np.exp(-logit)), truth, patient) for logit in logits]


def scores_of(
    probability: Numbers, truth: npt.NDArray[np.bool_], patient: npt.NDArray[np.int64]
) -> Scores:
    order = np.argsort(-probability, kind="stable")
    return Scores(probability[order], truth[order], patient[order])


def unsorted(scores: Scores) -> tuple[Numbers, npt.NDArray[np.bool_]]:
    """Return probabilities and truths of one row a patient, by patient."""
    order = np.argsort(scores.patient)
    return scores.probability[order], scores.truth[order]


def placements(scores: Scores) -> list[tuple[int, bool, float]]:
    """Return of each row the patient, the truth, and the share of the other class it beats."""
    rows = list(zip(scores.probability, scores.truth, scores.patient, strict=True))
    found = []
    for mine, truth, patient in rows:
        others = [each for each, other, _ in rows if other != truth]
        wins = float(np.mean([(mine > each) + 0.5 * (mine == each) for each in others]))
        found.append((int(patient), bool(truth), wins if truth else 1 - wins))
    return found


Pairs = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Numbers]


def beaten(scores: Scores) -> Pairs:
    """Return the patients of positives and of negatives, and which beat which, (row, row)."""
    hits, alarms = scores.probability[scores.truth], scores.probability[~scores.truth]
    wins = (np.sign(hits[:, None] - alarms) + 1) / 2
    return scores.patient[scores.truth], scores.patient[~scores.truth], wins


def resampled_area(pairs: Pairs, weights: npt.NDArray[np.int64]) -> float:
    ups, downs, wins = weights[pairs[0]], weights[pairs[1]], pairs[2]
    return float(ups @ wins @ downs / (ups.sum() * downs.sum()))


def slow_variance(first: Sequence[Scores], second: Sequence[Scores]) -> float:
    """Return Obuchowski's variance of a difference of mean areas, patient by patient."""
    count = first[0].patient_count
    sums = np.zeros((2, count))  # (class, patient)
    for side, sign in ((first, -1), (second, 1)):
        for scores in side:
            area = roc_auc_score(scores.truth, scores.probability)
            totals = (np.count_nonzero(~scores.truth), np.count_nonzero(scores.truth))
            for patient, truth, share in placements(scores):
                sums[int(truth), patient] += sign * (share - area) / totals[truth] / len(side)
    having = [np.unique(first[0].patient[first[0].truth == truth]).size for truth in (False, True)]
    variance = sum(n / (n - 1) * (row @ row) for n, row in zip(having, sums, strict=True))
    return float(variance + 2 * count / (count - 1) * (sums[0] @ sums[1]))


@pytest.mark.parametrize("sides", [(1, 1), (3, 2)])
def test_patients_vary_a_difference_of_areas_as_obuchowski_has_it(sides: tuple[int, int]) -> None:
    found = runs(sum(sides))
    first, second = found[: sides[0]], found[sides[0] :]
    assert area_spread(first, second).variance == pytest.approx(slow_variance(first, second))


def test_rows_of_their_own_have_delongs_variance_of_a_difference() -> None:
    first, second = runs(2, patients=70, most_rows=1)
    shares = [
        [
            np.array(
                [share for patient, truth, share in sorted(placements(scores)) if truth == one]
            )
            for one in (False, True)
        ]
        for scores in (first, second)
    ]
    delong = sum(
        np.var(after - before, ddof=1) / before.size for before, after in zip(*shares, strict=True)
    )
    assert area_spread([first], [second]).variance == pytest.approx(delong)


def test_patients_vary_a_difference_about_as_resamples_do() -> None:
    first, second = runs(2, patients=80)
    random = np.random.default_rng(0)
    beats = [beaten(each) for each in (first, second)]
    drawn = []
    for _ in range(600):
        weights = np.bincount(random.integers(0, 80, 80), minlength=80)
        drawn.append(float(np.diff([resampled_area(each, weights) for each in beats])[0]))
    error = math.sqrt(area_spread([first], [second]).variance)
    assert error == pytest.approx(np.std(drawn), rel=0.12)


def test_brier_scores_of_single_rows_have_the_paired_t_interval() -> None:
    first, second = runs(2, patients=50, most_rows=1)
    before, after = (np.square(p - truth) for p, truth in map(unsorted, (first, second)))
    expected = ttest_rel(after, before).confidence_interval(0.95)
    found = interval_around(
        float(after.mean() - before.mean()), brier_spread([first], [second]), None
    )
    assert found == pytest.approx((expected.low, expected.high))


def test_seeds_widen_an_interval_by_what_runs_of_a_side_vary() -> None:
    first, second = (0.70, 0.74, 0.75), (0.80, 0.86, 0.83)
    seeds = seed_spread(first, second)
    assert seeds is not None
    assert seeds.variance == pytest.approx((np.var(first, ddof=1) + np.var(second, ddof=1)) / 3)
    patients = Spread(0.0004, 19)
    variance = 0.0004 + seeds.variance
    freedom = variance**2 / (0.0004**2 / 19 + seeds.variance**2 / 2)
    reach = student.ppf(0.975, freedom) * math.sqrt(variance)
    assert interval_around(0.1, patients, seeds) == pytest.approx((0.1 - reach, 0.1 + reach))


@pytest.mark.parametrize("sides", [((0.7,), (0.8,)), ((0.7,), (0.8, 0.9, 0.85))])
def test_a_single_run_tells_nothing_of_seeds(
    sides: tuple[tuple[float, ...], tuple[float, ...]],
) -> None:
    assert seed_spread(*sides) is None


def test_the_order_of_seeds_does_not_matter() -> None:
    found = runs(5)
    first, second = found[:2], found[2:]
    turned = area_spread(first[::-1], second[::-1]).variance
    assert turned == pytest.approx(area_spread(first, second).variance, rel=1e-12)


def test_the_same_run_differs_from_itself_by_nothing() -> None:
    (run,) = runs(1)
    assert interval_around(0.0, area_spread([run], [run]), None) == (0.0, 0.0)


def test_two_runs_without_a_mistake_may_still_differ() -> None:
    truth = np.arange(40) < 20
    scores = Scores(np.linspace(0.9, 0.1, 40), truth, np.arange(40))
    low, high = interval_around(0.0, area_spread([scores], [scores]), None)
    assert low == -high < -0.2  # their own intervals go down to 0.82
