"""Claims about figures of label codes; scikit-learn is the oracle."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.metrics import cohen_kappa_score, confusion_matrix, recall_score, roc_auc_score

from hnp_model.data.slices import Strings
from hnp_model.measures.code_figures import CodeFigures, figures_by_code, quadratic_kappa
from hnp_model.measures.code_rows import CodeRows, call_codes, rows_by_disc, rows_by_slice

CODES = 4


def drawn(patients: int = 60, seed: int = 0, members: int = 1) -> CodeRows:
    """Return rows of three a patient, whose probabilities know something of the truth."""
    random = np.random.default_rng(seed)
    patient = np.repeat(np.arange(patients), 3)
    truth = random.choice(CODES, patient.size, p=[0.4, 0.3, 0.2, 0.1])
    scores = random.normal(size=(members, patient.size, CODES)) + 1.5 * np.eye(CODES)[truth]
    said = np.exp(scores) / np.exp(scores).sum(axis=2, keepdims=True)
    return CodeRows(said.mean(axis=0), said if members > 1 else said[:0], truth, patient)


@pytest.fixture(scope="module")
def rows() -> CodeRows:
    return drawn()


@pytest.fixture(scope="module")
def found(rows: CodeRows) -> CodeFigures:
    return figures_by_code("multiclass", rows)


def test_figures_are_scikit_learns(found: CodeFigures, rows: CodeRows) -> None:
    called = rows.probability.argmax(axis=1)
    assert found.confusion == tuple(map(tuple, confusion_matrix(rows.truth, called)))
    kappa = cohen_kappa_score(rows.truth, called, weights="quadratic")
    assert found.kappa_quadratic.value == pytest.approx(kappa, abs=1e-12)
    area = roc_auc_score(rows.truth, rows.probability, multi_class="ovr", average="macro")
    assert found.auc_macro.value == pytest.approx(area, abs=1e-12)
    assert found.macro_over == (0, 1, 2, 3)
    shares = recall_score(rows.truth, called, average=None)
    told = [one.value for one in found.accuracy_by_code]
    assert told == pytest.approx(list(shares), abs=1e-12)
    each = [roc_auc_score(rows.truth == code, rows.probability[:, code]) for code in range(CODES)]
    assert [one.value for one in found.auc_by_code] == pytest.approx(each, abs=1e-12)


def test_every_figure_has_an_interval_that_holds_it(found: CodeFigures) -> None:
    whole = (found.accuracy, found.kappa_quadratic, found.auc_macro)
    for figure in (*whole, *found.accuracy_by_code, *found.auc_by_code):
        assert figure.low is not None
        assert figure.value is not None
        assert figure.high is not None
        assert figure.low < figure.value < figure.high
        assert figure.low_percentile is not None
        assert figure.low_seeds is None


def test_intervals_are_between_patients_so_that_copied_slices_tell_nothing_more() -> None:
    rows = drawn(30)
    twice = CodeRows(
        np.repeat(rows.probability, 2, axis=0),
        rows.members,
        np.repeat(rows.truth, 2),
        np.repeat(rows.patient, 2),
    )
    once, again = (figures_by_code("multiclass", each) for each in (rows, twice))
    for name in ("accuracy", "kappa_quadratic", "auc_macro"):
        first, second = getattr(once, name), getattr(again, name)
        assert (first.low, first.high) == pytest.approx((second.low, second.high), abs=1e-9)


def test_members_widen_intervals_by_the_variance_between_seeds() -> None:
    figure = figures_by_code("ordinal", drawn(30, members=3)).kappa_quadratic
    assert figure.low_seeds is not None
    assert figure.low is not None
    assert figure.low_seeds < figure.low


def test_a_code_of_few_patients_has_no_figure_and_no_share_in_the_mean() -> None:
    rows = drawn()
    rare = (rows.truth == 3) & (rows.patient > 8)
    kept = figures_by_code("multiclass", replace(rows, truth=np.where(rare, 0, rows.truth)))
    assert kept.patients[3] < 10
    assert kept.accuracy_by_code[3].value is None
    assert kept.auc_by_code[3].value is None
    assert kept.macro_over == (0, 1, 2)
    assert kept.accuracy.value is not None


def test_one_code_alone_tells_nothing() -> None:
    rows = drawn()
    alone = figures_by_code("ordinal", replace(rows, truth=np.zeros_like(rows.truth)))
    assert alone.accuracy.value is None
    assert alone.kappa_quadratic.value is None
    assert alone.macro_over == ()


def test_kappa_of_no_error_is_one_and_of_one_cell_not_defined() -> None:
    assert quadratic_kappa(np.diag([3.0, 4.0, 5.0])) == pytest.approx(1)
    assert np.isnan(quadratic_kappa(np.array([[7.0, 0.0], [0.0, 0.0]])))


def test_classes_call_the_likeliest_code_and_grades_the_median() -> None:
    said = np.array([[0.4, 0.25, 0.35], [0.1, 0.2, 0.7]])
    assert call_codes("multiclass", said).tolist() == [0, 2]
    assert call_codes("ordinal", said).tolist() == [1, 2]


@dataclass(frozen=True)
class Seen:
    """Three slices of one disc, and one of another patient's."""

    patient_id: Strings
    study_id: Strings
    level: npt.NDArray[np.int8]
    is_patient: npt.NDArray[np.bool_]


def test_a_disc_has_the_mean_over_its_slices_and_the_last_code_of_those_known() -> None:
    slices = Seen(
        np.array(["a", "a", "a", "b"]),
        np.array(["s", "s", "s", "t"]),
        np.array([1, 1, 1, 1], np.int8),
        np.array([False, True, True, False]),
    )
    members = np.array([[[0.8, 0.2], [0.4, 0.6], [0.0, 1.0], [0.5, 0.5]]])
    code = np.array([0, 1, -1, 0])
    discs = rows_by_disc(slices, code, members)
    np.testing.assert_allclose(discs.probability, [[0.6, 0.4], [0.5, 0.5]])
    assert (discs.truth.tolist(), discs.patient.tolist()) == ([1, 0], [0, 1])
    assert rows_by_slice(slices, code, members).truth.tolist() == [0, 1, 0]
