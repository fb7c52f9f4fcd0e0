from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest

from hnp_model.measures.disc_pooling import choose_pooling, score_pooled
from hnp_model.measures.units import score_units


@dataclass
class Discs:
    """Two slices of each of four discs of four people; the first two discs are positive."""

    patient_id: npt.NDArray[np.str_]
    study_id: npt.NDArray[np.str_]
    level: npt.NDArray[np.int8]
    is_patient: npt.NDArray[np.bool_]


PEOPLE = np.repeat(["a", "b", "c", "d"], 2)
FOUR = Discs(PEOPLE, PEOPLE, np.zeros(8, np.int8), np.repeat([True, True, False, False], 2))


def test_max_and_noisy_or_are_what_they_are_called() -> None:
    probability = np.array([0.5, 0.5, 0.1, 0.8, 0.0, 0.0, 0.2, 0.0])
    assert score_pooled("max", FOUR, probability).probability.tolist() == [0.8, 0.5, 0.2, 0.0]
    noisy = score_pooled("noisy-or", FOUR, probability).probability
    assert noisy == pytest.approx([1 - 0.9 * 0.2, 0.75, 0.2, 0.0])


def test_the_mean_is_the_one_that_discs_are_defined_by() -> None:
    probability = np.linspace(0.1, 0.8, 8)
    ours, defined = score_pooled("mean", FOUR, probability), score_units("level", FOUR, probability)
    assert ours.probability.tolist() == defined.probability.tolist()


def test_a_slice_that_is_certain_makes_its_disc_certain() -> None:
    probability = np.array([1.0, 0.1, 0.2, 0.2, 0.1, 0.1, 0.0, 0.0])
    assert score_pooled("noisy-or", FOUR, probability).probability[0] == 1.0


def test_val_chooses_what_orders_its_discs_best_and_else_the_mean() -> None:
    seen_on_one = np.array([0.9, 0.0, 0.8, 0.0, 0.5, 0.5, 0.45, 0.5])
    assert choose_pooling(FOUR, seen_on_one) == "max"
    assert choose_pooling(FOUR, np.array([0.9, 0.9, 0.8, 0.8, 0.1, 0.1, 0.2, 0.2])) == "mean"


def test_val_of_one_class_chooses_the_mean() -> None:
    healthy = Discs(PEOPLE, PEOPLE, np.zeros(8, np.int8), np.zeros(8, np.bool_))
    assert choose_pooling(healthy, np.linspace(0, 0.7, 8)) == "mean"
