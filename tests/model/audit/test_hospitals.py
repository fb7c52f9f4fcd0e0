import numpy as np
import pytest

from hnp_model.audit.discs import Discs
from hnp_model.audit.hospitals import Hospital, judge_hospitals

DISCS_EACH = 3


def judged(seed: int, told: tuple[float, ...], patients: int = 40) -> tuple[Hospital, ...]:
    """Return hospitals in which what is seen tells the truth so well, of so many patients each."""
    random = np.random.default_rng(seed)
    count = patients * DISCS_EACH
    hospital = np.repeat([f"H0{number + 1}" for number in range(len(told))], count)
    person = np.repeat(np.arange(len(told) * patients), DISCS_EACH)
    truth = random.random(person.size) < 0.4
    seen = random.normal(size=(person.size, 6))
    seen[:, 0] += np.repeat(told, count) * truth
    level = np.tile(np.arange(DISCS_EACH), len(told) * patients)
    discs = Discs(np.arange(person.size), person, level, truth, hospital)
    return judge_hospitals(discs, seen)


def named(hospitals: tuple[Hospital, ...]) -> set[str]:
    return {one.name for one in hospitals if one.what}


@pytest.mark.parametrize("seed", range(5))
def test_hospitals_alike_are_not_named(seed: int) -> None:
    assert named(judged(seed, (1.5, 1.5, 1.5, 1.5))) == set()
    assert named(judged(seed, (0.0, 0.0, 0.0))) == set()


@pytest.mark.parametrize("seed", range(5))
def test_the_one_of_three_that_means_the_reverse_is_named_alone(seed: int) -> None:
    hospitals = judged(seed, (1.5, -1.5, 1.5))
    assert named(hospitals) == {"H02"}
    assert hospitals[1].what == "the reverse of the others: are its codes swapped?"


def test_of_two_hospitals_nobody_knows_which_is_reversed() -> None:
    first, second = judged(0, (1.5, -1.5))
    assert first.what == "the reverse of H02: the codes of either may be swapped, not told which"
    assert second.what == "the reverse of H01: the codes of either may be swapped, not told which"


def test_two_against_two_are_as_likely_to_be_the_reversed_ones() -> None:
    hospitals = {one.name: one for one in judged(0, (1.5, -1.5, -1.5, 1.5), patients=80)}
    assert named(tuple(hospitals.values())) in ({"H01", "H04"}, {"H02", "H03"})
    for name in named(tuple(hospitals.values())):
        assert set(hospitals[name].against) == hospitals.keys() - named(tuple(hospitals.values()))


def test_one_against_three_is_outvoted() -> None:
    hospitals = judged(0, (1.5, 1.5, -1.5, 1.5))
    assert [one.against for one in hospitals] == [()] * 4
    assert named(hospitals) == {"H03"}


def test_a_hospital_where_all_is_told_is_far_from_the_rest() -> None:
    hospitals = judged(0, (0.8, 0.8, 6.0, 0.8))
    assert named(hospitals) == {"H03"}
    assert hospitals[2].what.startswith("far from the rest's 0.")


def test_too_few_patients_in_a_hospital_are_not_judged() -> None:
    (one, _) = judged(0, (1.5, 1.5), patients=9)
    assert one.auc.value is None
    assert judged(0, (1.5,)) == ()


@pytest.mark.torture
def test_at_most_one_in_twenty_sets_of_hospitals_alike_has_a_name() -> None:
    for told in ((0.0, 0.0, 0.0, 0.0), (1.0, 1.0, 1.0, 1.0)):
        assert sum(bool(named(judged(seed, told, 15))) for seed in range(400)) <= 20
