import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from hnp_model.measures.calibration import Calibration, fit_calibration, sigmoid


def test_an_overconfident_model_is_toned_down() -> None:
    random = np.random.default_rng(0)
    logit = random.normal(size=4_000)
    truth = random.random(4_000) < sigmoid(logit)
    line = fit_calibration(logit * 3 + 1, truth)
    assert line.slope == pytest.approx(1 / 3, rel=0.1)
    assert line.intercept == pytest.approx(-1 / 3, rel=0.2)
    assert line.apply(logit * 3 + 1).mean() == pytest.approx(truth.mean(), abs=0.01)


@pytest.mark.parametrize("seed", range(3))
def test_the_line_is_that_of_a_logistic_regression_on_platts_targets(seed: int) -> None:
    random = np.random.default_rng(seed)
    logit = 2 * random.normal(size=200) + 0.5
    truth = random.random(200) < sigmoid(logit)
    line = fit_calibration(logit, truth)
    positives, negatives = truth.sum(), (~truth).sum()
    target = np.where(truth, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    oracle = LogisticRegression(C=1e12, tol=1e-10, max_iter=1_000)
    oracle.fit(
        np.tile(logit, 2)[:, None],
        np.repeat([True, False], 200),
        sample_weight=np.concatenate([target, 1 - target]),
    )
    found = (oracle.intercept_[0], oracle.coef_[0, 0])
    assert (line.intercept, line.slope) == pytest.approx(found, rel=1e-4)


def test_separated_classes_keep_a_finite_line() -> None:
    logit = np.linspace(-1, 1, 30)
    line = fit_calibration(logit, logit > 0.1)
    assert 1 < line.slope < 100


@pytest.mark.parametrize(
    ("logit", "truth"),
    [([1.0, 2.0], [True, True]), ([1.0, 1.0], [True, False])],
    ids=["one-class", "one-logit"],
)
def test_nothing_to_learn_from_leaves_probabilities_alone(
    logit: list[float], truth: list[bool]
) -> None:
    assert fit_calibration(np.array(logit), np.array(truth)) == Calibration()


def test_the_sigmoid_does_not_overflow() -> None:
    assert sigmoid(np.array([-1e4, 0.0, 1e4])).tolist() == [0.0, 0.5, 1.0]
