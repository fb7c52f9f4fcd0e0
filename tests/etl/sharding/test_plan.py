"""Claims about the plan: whole patients, at most 512 slices, and little moves when one is added."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hnp_etl.sharding.plan import plan_shards
from hnp_shared.errors import InputError

Patients = dict[str, int]

IDS = st.integers(0, 2**128 - 1).map(lambda number: f"{number:032x}")
NEAR_IDS = st.integers(0, 63).map(lambda number: f"{number << 118:032x}")  # share long prefixes
PATIENTS = st.dictionaries(IDS | NEAR_IDS, st.integers(1, 200), max_size=40)
MODEST = settings(derandomize=True, deadline=None, max_examples=200, database=None)


def shards_of(patients: Patients) -> list[frozenset[str]]:
    names = sorted(patients)
    spans = plan_shards([(name, patients[name]) for name in names])
    return [frozenset(name for name in names if first <= name <= last) for first, last in spans]


def by_prefix(patients: Patients, prefix: str = "") -> list[frozenset[str]]:
    """Split on the next bit of the id until a group is small enough: the tree as words."""
    inside = [n for n in patients if f"{int(n, 16):0128b}".startswith(prefix)]
    if not inside:
        return []
    if len(inside) == 1 or sum(patients[name] for name in inside) <= 512:
        return [frozenset(inside)]
    return by_prefix(patients, prefix + "0") + by_prefix(patients, prefix + "1")


@MODEST
@given(PATIENTS)
def test_shards_are_the_leaves_of_a_binary_tree_on_the_ids(patients: Patients) -> None:
    found = shards_of(patients)
    assert sorted(map(sorted, found)) == sorted(map(sorted, by_prefix(patients)))
    sizes = [sum(patients[name] for name in shard) for shard in found]
    assert sizes == sorted(sizes, reverse=True)  # the largest first


@MODEST
@given(PATIENTS)
def test_every_patient_lies_whole_in_one_shard_of_at_most_512(patients: Patients) -> None:
    shards = shards_of(patients)
    assert sorted(name for shard in shards for name in shard) == sorted(patients)
    for shard in shards:
        assert len(shard) == 1 or sum(patients[name] for name in shard) <= 512


@MODEST
@given(PATIENTS, IDS | NEAR_IDS, st.integers(1, 200))
def test_adding_a_patient_replaces_at_most_one_shard(
    patients: Patients, name: str, count: int
) -> None:
    before = set(shards_of({key: value for key, value in patients.items() if key != name}))
    after = set(shards_of({**patients, name: count}))
    gone, new = before - after, after - before
    assert len(gone) <= 1
    assert frozenset().union(*new) == frozenset().union(*gone) | {name}


@MODEST
@given(st.integers(0, 2**32), st.integers(1, 60), st.integers(1, 150))
def test_with_patients_of_one_size_adding_one_touches_at_most_two_shards(
    seed: int, slices: int, count: int
) -> None:
    draw = Random(seed)
    names = [f"{draw.getrandbits(128):032x}" for _ in range(count + 1)]
    before = set(shards_of(dict.fromkeys(names[1:], slices)))
    after = set(shards_of(dict.fromkeys(names, slices)))
    assert 1 <= len(after - before) <= 2


def test_512_slices_are_one_shard_and_513_are_two() -> None:
    low, high = "0" * 32, "f" * 32
    assert plan_shards([(low, 256), (high, 256)]) == [(low, high)]
    assert plan_shards([(low, 256), (high, 257)]) == [(high, high), (low, low)]


def test_one_patient_may_have_more_than_a_shard() -> None:
    name = "8" * 32
    assert plan_shards([(name, 4096)]) == [(name, name)]


def test_a_patient_with_more_has_a_shard_alone() -> None:
    names = [f"{number:032x}" for number in (1, 2, 3)]
    spans = plan_shards(list(zip(names, [10, 513, 10], strict=True)))
    assert spans == [(names[at], names[at]) for at in (1, 0, 2)]


def test_ids_that_differ_in_the_last_bit_are_told_apart() -> None:
    one, other = "0" * 32, "0" * 31 + "1"
    assert plan_shards([(one, 500), (other, 500)]) == [(one, one), (other, other)]


def test_more_slices_than_a_person_has_end_the_run() -> None:
    with pytest.raises(InputError, match="^4097 slices share one patient value, expected at most"):
        plan_shards([("0" * 32, 4097)])


def test_no_patients_make_no_shards() -> None:
    assert plan_shards([]) == []
