import numpy as np
import pytest

from hnp_model.measures.patient_folds import deal_patients


@pytest.mark.parametrize("seed", range(3))
def test_a_patient_lies_in_one_fold_and_classes_are_spread_evenly(seed: int) -> None:
    random = np.random.default_rng(seed)
    patient = np.repeat(np.arange(43), random.integers(1, 5, 43))
    truth = random.random(patient.size) < 0.3
    fold = deal_patients(patient, truth, 5)
    by_patient = [set(fold[patient == one].tolist()) for one in range(43)]
    assert all(len(found) == 1 for found in by_patient)
    positive = np.bincount(patient, weights=truth) > 0
    where = np.array([found.pop() for found in by_patient])
    for kind in (positive, ~positive, np.ones(43, dtype=bool)):
        assert np.ptp(np.bincount(where[kind], minlength=5)) <= 1


def test_fewer_patients_than_folds_fill_the_first() -> None:
    assert deal_patients(np.array([0, 1, 1]), np.array([True, False, False]), 5).tolist() == [
        *(0, 1, 1),
    ]
