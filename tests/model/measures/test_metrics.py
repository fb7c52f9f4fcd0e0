from functools import partial

import numpy as np
import pytest
import sklearn.metrics as oracle
from sklearn.linear_model import LogisticRegression
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM

from hnp_model.measures.metrics import (
    METRICS,
    area_under_curve,
    judge,
    measure,
    youden_threshold,
)
from hnp_model.measures.units import Scores

THRESHOLD = 0.4


def scores(seed: int, row_count: int = 300, decimals: int = 2) -> Scores:
    """Return rows with many ties and no probability of exactly 0 or 1."""
    random = np.random.default_rng(seed)
    truth = random.random(row_count) < 0.4
    logit = random.normal(size=row_count) + truth - 0.5
    probability = np.round(1 / (1 + np.exp(-logit)), decimals).clip(0.01, 0.99)
    order = np.argsort(-probability, kind="stable")
    return Scores(probability[order], truth[order], random.integers(0, 50, row_count))


def measured(
    rows: Scores, weights: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> dict[str, float]:
    values = measure(judge(rows), THRESHOLD, weights[None, :])[0]
    return dict(zip(METRICS, values.tolist(), strict=True))


def expected(
    rows: Scores, weights: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> dict[str, float]:
    truth, probability = rows.truth, rows.probability
    called, called_05 = probability >= THRESHOLD, probability >= 0.5
    logit = np.log(probability / (1 - probability))
    line = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000)
    line.fit(logit[:, None], truth, sample_weight=weights)

    def rate(function: object, predicted: object, positive: bool = True) -> float:
        assert callable(function)
        return float(function(truth, predicted, pos_label=positive, sample_weight=weights))

    return {
        "accuracy": oracle.accuracy_score(truth, called, sample_weight=weights),
        "f1": rate(oracle.f1_score, called),
        "auc": oracle.roc_auc_score(truth, probability, sample_weight=weights),
        "average_precision": rate(oracle.average_precision_score, probability),
        "sensitivity": rate(oracle.recall_score, called),
        "specificity": rate(oracle.recall_score, called, positive=False),
        "ppv": rate(oracle.precision_score, called),
        "npv": rate(oracle.precision_score, called, positive=False),
        "brier": rate(oracle.brier_score_loss, probability),
        "calibration_slope": float(line.coef_[0, 0]),
        "accuracy_05": oracle.accuracy_score(truth, called_05, sample_weight=weights),
        "f1_05": rate(oracle.f1_score, called_05),
    }


@pytest.mark.parametrize("seed", range(3))
def test_figures_are_those_of_scikit_learn(seed: int) -> None:
    rows = scores(seed)
    once = np.ones(rows.truth.size)
    found = measured(rows, once)
    intercept = found.pop("calibration_intercept")
    assert found == pytest.approx(expected(rows, once), rel=1e-5)
    # The intercept makes the mean of the shifted probabilities the share of positives.
    odds = np.exp(intercept) * rows.probability / (1 - rows.probability)
    assert (odds / (1 + odds)).mean() == pytest.approx(rows.truth.mean(), abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_slope_and_intercept_are_those_of_statsmodels(seed: int) -> None:
    rows = scores(seed)
    weights = np.random.default_rng(seed).integers(0, 4, rows.truth.size).astype(float)
    logit = np.log(rows.probability / (1 - rows.probability))
    model = partial(GLM, rows.truth.astype(float), family=Binomial(), freq_weights=weights)
    free = model(np.column_stack([np.ones_like(logit), logit])).fit(tol=1e-12)
    fixed = model(np.ones_like(logit), offset=logit).fit(tol=1e-12)
    found = measured(rows, weights)
    assert found["calibration_slope"] == pytest.approx(free.params[1], abs=1e-6)
    assert found["calibration_intercept"] == pytest.approx(fixed.params[0], abs=1e-6)


@pytest.mark.parametrize("names", [("auc",), ("brier", "f1"), ("calibration_intercept", "auc")])
def test_figures_can_be_had_one_by_one(names: tuple[str, ...]) -> None:
    rows = scores(1)
    once = np.ones((1, rows.truth.size))
    every = dict(zip(METRICS, measure(judge(rows), THRESHOLD, once)[0], strict=True))
    found = measure(judge(rows), THRESHOLD, once, names)[0]
    assert found.tolist() == [every[name] for name in names]


@pytest.mark.parametrize("seed", range(3))
def test_weighted_figures_are_those_of_scikit_learn(seed: int) -> None:
    rows = scores(seed)
    weights = np.random.default_rng(seed).integers(0, 4, rows.truth.size).astype(float)
    found = measured(rows, weights)
    del found["calibration_intercept"]
    assert found == pytest.approx(expected(rows, weights), rel=1e-5)


def test_a_weighted_figure_is_that_of_repeated_rows() -> None:
    rows = scores(5)
    counts = np.random.default_rng(5).integers(0, 4, rows.truth.size)
    repeated = Scores(*(np.repeat(column, counts) for column in columns(rows)))
    once = np.ones(repeated.truth.size)
    assert measured(rows, counts.astype(float)) == pytest.approx(measured(repeated, once), rel=1e-6)


def test_separated_classes_have_no_calibration_slope() -> None:
    rows = Scores(np.linspace(0.9, 0.1, 40), np.arange(40) < 17, np.arange(40))
    found = measured(rows, np.ones(40))
    assert np.isnan(found["calibration_slope"])
    assert found["auc"] == 1.0
    assert np.isfinite(found["calibration_intercept"])


def test_nothing_called_positive_has_no_ppv() -> None:
    rows = Scores(np.linspace(0.3, 0.1, 20), np.arange(20) % 2 == 0, np.arange(20))
    found = measured(rows, np.ones(20))
    assert np.isnan(found["ppv"])
    assert found["sensitivity"] == 0.0
    assert found["f1"] == 0.0
    assert found["npv"] == 0.5


@pytest.mark.parametrize("seed", range(5))
def test_the_threshold_has_the_largest_youden_index(seed: int) -> None:
    rows = scores(seed)
    false_rate, true_rate, thresholds = oracle.roc_curve(
        rows.truth, rows.probability, drop_intermediate=False
    )
    best = np.flatnonzero(np.isclose(true_rate - false_rate, (true_rate - false_rate).max()))
    assert youden_threshold(rows) == thresholds[best].min()


def test_of_equal_thresholds_the_lower_one_is_taken() -> None:
    # From 0.8 on and from 0.4 on, sensitivity + specificity - 1 is 0.5.
    truth = np.array([True, False, True, False])
    rows = Scores(np.array([0.8, 0.6, 0.4, 0.2]), truth, np.arange(4))
    assert youden_threshold(rows) == 0.4


def test_one_class_has_no_threshold_of_its_own() -> None:
    rows = Scores(np.array([0.8, 0.6]), np.array([True, True]), np.arange(2))
    assert youden_threshold(rows) == 0.5
    assert np.isnan(area_under_curve(rows))


def columns(rows: Scores) -> tuple[np.ndarray[tuple[int], np.dtype[np.generic]], ...]:
    return rows.probability, rows.truth, rows.patient
