"""What speaks against a label is how far a probability lies beyond what its fold is used to."""

import numpy as np
import pytest

from hnp_model.measures.label_doubts import doubt


def test_the_count_is_that_of_confident_learning() -> None:
    random = np.random.default_rng(0)
    truth = random.random(300) < 0.4
    probability = np.clip(0.5 + 0.3 * (2 * truth - 1) + 0.25 * random.normal(size=300), 0, 1)
    means = {True: probability[truth].mean(), False: (1 - probability[~truth]).mean()}
    expected = 0
    for one, label in zip(probability, truth, strict=True):
        beyond = {True: one - means[True], False: 1 - one - means[False]}
        other = not label
        expected += beyond[other] >= 0 and beyond[other] > beyond[bool(label)]
    assert doubt(probability, truth).off.sum() == expected


def test_planted_labels_come_first() -> None:
    random = np.random.default_rng(1)
    truth = random.random(400) < 0.4
    probability = 1 / (1 + np.exp(-(4 * truth - 2 + random.normal(size=400))))
    wrong = random.random(400) < 0.08
    doubts = doubt(probability, truth ^ wrong)
    first = np.argsort(-doubts.margin)[: wrong.sum()]
    assert wrong[first].mean() > 0.8
    assert doubts.off.sum() == pytest.approx(wrong.sum(), abs=10)


def test_a_shift_of_a_fold_moves_no_margin() -> None:
    truth = np.array([True, True, False, False, True])
    probability = np.array([0.8, 0.3, 0.2, 0.6, 0.7])
    moved = doubt(probability - 0.15, truth).margin
    assert moved == pytest.approx(doubt(probability, truth).margin)


def test_a_fold_of_one_class_doubts_nothing() -> None:
    assert not doubt(np.array([0.1, 0.9]), np.array([True, True])).off.any()
