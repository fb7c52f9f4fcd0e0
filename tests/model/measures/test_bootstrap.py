import numpy as np
import pytest
from sklearn.metrics import f1_score, roc_auc_score

from hnp_model.measures.bootstrap import RESAMPLES, SEED, draw_patients, estimate
from hnp_model.measures.metrics import METRICS
from hnp_model.measures.units import Scores


def rows(patient_count: int, row_count: int, share: float = 0.4) -> Scores:
    random = np.random.default_rng(3)
    patient = np.unique(random.integers(0, patient_count, row_count), return_inverse=True)[1]
    truth = random.random(row_count) < share
    probability = 1 / (1 + np.exp(-random.normal(size=row_count) - truth))
    order = np.argsort(-probability, kind="stable")
    return Scores(probability[order], truth[order], patient[order])


def test_intervals_are_those_of_a_plain_loop_over_patients() -> None:
    scores = rows(25, 90)
    random = np.random.default_rng(SEED)
    aucs, f1s = [], []
    for _ in range(RESAMPLES):
        drawn = random.integers(0, scores.patient_count, scores.patient_count)
        members = np.concatenate([np.flatnonzero(scores.patient == number) for number in drawn])
        truth, probability = scores.truth[members], scores.probability[members]
        if truth.all() or not truth.any():
            continue
        aucs.append(roc_auc_score(truth, probability))
        f1s.append(f1_score(truth, probability >= 0.5))
    estimates = estimate(scores, 0.5)
    for name, values in (("auc", aucs), ("f1", f1s)):
        figure = estimates.figures[METRICS.index(name)]
        ends = (figure.low_percentile, figure.high_percentile)
        assert ends == pytest.approx(np.quantile(values, [0.025, 0.975]))
    assert estimates.resamples_dropped == RESAMPLES - len(aucs)


def test_one_class_resamples_are_dropped_and_counted() -> None:
    # Ten patients a class, but one disc of each is in the other: resamples of one class are rare
    # only as long as both classes are common.
    truth = np.array([True] * 10 + [False] * 10)
    scores = Scores(np.linspace(0.9, 0.1, 20), truth, np.arange(20))
    counts = np.concatenate(list(draw_patients(20, 20)))
    one_class = (counts[:, :10].sum(axis=1) == 0) | (counts[:, 10:].sum(axis=1) == 0)
    assert estimate(scores, 0.5).resamples_dropped == one_class.sum()


@pytest.mark.parametrize("row_count", [1, 50, 5_000])
def test_the_same_patients_are_drawn_whatever_comes_at_a_time(row_count: int) -> None:
    counts = np.concatenate(list(draw_patients(30, row_count)))
    assert counts.shape == (RESAMPLES, 30)
    assert (counts.sum(axis=1) == 30).all()
    assert (counts == np.concatenate(list(draw_patients(30, 400_000)))).all()


def test_under_ten_patients_in_a_class_give_no_figures() -> None:
    truth = np.arange(60) < 9  # nine rows of nine patients
    scores = Scores(np.linspace(0.9, 0.1, 60), truth, np.arange(60))
    assert {figure.value for figure in estimate(scores, 0.5).figures} == {None}


def test_many_rows_of_few_patients_are_few_patients() -> None:
    scores = Scores(np.linspace(0.9, 0.1, 60), np.arange(60) % 2 == 0, np.arange(60) % 8)
    assert {figure.high for figure in estimate(scores, 0.5).figures} == {None}


def test_values_lie_within_their_intervals() -> None:
    for figure in estimate(rows(60, 400), 0.45).figures:
        assert figure.value is not None
        assert figure.low is not None
        assert figure.high is not None
        assert figure.low < figure.value < figure.high


def test_resamples_without_a_figure_are_counted_by_figure() -> None:
    # One row in forty lies at or above the threshold: whoever does not draw it calls none positive.
    truth = np.arange(40) % 2 == 0
    scores = Scores(np.linspace(0.9, 0.1, 40), truth, np.arange(40))
    estimates = estimate(scores, 0.9)
    without = sum(int((counts[:, 0] == 0).sum()) for counts in draw_patients(40, 40))
    assert without > 0.3 * RESAMPLES
    assert estimates.resamples_undefined == {"ppv": without}
    assert estimate(scores, 0.5).resamples_undefined == {}


def test_ten_thousand_rows_have_every_interval() -> None:
    # What a large test part costs shows in the durations of tests, with nothing held to a time.
    figures = estimate(rows(1_500, 10_000), 0.5).figures
    assert all(figure.low_percentile is not None for figure in figures)
