import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from hnp_model.measures.logistic import Line, fit_intercept, fit_intercepts, fit_line, fit_slopes


@pytest.mark.parametrize("scale", [1e-3, 1.0, 30.0], ids=["flat", "usual", "steep"])
@pytest.mark.parametrize("shift", [-20.0, 0.0, 5.0])
def test_a_line_is_that_of_scikit_learn(scale: float, shift: float) -> None:
    random = np.random.default_rng(1)
    x = random.normal(size=200)
    y = random.random(200) < 1 / (1 + np.exp(-1.5 * x + 0.5))
    expected = LogisticRegression(C=np.inf, tol=1e-12, max_iter=10_000).fit(x[:, None], y)
    line = fit_line(x * scale + shift, y.astype(float))
    assert line.slope * scale == pytest.approx(expected.coef_[0, 0], rel=1e-4)
    assert line.intercept + line.slope * shift == pytest.approx(expected.intercept_[0], rel=1e-4)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ([-2.0, -1.0, 1.0, 2.0], [0, 0, 1, 1]),
        ([-2.0, 1.0, 1.0, 2.0], [0, 0, 1, 1]),
        ([2.0, 1.0, -1.0, -2.0], [0, 0, 1, 1]),
        ([1.0, 1.0, 1.0, 1.0], [0, 1, 0, 1]),
    ],
    ids=["apart", "touching", "reversed", "constant"],
)
def test_separated_classes_have_no_line(x: list[float], y: list[int]) -> None:
    line = fit_line(np.array(x), np.array(y, dtype=float))
    assert np.isnan(line.slope)


def test_many_weightings_are_as_many_single_fits() -> None:
    random = np.random.default_rng(2)
    x, y = random.normal(size=80) * 3, random.random(80) < 0.4
    counts = random.integers(0, 3, (20, 80))
    whole = fit_line(x, y.astype(float))
    slopes = fit_slopes(x, y.astype(float), counts.astype(float), whole)
    shift = fit_intercept(x, y.astype(float))
    intercepts = fit_intercepts(x, y.astype(float), counts.astype(float), shift)
    for slope, intercept, count in zip(slopes, intercepts, counts, strict=True):
        repeated_x, repeated_y = np.repeat(x, count), np.repeat(y, count).astype(float)
        assert slope == pytest.approx(fit_line(repeated_x, repeated_y).slope, rel=1e-6)
        assert intercept == pytest.approx(fit_intercept(repeated_x, repeated_y), rel=1e-6)


def test_a_separated_weighting_is_undefined_and_the_others_are_not() -> None:
    x = np.array([-2.0, -1.0, 0.5, 1.0, 2.0])
    y = np.array([0.0, 0.0, 1.0, 0.0, 1.0])
    weights = np.array([[1.0, 1, 1, 0, 1], [1, 1, 1, 1, 1]])
    slopes = fit_slopes(x, y, weights, Line(0.0, 1.0))
    assert np.isnan(slopes).tolist() == [True, False]
