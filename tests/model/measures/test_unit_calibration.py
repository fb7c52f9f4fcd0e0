"""Calibrations of discs and patients: known truths, scikit-learn as the oracle."""

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from hnp_model.measures.calibration import platt_targets, sigmoid
from hnp_model.measures.unit_calibration import (
    ISOTONIC_FROM,
    UnitCalibration,
    choose_calibration,
    fit_unit,
)
from hnp_model.measures.units import Scores

Numbers = npt.NDArray[np.float64]


def draw(
    seed: int, patients: int, said: tuple[float, float], rows: int = 2, bend: float = 1.0
) -> Scores:
    """Return rows whose true logit is known: the model says another line, or a bent one."""
    random = np.random.default_rng(seed)
    patient = np.repeat(np.arange(patients), rows)
    logit = random.normal(size=patients)[patient] + random.normal(size=patient.size)
    truth = random.random(patient.size) < sigmoid(logit)
    intercept, slope = said
    probability = sigmoid(intercept + slope * np.sign(logit) * np.abs(logit) ** bend)
    order = np.argsort(-probability, kind="stable")
    return Scores(probability[order], truth[order], patient[order])


def loss(probability: Numbers, truth: npt.NDArray[np.bool_]) -> float:
    return float(-np.log(np.where(truth, probability, 1 - probability)).mean())


def test_an_overconfident_model_gets_a_line_that_undoes_it() -> None:
    found = choose_calibration(draw(0, 2_000, said=(1.0, 3.0)))
    assert found.method == "platt"
    assert found.slope == pytest.approx(1 / 3, rel=0.1)
    assert found.intercept == pytest.approx(-1 / 3, abs=0.1)


@pytest.mark.parametrize("seed", range(3))
def test_a_calibrated_model_of_few_patients_stays_what_it_is_or_nearly(seed: int) -> None:
    val, fresh = draw(seed, 60, said=(0.0, 1.0)), draw(seed + 100, 4_000, said=(0.0, 1.0))
    after = choose_calibration(val).apply(fresh.probability)
    assert loss(after, fresh.truth) < loss(fresh.probability, fresh.truth) + 0.03


def test_a_bent_model_of_many_patients_gets_a_curve() -> None:
    found = choose_calibration(draw(1, 3_000, said=(0.0, 1.0), bend=3.0))
    assert found.method == "isotonic"
    assert set(found.losses) == {"none", "platt", "isotonic"}
    assert found.losses["isotonic"] < min(found.losses["none"], found.losses["platt"])


def test_few_patients_are_offered_no_curve() -> None:
    val = draw(2, ISOTONIC_FROM - 1, said=(0.0, 1.0), bend=3.0)
    assert set(choose_calibration(val).losses) == {"none", "platt"}


def test_the_choice_is_by_patients_not_fitted_on() -> None:
    val = draw(3, 120, said=(0.5, 2.0))
    found = choose_calibration(val)
    positive = np.bincount(val.patient, weights=val.truth) > 0
    order = np.concatenate([np.flatnonzero(positive), np.flatnonzero(~positive)])
    fold = np.empty(order.size, dtype=np.int64)
    fold[order] = np.arange(order.size) % 5
    logit = np.log(val.probability / (1 - val.probability))
    told = np.empty(val.truth.size)
    for each in range(5):
        here = fold[val.patient] == each
        oracle = LogisticRegression(C=1e12, tol=1e-10, max_iter=1_000)
        target = platt_targets(val.truth[~here])
        oracle.fit(
            np.tile(logit[~here], 2)[:, None],
            np.repeat([True, False], target.size),
            sample_weight=np.concatenate([target, 1 - target]),
        )
        told[here] = oracle.predict_proba(logit[here, None])[:, 1]
    assert found.losses["platt"] == pytest.approx(loss(told, val.truth), rel=1e-5)
    assert found.losses["none"] == pytest.approx(loss(val.probability, val.truth))


