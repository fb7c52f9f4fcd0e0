from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest

from hnp_model.measures.attention import (
    Attention,
    DiscSlices,
    attend,
    attend_apart,
    fit_attention,
)
from hnp_model.measures.calibration import sigmoid
from hnp_model.measures.disc_pooling import choose_pooling, score_pooled
from hnp_model.measures.metrics import area_under_curve
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


Probability = npt.NDArray[np.float64]
IN_THE_MIDDLE = np.array([0.0, 1.0, 1.0, 0.0])


def seen_at(
    shows: npt.NDArray[np.float64], seed: int, patients: int = 30
) -> tuple[Discs, Probability]:
    """Return patients with five discs of four slices; an ill one shows it as much as is said.

    Args:
        shows: (slice of a disc,), 0 to 1.
        seed: of all that is drawn.
        patients: how many.
    """
    random = np.random.default_rng(seed)
    patient = np.repeat(np.arange(patients).astype(str), 20)
    level = np.tile(np.repeat(np.arange(5, dtype=np.int8), 4), patients)
    ill = np.repeat(random.random(patients * 5) < 0.4, 4)
    disc = np.repeat(random.normal(0, 0.7, patients * 5), 4)
    logit = disc - 1 + 2.2 * ill * np.tile(shows, patients * 5) + random.normal(size=ill.size)
    return Discs(patient, patient, level, ill), sigmoid(logit)


def test_attention_without_weights_is_the_mean_and_with_a_steep_one_the_maximum() -> None:
    slices, probability = seen_at(np.ones(4), 0, patients=6)
    discs = DiscSlices.of(slices)
    mean = score_units("level", slices, probability).probability
    np.testing.assert_allclose(np.sort(attend(Attention(), discs, probability))[::-1], mean)
    steep = score_pooled("attention", slices, probability, Attention(by_logit=200.0))
    highest = score_pooled("max", slices, probability)
    np.testing.assert_allclose(steep.probability, highest.probability, atol=1e-3)


def test_attention_finds_that_the_middle_of_discs_tells() -> None:
    slices, probability = seen_at(IN_THE_MIDDLE, 1)
    attention = fit_attention(DiscSlices.of(slices), probability)
    assert attention.by_distance < -1
    assert choose_pooling(slices, probability) == "attention"
    others, said = seen_at(IN_THE_MIDDLE, 2, patients=60)
    area = area_under_curve(score_pooled("attention", others, said, attention))
    for simpler in ("mean", "max", "noisy-or"):
        assert area > area_under_curve(score_pooled(simpler, others, said)) + 0.02


def test_attention_is_judged_on_patients_that_it_was_not_fitted_on() -> None:
    slices, probability = seen_at(IN_THE_MIDDLE, 3, patients=20)
    discs = DiscSlices.of(slices)
    before = attend_apart(discs, probability)
    turned = discs.patient == 7
    truth = np.where(turned, ~discs.truth, discs.truth)
    after = attend_apart(DiscSlices(discs.disc, discs.patient, truth, discs.distance), probability)
    np.testing.assert_allclose(before[turned], after[turned])


def test_slices_lie_from_one_end_of_their_disc_to_the_other() -> None:
    people = np.array(["a", "b", "a", "a", "c", "a", "c"])
    slices = Discs(people, people, np.zeros(7, np.int8), np.zeros(7, np.bool_))
    way = DiscSlices.of(slices).distance
    np.testing.assert_allclose(way, [1, 0, 1 / 9, 1 / 9, 1, 1, 1])
