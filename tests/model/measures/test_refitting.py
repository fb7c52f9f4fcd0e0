"""What is left of an AUC, in worlds of which the truth is known."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from hnp_model.measures.refitting import Corrected, correct_optimism

Numbers = npt.NDArray[np.float64]
PATIENTS, FEATURES = 60, 20


@dataclass(frozen=True)
class World:
    """Two slices a patient, alike in what is seen of them."""

    patient_id: npt.NDArray[np.str_]
    study_id: npt.NDArray[np.str_]
    level: npt.NDArray[np.int8]
    is_patient: npt.NDArray[np.bool_]
    seen: Numbers


def draw(random: np.random.Generator, patients: int, effect: float) -> World:
    patient = np.repeat(np.arange(patients), 2)
    shared, own = random.normal(size=(patients, FEATURES)), random.normal(size=(2 * patients, 20))
    seen = (own + shared[patient]) / np.sqrt(2)
    truth = random.random(patient.size) < 1 / (1 + np.exp(-effect * seen[:, 0]))
    level = np.tile([0, 1], patients).astype(np.int8)
    names = patient.astype(np.str_)
    return World(names, names, level, truth, seen)


def line() -> LogisticRegression:
    return LogisticRegression(max_iter=500)


def trees() -> GradientBoostingClassifier:
    return GradientBoostingClassifier(n_estimators=15, min_samples_leaf=20, random_state=0)


def try_in(
    make: Callable[[], LogisticRegression], effect: float, seed: int, refits: int
) -> tuple[Corrected, float]:
    """Return what is told of a model, and its AUC on patients without number."""
    random = np.random.default_rng(seed)
    world, others = draw(random, PATIENTS, effect), draw(random, 3_000, effect)

    def learn(rows: npt.NDArray[np.int64]) -> Numbers:
        model = make().fit(world.seen[rows], world.is_patient[rows])
        return np.asarray(model.predict_proba(world.seen)[:, 1])

    told = correct_optimism(learn, world, "slice", refits=refits, seed=seed)
    assert told is not None
    model = make().fit(world.seen, world.is_patient)
    return told, roc_auc_score(others.is_patient, model.predict_proba(others.seen)[:, 1])


@pytest.mark.parametrize(("make", "apparent"), [(line, 0.7), (trees, 0.95)])
def test_what_is_learned_of_noise_is_corrected_to_chance(
    make: Callable[[], LogisticRegression], apparent: float
) -> None:
    told = [try_in(make, 0.0, seed, 12)[0] for seed in range(3)]
    assert np.mean([one.apparent for one in told]) > apparent
    assert np.mean([one.corrected for one in told]) == pytest.approx(0.5, abs=0.05)
    assert all(one.harrell > one.corrected for one in told)


@pytest.mark.torture
@pytest.mark.parametrize("make", [line, trees])
@pytest.mark.parametrize("effect", [0.0, 0.7, 1.5])
def test_what_is_left_is_what_other_patients_get(
    make: Callable[[], LogisticRegression], effect: float
) -> None:
    told, truth = zip(*(try_in(make, effect, seed, 50) for seed in range(30)), strict=True)
    left = np.mean([one.corrected for one in told])
    assert left == pytest.approx(np.mean(truth), abs=0.03)


def test_nothing_is_taken_off_what_was_not_learned() -> None:
    world = draw(np.random.default_rng(5), 300, 1.5)
    told = correct_optimism(lambda _: world.seen[:, 0], world, "slice", refits=30, seed=5)
    assert told is not None
    assert told.corrected == pytest.approx(told.apparent, abs=0.01)
    assert told.harrell == pytest.approx(told.apparent, abs=0.01)


@pytest.mark.parametrize(
    ("apparent", "outside", "left"),
    [
        (1.0, 0.5, 0.5),  # all by heart
        (1.0, 0.4, 0.4),  # what lies below chance stays there
        (0.8, 0.8, 0.8),
        (0.7, 0.75, 0.7),
        (0.45, 0.48, 0.45),
        (0.9, 0.7, 0.9 + (0.632 / (1 - 0.368 * 0.5)) * (0.7 - 0.9)),  # half of it by heart
    ],
)
def test_the_632_plus_weights(apparent: float, outside: float, left: float) -> None:
    assert Corrected("level", apparent, outside, 0.0, 1).corrected == pytest.approx(left)


def test_the_same_seed_draws_the_same_patients() -> None:
    assert try_in(line, 1.0, 3, 5)[0] == try_in(line, 1.0, 3, 5)[0]


def test_one_patient_of_a_class_leaves_nothing_to_judge_on() -> None:
    world = draw(np.random.default_rng(1), 2, 0.0)
    world.is_patient[:] = [True, True, False, False]
    assert correct_optimism(lambda _: world.seen[:, 0], world, "slice", refits=5, seed=1) is None
