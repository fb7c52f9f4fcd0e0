import numpy as np
import pytest
from scipy import stats

from hnp_model.measures.clustered import (
    clustered_mean,
    clustered_ratio,
    clustered_share,
    clustered_slope,
)

RANDOM = np.random.default_rng(3)
VALUES = RANDOM.normal(2, 1, size=30)
PATIENTS = np.array([f"{number:02}" for number in range(30)])


def test_of_one_row_a_patient_it_is_students_interval() -> None:
    found = clustered_mean(VALUES, PATIENTS)
    expected = stats.t.interval(0.95, 29, loc=VALUES.mean(), scale=stats.sem(VALUES))
    assert (found.low, found.high) == pytest.approx(expected)


def test_copies_of_rows_make_no_interval_shorter() -> None:
    once, thrice = (
        clustered_mean(VALUES, PATIENTS),
        clustered_mean(VALUES.repeat(3), PATIENTS.repeat(3)),
    )
    assert (once.value, once.low, once.high) == pytest.approx(
        (thrice.value, thrice.low, thrice.high)
    )


def test_what_is_missing_is_left_out_and_few_patients_have_no_interval() -> None:
    values = VALUES.copy()
    values[9:] = np.nan
    found = clustered_mean(values, PATIENTS)
    assert found.value == pytest.approx(VALUES[:9].mean())
    assert found.low is None
    assert clustered_mean(np.full(30, np.nan), PATIENTS).value is None


def test_shares_have_intervals_of_shares() -> None:
    near_one = np.clip(1 - RANDOM.exponential(0.02, size=30), 0, 1)
    found = clustered_share(near_one, PATIENTS)
    assert found.value == pytest.approx(near_one.mean())
    assert found.low is not None
    assert found.high is not None
    assert found.low < near_one.mean() < found.high <= 1
    none = clustered_share(np.zeros(30), PATIENTS)
    assert none.low == 0
    assert 0 < (none.high or 0) < 0.2


def test_slopes_of_parts_add_up_to_one() -> None:
    other = RANDOM.normal(size=30)
    slopes = [clustered_slope(each, VALUES + other, PATIENTS) for each in (VALUES, other)]
    assert sum(one.value or 0 for one in slopes) == pytest.approx(1)
    constant = clustered_slope(np.ones(30), VALUES, PATIENTS)
    assert (constant.value, constant.low, constant.high) == pytest.approx((0, 0, 0))
    assert clustered_slope(VALUES, np.ones(30), PATIENTS).value is None


def test_the_interval_of_a_ratio_holds_the_truth_as_often_as_it_says() -> None:
    held, trials = 0, 400
    for _ in range(trials):
        patient = np.repeat(np.arange(20), 4)
        below = RANDOM.exponential(1, size=80)
        own = RANDOM.normal(0, 0.2, size=20)[patient]
        found = clustered_ratio(below * (0.3 + own), below, patient.astype(str))
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 0.3 <= found.high
    assert 0.91 < held / trials < 0.98
