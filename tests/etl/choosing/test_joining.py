"""Values that share a study are one person, unless most of a hospital would be."""

import pytest

from hnp_etl.choosing.joining import Count, Joining, Member, join_values


def joined(shared: dict[str, str], **totals: int) -> Joining:
    """Join values of `H01`, or of the hospital before a colon; a letter is a value."""
    return join_values(
        {
            ("", study): [Member(*value.split(":")) for value in values.split()]
            if ":" in values
            else [Member("H01", value) for value in values]
            for study, values in shared.items()
        },
        totals,
    )


def people(found: Joining) -> dict[str, str]:
    return {patient: becomes for (_, patient), becomes in found.becomes.items()}


def test_values_of_one_study_are_the_smallest_of_them() -> None:
    found = joined({"1": "bca"}, H01=7)
    assert people(found) == {"a": "a", "b": "a", "c": "a"}
    assert (found.joined, found.refused) == ({"H01": Count(3, 1, 1)}, {})
    assert not found.apart


def test_studies_chain_values_together() -> None:
    found = joined({"1": "ab", "2": "bc", "3": "xy"}, H01=10)
    assert set(people(found).values()) == {"a", "x"}
    assert found.joined == {"H01": Count(5, 2, 3)}


@pytest.mark.parametrize(
    ("values", "of", "stay"),
    [("ab", 2, False), ("abc", 6, False), ("abc", 5, True), ("abc", 3, True), ("abcd", 7, True)],
)
def test_three_or_more_that_are_over_half_stay_apart(values: str, of: int, stay: bool) -> None:
    found = joined({"1": values}, H01=of)
    assert (len(set(people(found).values())) == len(values)) is stay
    assert bool(found.apart) is stay
    assert found.refused == ({"H01": Count(len(values), len(values), 1)} if stay else {})


def test_a_constant_does_not_undo_what_another_study_joins() -> None:
    found = joined({"constant": "abcdef", "7": "ab"}, H01=6)
    assert people(found) == {"a": "a", "b": "a", "c": "c", "d": "d", "e": "e", "f": "f"}
    assert len(found.apart) == 6
    assert found.joined == {"H01": Count(2, 1, 1)}
    assert found.refused == {"H01": Count(6, 6, 1)}


def test_a_chain_that_would_hold_most_of_a_hospital_is_not_made() -> None:
    found = joined({"1": "ab", "2": "bc", "3": "cd", "4": "xy"}, H01=6)
    assert people(found) == {"a": "a", "b": "b", "c": "c", "d": "d", "x": "x", "y": "x"}
    assert {patient for _, patient in found.apart} == set("abcd")


def test_each_hospital_is_counted_for_itself() -> None:
    found = joined({"1": "H01:a H01:b H01:c H02:d"}, H01=100, H02=1)
    assert set(people(found).values()) == {"a"}
    found = joined({"1": "H01:a H01:b H01:c H02:d"}, H01=4, H02=100)
    assert len(set(people(found).values())) == 4
    assert found.refused == {"H01": Count(3, 3, 1)}


def test_the_order_of_studies_does_not_matter() -> None:
    shared = {"1": "ab", "2": "bc", "3": "de", "4": "abcdefghij"}
    turned = dict(reversed(list(shared.items())))
    one, other = joined(shared, H01=12), joined(turned, H01=12)
    assert people(one) == people(other)
    assert (one.joined, one.refused, one.apart) == (other.joined, other.refused, other.apart)
