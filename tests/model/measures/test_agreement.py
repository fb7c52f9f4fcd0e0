"""Kappa and AC1 are those of others; their intervals know that slices of a patient are alike."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import cohens_kappa

from hnp_model.measures.agreement import Agreement, agree
from hnp_model.measures.sureness import quantile


def answers(table: list[list[int]]) -> tuple[list[str], list[str]]:
    """Return what two readers said, from how often they said it."""
    pairs = [
        (str(row), str(column))
        for row, counts in enumerate(table)
        for column, count in enumerate(counts)
        for _ in range(count)
    ]
    return [one for one, _ in pairs], [two for _, two in pairs]


def found(first: list[str], second: list[str], patient: list[str] | None = None) -> Agreement:
    agreement = agree(first, second, patient)
    assert agreement is not None
    return agreement


@pytest.mark.parametrize(
    "table", [[[40, 9], [6, 45]], [[20, 5, 1], [3, 30, 4], [0, 2, 10]], [[5, 9], [9, 2]]]
)
def test_kappa_is_that_of_others_and_so_is_its_error_of_independent_answers(
    table: list[list[int]],
) -> None:
    first, second = answers(table)
    agreement = found(first, second, [str(number) for number in range(len(first))])
    kappa = agreement.figures[1]
    oracle = cohens_kappa(np.array(table))
    assert agreement.table.tolist() == table
    assert kappa.value == pytest.approx(cohen_kappa_score(first, second), abs=1e-12)
    assert kappa.low is not None
    assert kappa.high is not None
    assert kappa.value is not None
    # On the scale of atanh, with Student's quantile.
    reach = (np.arctanh(kappa.high) - np.arctanh(kappa.low)) / 2 * (1 - kappa.value**2)
    count = len(first)
    expected = quantile(count) * np.sqrt(count / (count - 1)) * oracle.std_kappa
    assert reach == pytest.approx(expected)


def test_ac1_is_that_of_the_published_example() -> None:
    """Gwet 2008, 125 subjects: both say + of 118 and - of none, yet kappa is below 0."""
    agreement = found(*answers([[118, 5], [2, 0]]))
    share, kappa, ac1 = (figure.value for figure in agreement.figures)
    assert share == pytest.approx(0.944)
    assert kappa == pytest.approx(-0.0234, abs=5e-5)
    assert ac1 == pytest.approx(0.9408, abs=5e-5)


def test_answers_that_are_alike_in_a_patient_make_intervals_wider() -> None:
    first, second = answers([[30, 6], [4, 20]])
    alone = found(first, second, [str(number) for number in range(60)])
    threefold = found(first * 3, second * 3, [str(number) for number in range(60)] * 3)
    taken_apart = found(first * 3, second * 3, [str(number) for number in range(180)])
    for mine, copied, apart in zip(
        alone.figures, threefold.figures, taken_apart.figures, strict=True
    ):
        assert copied.low == pytest.approx(mine.low, abs=1e-9)
        assert copied.high == pytest.approx(mine.high, abs=1e-9)
        assert apart.low is not None
        assert mine.low is not None
        assert apart.low > mine.low


def test_without_patients_or_with_few_there_is_no_interval() -> None:
    first, second = answers([[30, 6], [4, 20]])
    few = [str(number % 9) for number in range(60)]
    for patient in (None, few):
        agreement = found(first, second, patient)
        assert all(figure.value is not None for figure in agreement.figures)
        assert all(figure.low is None and figure.high is None for figure in agreement.figures)


def test_equal_answers_of_a_few_patients_are_no_proof_that_all_are_equal() -> None:
    first, second = answers([[20, 0], [0, 10]])
    agreement = found(first, second, [str(number) for number in range(30)])
    for figure in agreement.figures:
        assert figure.value == 1
        assert figure.high == 1
        assert figure.low is not None
        assert 0.6 < figure.low < 0.9


def test_one_answer_alone_tells_no_agreement_beyond_chance() -> None:
    agreement = found(["1"] * 12, ["1"] * 12, [str(number) for number in range(12)])
    assert [figure.value for figure in agreement.figures] == [1, None, None]


def test_nothing_read_by_both_is_no_agreement() -> None:
    assert agree([], [], []) is None


def simulated(random: np.random.Generator, patients: int) -> Agreement:
    """Return two readers of five discs a patient; some patients are hard, for both alike."""
    risk = 1 / (1 + np.exp(0.4 - 0.7 * random.normal(size=(patients, 1))))
    truth = random.random((patients, 5)) < risk
    slip = np.where(random.random((patients, 1)) < 0.5, 0.16, 0.04)
    told = [(truth ^ (random.random(truth.shape) < slip)).ravel() for _ in range(2)]
    mine, theirs = (one.astype(str).tolist() for one in told)
    whose = np.repeat(np.arange(patients), 5).astype(str).tolist()
    return found(mine, theirs, whose)


@pytest.mark.parametrize("draws", [80, pytest.param(2_000, marks=pytest.mark.torture)])
def test_intervals_hold_the_truth_as_often_as_they_say(draws: int) -> None:
    random = np.random.default_rng(0)
    truth = [figure.value for figure in simulated(random, 8_000).figures]
    held = []
    for _ in range(draws):
        figures = simulated(random, 30).figures
        held.append(
            [
                (figure.low or 0.0) <= (one or 0.0) <= (figure.high or 1.0)
                for figure, one in zip(figures, truth, strict=True)
            ]
        )
    assert (np.mean(held, axis=0) > 0.95 - 3 * np.sqrt(0.05 * 0.95 / draws)).all()
