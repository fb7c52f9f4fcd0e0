from dataclasses import replace

import numpy as np
import pytest

from hnp_model.data.slices import Slices, read_slices
from hnp_model.measures.units import Scores, score_units
from hnp_shared.dataset import open_dataset
from model.synthetic import Plan, write_dataset


@pytest.fixture(scope="module")
def slices(tmp_path_factory: pytest.TempPathFactory) -> Slices:
    """Two patients, two discs each, two slices a disc, in that order."""
    folder = tmp_path_factory.mktemp("units") / "out"
    return read_slices(open_dataset(write_dataset(folder, Plan(2))))


PROBABILITY = np.array([0.1, 0.3, 0.9, 0.5, 0.2, 0.2, 0.4, 0.6])


def test_slices_come_by_descending_probability(slices: Slices) -> None:
    scores = score_units("slice", slices, PROBABILITY)
    assert scores.probability.tolist() == sorted(PROBABILITY, reverse=True)
    assert scores.truth.tolist() == slices.is_patient[np.argsort(-PROBABILITY)].tolist()
    assert scores.patient_count == 2


def test_a_disc_is_the_mean_of_its_slices(slices: Slices) -> None:
    scores = score_units("level", slices, PROBABILITY)
    assert scores.probability.tolist() == pytest.approx([0.7, 0.5, 0.2, 0.2])
    assert scores.patient.tolist() == [0, 1, 0, 1]


def test_a_disc_is_positive_when_any_slice_is(slices: Slices) -> None:
    truth = np.array([0, 1, 0, 0, 0, 0, 1, 1], dtype=bool)
    scores = score_units("level", with_truth(slices, truth), PROBABILITY)
    assert scores.truth.tolist() == [False, True, True, False]


def test_a_patient_is_the_maximum_over_discs(slices: Slices) -> None:
    truth = np.array([0, 1, 0, 0, 0, 0, 0, 0], dtype=bool)
    scores = score_units("patient", with_truth(slices, truth), PROBABILITY)
    assert scores.probability.tolist() == pytest.approx([0.7, 0.5])
    assert scores.truth.tolist() == [True, False]
    assert scores.patient.tolist() == [0, 1]


def test_rows_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="descending"):
        Scores(np.array([0.1, 0.2]), np.array([True, False]), np.array([0, 1]))


def with_truth(slices: Slices, truth: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Slices:
    return replace(slices, is_patient=truth)
