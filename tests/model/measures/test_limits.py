"""Bias, limits of agreement and ICC(2,1) are those of the textbooks, by patient."""

import numpy as np
import pytest

from hnp_model.measures.limits import limits_of


def test_the_icc_is_shrout_and_fleiss_own() -> None:
    """Two of the judges of table 2 of Shrout and Fleiss 1979, by analysis of variance."""
    ratings = np.array([[9, 2], [6, 1], [8, 4], [7, 1], [10, 5], [6, 2]], np.float64)
    n, k = ratings.shape
    grand = ratings.mean()
    rows = k * ((ratings.mean(axis=1) - grand) ** 2).sum() / (n - 1)
    columns = n * ((ratings.mean(axis=0) - grand) ** 2).sum() / (k - 1)
    rest = ((ratings - grand) ** 2).sum() - rows * (n - 1) - columns * (k - 1)
    error = rest / (n - 1) / (k - 1)
    expected = (rows - error) / (rows + (k - 1) * error + k * (columns - error) / n)
    found = limits_of(ratings[:, 0], ratings[:, 1], np.arange(n).astype(str))
    assert found is not None
    assert found.icc.value == pytest.approx(expected)
    apart = ratings[:, 0] - ratings[:, 1]
    assert found.bias.value == pytest.approx(apart.mean())
    assert found.upper_limit.value == pytest.approx(apart.mean() + 1.96 * apart.std(ddof=1))
    assert found.mae.value == pytest.approx(np.abs(apart).mean())
    assert found.bias.low is None  # under ten patients


def test_a_shift_lowers_the_icc_and_is_the_bias() -> None:
    values = np.random.default_rng(1).normal(100, 10, 60)
    patients = np.repeat(np.arange(30), 2).astype(str)
    same, shifted = limits_of(values, values, patients), limits_of(values + 10, values, patients)
    assert same is not None
    assert shifted is not None
    assert same.icc.value == pytest.approx(1)
    assert shifted.bias.value == pytest.approx(10)
    assert shifted.icc.value is not None
    assert shifted.icc.value < 0.75
    assert limits_of(values[:2], values[:2], patients[:2]) is None


def test_intervals_are_between_patients() -> None:
    random = np.random.default_rng(2)
    patient = np.repeat(np.arange(40), 10)
    apart = random.normal(0, 1, 40)[patient]  # all slices of a patient are off alike
    truth = random.normal(50, 5, 400)
    found = limits_of(truth + apart, truth, patient.astype(str))
    assert found is not None
    assert found.bias.low is not None
    assert found.bias.high is not None
    assert found.bias.high - found.bias.low == pytest.approx(4 / np.sqrt(40), rel=0.35)
