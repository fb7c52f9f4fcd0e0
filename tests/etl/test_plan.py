"""Shards by patient."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hnp_etl.limits import SHARD_SLICES
from hnp_etl.plan import PatientCount, plan_shards
from hnp_shared.errors import InputError


def name(number: int) -> str:
    return f"{number:032x}"


def members(patients: list[PatientCount]) -> set[tuple[str, ...]]:
    """Return the patients of each shard."""
    return {
        tuple(patient for patient, _ in patients if first <= patient <= last)
        for first, last in plan_shards(patients)
    }


IDS = st.integers(0, 2**128 - 1).map(name)
PATIENTS = st.dictionaries(IDS, st.integers(1, 600), max_size=60).map(
    lambda each: sorted(each.items())
)


def test_nothing_makes_no_shard() -> None:
    assert plan_shards([]) == []


def test_few_slices_make_one_shard() -> None:
    assert plan_shards([(name(1), 200), (name(2**127), 312)]) == [(name(1), name(2**127))]


def test_a_patient_with_more_has_a_shard_alone() -> None:
    assert plan_shards([(name(1), 10), (name(2), 513), (name(3), 10)]) == [
        (name(1), name(1)),
        (name(2), name(2)),
        (name(3), name(3)),
    ]


@settings(derandomize=True, max_examples=200, deadline=None)
@given(PATIENTS)
def test_shards_hold_every_patient_once_and_no_more_than_they_may(
    patients: list[PatientCount],
) -> None:
    counts = dict(patients)
    shards = members(patients)
    assert sorted(patient for shard in shards for patient in shard) == [
        each for each, _ in patients
    ]
    for shard in shards:
        assert len(shard) == 1 or sum(counts[patient] for patient in shard) <= SHARD_SLICES


@settings(derandomize=True, max_examples=200, deadline=None)
@given(PATIENTS, IDS, st.integers(1, 200))
def test_a_new_patient_touches_one_shard_of_the_old_ones(
    patients: list[PatientCount], newcomer: str, slices: int
) -> None:
    if newcomer in dict(patients):
        return
    before = members(patients)
    after = members(sorted([*patients, (newcomer, slices)]))
    assert len(before - after) <= 1


def test_slices_of_thousands_under_one_value_are_no_person() -> None:
    assert plan_shards([(name(1), 4096)]) == [(name(1), name(1))]
    with pytest.raises(InputError, match="4097 slices share one patient value, .* 4096"):
        plan_shards([(name(1), 4097)])
