"""ROC and precision-recall curves: what they are, and that their bands are those of the figures."""

import numpy as np
import pytest
from sklearn.metrics import precision_recall_curve, roc_curve

from hnp_model.measures.bootstrap import estimate
from hnp_model.measures.curve_bands import GRID, MOST_POINTS, chosen_ends, curves_of
from hnp_model.measures.units import Scores


def scores(patients: int, rows: int, *, seed: int = 0, digits: int = 9) -> Scores:
    random = np.random.default_rng(seed)
    patient = np.repeat(np.arange(patients), rows)
    truth = random.random(patient.size) < 0.4
    logit = random.normal(size=patient.size) + truth + random.normal(size=patients)[patient] / 2
    probability = np.round(1 / (1 + np.exp(-logit)), digits)
    order = np.argsort(-probability, kind="stable")
    return Scores(probability[order], truth[order], patient[order])


@pytest.mark.parametrize("digits", [9, 1], ids=["all-different", "many-equal"])
def test_curves_are_those_of_scikit_learn(digits: int) -> None:
    rows = scores(30, 4, digits=digits)
    found = curves_of(rows)
    assert found
    across, up, _ = roc_curve(rows.truth, rows.probability, drop_intermediate=False)
    assert found.roc.points == pytest.approx(np.stack([across, up], axis=1))
    precision, recall, _ = precision_recall_curve(rows.truth, rows.probability)
    told = np.stack([recall, precision], axis=1)[-2::-1]  # without the point of nobody called
    assert found.precision_recall.points == pytest.approx(told)


def test_the_band_of_the_roc_curve_has_the_area_of_the_resamples() -> None:
    rows = scores(40, 3)
    found = curves_of(rows)
    assert found
    area = estimate(rows, 0.5, ("auc",)).figures[0]
    assert np.trapezoid(found.roc.value, GRID) == pytest.approx(area.value, abs=0.005)
    for band in (found.roc, found.precision_recall):
        assert ((band.low <= band.value) & (band.value <= band.high)).mean() > 0.95
    # Whole curves leave a pointwise band sooner than areas their interval.
    assert area.low_percentile is not None
    assert np.trapezoid(found.roc.low, GRID) < area.low_percentile + 0.01


def test_precision_at_no_recall_is_that_of_the_first_who_are_called() -> None:
    rows = scores(40, 3)
    truth = rows.truth.copy()
    truth[:20] = True  # whoever is called first is ill, whichever patients are drawn
    found = curves_of(Scores(rows.probability, truth, rows.patient))
    assert found
    band = found.precision_recall
    assert (band.low[0], band.value[0], band.high[0]) == (1, 1, 1)


def test_too_few_patients_have_no_curve() -> None:
    assert curves_of(scores(9, 5)) is None


def test_curves_of_many_rows_have_few_points_and_end_where_all_are_called() -> None:
    rows = scores(400, 5)
    ends = chosen_ends(rows, MOST_POINTS)
    assert ends.size <= MOST_POINTS
    assert ends[-1] == rows.truth.size - 1
    found = curves_of(rows)
    assert found
    assert found.roc.points[-1].tolist() == [1, 1]
    across, up, _ = roc_curve(rows.truth, rows.probability)
    told = np.interp(GRID, across, up)
    assert np.abs(found.roc.value - told).max() < 0.01