@pytest.mark.parametrize("decimals", [1, 2, 9])
def test_the_curve_is_that_of_scikit_learn(decimals: int) -> None:
    val = draw(4, 80, said=(0.0, 1.5))
    probability = np.round(val.probability, decimals)
    oracle = IsotonicRegression(out_of_bounds="clip")
    oracle.fit(probability, platt_targets(val.truth))
    asked = np.linspace(0, 1, 301)
    found = fit_unit("isotonic", probability, val.truth)
    assert found.apply(asked) == pytest.approx(oracle.predict(asked))


def test_no_curve_says_never_or_always() -> None:
    probability = np.linspace(0.9, 0.1, 30)
    told = fit_unit("isotonic", probability, probability > 0.5).apply(np.array([0.0, 1.0]))
    assert 0 < told[0] < 0.1
    assert 0.9 < told[1] < 1


def test_a_model_that_ranks_the_wrong_way_round_is_not_turned() -> None:
    val = draw(5, 400, said=(0.0, -1.0))
    assert fit_unit("platt", val.probability, val.truth) == UnitCalibration()
    for seed in range(3):
        found = choose_calibration(draw(seed, 45, said=(0.0, -1.0)))
        assert found.method == "none"


@pytest.mark.parametrize("method", ["none", "platt", "isotonic"])
def test_what_is_more_probable_stays_so(method: str) -> None:
    val = draw(6, 100, said=(0.3, 2.0))
    found = fit_unit(method, val.probability, val.truth)  # type: ignore[arg-type]  # of a list
    assert found.method == method
    assert (np.diff(found.apply(np.linspace(0, 1, 500))) >= 0).all()


@pytest.mark.parametrize("truth", [[True] * 4, [True, False, True, False]])
def test_nothing_to_learn_from_leaves_probabilities_alone(truth: list[bool]) -> None:
    probability = np.array([0.7, 0.6, 0.5, 0.4]) if all(truth) else np.full(4, 0.5)
    found = choose_calibration(Scores(probability, np.array(truth), np.arange(4)))
    assert found.method == "none"
    assert found.apply(probability).tolist() == probability.tolist()


@pytest.mark.parametrize(
    "fields",
    [
        {"slope": -1.0},
        {"slope": 1e101},
        {"method": "isotonic"},
        {"method": "isotonic", "knots": (0.1, 0.2), "heights": (0.1,)},
        {"method": "isotonic", "knots": (0.2, 0.1), "heights": (0.1, 0.2)},
        {"method": "isotonic", "knots": (0.1, 0.2), "heights": (0.3, 0.2)},
        {"method": "isotonic", "knots": (0.1, 0.2), "heights": (0.3, 1.2)},
    ],
)
def test_what_no_fit_ends_in_is_no_calibration(fields: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"expected|shape"):
        UnitCalibration(**fields)  # type: ignore[arg-type]  # that is what is tried


def simulate(patients: int, said: tuple[float, float], data_sets: int) -> tuple[float, float]:
    """Return the mean loss on fresh patients as predicted, and as the choice calibrates."""
    before, after = [], []
    for seed in range(data_sets):
        fresh = draw(10_000 + seed, 2_000, said)
        found = choose_calibration(draw(seed, patients, said))
        before.append(loss(fresh.probability, fresh.truth))
        after.append(loss(found.apply(fresh.probability), fresh.truth))
    return float(np.mean(before)), float(np.mean(after))


@pytest.mark.parametrize("data_sets", [20, pytest.param(300, marks=pytest.mark.torture)])
@pytest.mark.parametrize("patients", [20, 60, 200])
def test_calibrating_helps_an_overconfident_model_and_hardly_harms_a_calibrated_one(
    patients: int, data_sets: int
) -> None:
    before, after = simulate(patients, (0.5, 3.0), data_sets)
    assert after < before - 0.1
    before, after = simulate(patients, (0.0, 1.0), data_sets)
    assert after < before + (0.03 if patients == 20 else 0.02)  # twenty are few to choose on
