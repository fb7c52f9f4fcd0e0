from pathlib import Path

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from hnp_model.measures.calibration_error import bin_rows
from hnp_model.measures.units import Scores
from hnp_model.report.reliability import draw_reliability


def scores(seed: int, count: int = 400, patient_count: int = 100) -> Scores:
    random = np.random.default_rng(seed)
    probability = np.sort(random.random(count))[::-1]
    return Scores(
        probability, random.random(count) < probability, random.integers(0, patient_count, count)
    )


@pytest.mark.parametrize("bin_count", [5, 10])
def test_bins_are_those_of_scikit_learn(bin_count: int) -> None:
    rows = scores(0)
    observed, predicted = calibration_curve(rows.truth, rows.probability, n_bins=bin_count)
    found = bin_rows(rows, bin_count)
    assert found.observed == pytest.approx(observed)
    assert found.predicted == pytest.approx(predicted)
    assert found.count.sum() == 400


def test_both_ends_have_a_bin_and_empty_ones_no_frequency() -> None:
    rows = Scores(np.array([1.0, 1.0, 0.0]), np.array([True, False, False]), np.arange(3))
    found = bin_rows(rows, 5)
    assert found.count.tolist() == [1, 0, 0, 0, 2]
    assert found.observed[[0, 4]].tolist() == [0.0, 0.5]
    assert np.isnan(found.observed[1:4]).all()


def test_the_same_curves_give_the_same_bytes() -> None:
    pictures = {
        draw_reliability({"slice": scores(1)}, {"slice": scores(2)}, "a title") for _ in range(2)
    }
    (picture,) = pictures
    assert picture.startswith(b"\x89PNG")
    for chunk in (b"tIME", b"tEXt", b"iTXt"):
        assert chunk not in picture


def test_too_few_patients_are_told_not_drawn() -> None:
    few = scores(1, patient_count=9)
    assert draw_reliability({"level": few}, {"level": few}, "") == draw_reliability(
        {"level": few}, {"level": scores(2, patient_count=9)}, ""
    )


def test_a_run_has_one_and_its_card_shows_it(run: Path) -> None:
    assert (run / "reliability.png").read_bytes().startswith(b"\x89PNG")
    card = (run / "card.md").read_text()
    assert "](reliability.png)" in card
    assert "](roc.png)" in card
