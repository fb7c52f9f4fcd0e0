"""Distances and the classifier of hospitals, where the right answer is known."""

import numpy as np
import pytest

from hnp_etl.report.drift import kolmogorov_smirnov, tell_apart, total_variation, wilson

RNG = np.random.default_rng(3)
NAMES = ("A", "B", "C")


def people(patients: int, apart: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return features of three slices a patient, whose hospitals lie ``apart``, in SDs."""
    patient = np.repeat(np.arange(patients), 3)
    hospital = patient % 3
    features = RNG.normal(size=(patient.size, 4))
    features[:, 0] += apart * hospital
    features[:, 1] += apart * (hospital == 1)
    return features, hospital, patient


def test_distances_go_from_alike_to_apart() -> None:
    one = np.array([3.0, 1.0, 0.0])
    assert total_variation(one, 7 * one) == 0
    assert total_variation(one, np.array([0.0, 0.0, 5.0])) == 1
    assert total_variation(one, np.zeros(3)) is None
    assert kolmogorov_smirnov(np.arange(5.0), np.arange(5.0)) == 0
    assert kolmogorov_smirnov(np.arange(5.0), np.arange(5.0) + 9) == 1
    assert kolmogorov_smirnov(np.arange(5.0), np.zeros(0)) is None


def test_the_distance_of_cumulative_shares_is_that_of_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")
    one, other = RNG.normal(size=40).round(1), RNG.normal(0.5, size=31).round(1)
    wanted = stats.ks_2samp(one, other).statistic
    assert kolmogorov_smirnov(one, other) == pytest.approx(wanted, abs=1e-12)


def test_hospitals_that_differ_are_told_and_others_are_not() -> None:
    far = tell_apart(*people(90, 6.0), NAMES)
    assert far is not None
    assert far.accuracy > 0.95
    assert far.low < far.accuracy <= far.high
    alike = tell_apart(*people(90, 0.0), NAMES)
    assert alike is not None
    assert alike.low < 1 / 3 < alike.high
    assert alike.largest == pytest.approx(1 / 3)


def test_a_patient_who_is_known_by_himself_helps_nobody() -> None:
    """Features that name the patient tell the hospital of no other one."""
    _, hospital, patient = people(60, 0.0)
    named = np.eye(60)[patient]
    told = tell_apart(named, hospital, patient, NAMES)
    assert told is not None
    assert told.accuracy < 0.6


def test_small_hospitals_are_left_out() -> None:
    features, hospital, patient = people(30, 6.0)
    hospital = np.where(patient < 28, patient % 2, 2)
    told = tell_apart(features, hospital, patient, NAMES)
    assert told is not None
    assert set(told.right) == {"A", "B"}
    assert told.patients == 28
    assert tell_apart(features[:12], hospital[:12], patient[:12], NAMES) is None


def test_the_interval_is_that_of_statsmodels() -> None:
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    wanted = proportion.proportion_confint(17, 23, method="wilson")
    assert wilson(17 / 23, 23) == pytest.approx(wanted, abs=1e-9)
