"""What holds when one or several readers have spoken."""

import itertools

import pytest

from hnp_etl.corrections.settling import DISAGREE, NOT_HELD, UNDECIDED, Said, UnsettledError, settle


def test_nobody_s_word_leaves_the_label_s_value() -> None:
    assert settle(3, []) == 3
    assert settle(None, [], shown=[None]) is None


def test_readers_that_agree_are_one() -> None:
    assert settle(3, [Said(3, 4), Said(3, 4)]) == 4
    assert settle(3, [Said(3, 3)]) == 3


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_later_readings_follow_from_earlier_ones_in_any_order_of_files(
    order: tuple[int, ...],
) -> None:
    said = [Said("1", "2"), Said("2", "3"), Said("3", "3")]
    assert settle("1", [said[place] for place in order]) == "3"


@pytest.mark.parametrize(
    "said",
    [
        [Said(3, 4), Said(3, 5)],
        [Said(3, 4), Said(3, 3)],  # one changes what the other confirms
        [Said(3, 4), Said(4, 3)],  # and one changes it back
        [Said(3, 4), Said(4, 5), Said(5, 4)],
    ],
)
def test_readers_that_disagree_are_refused_and_an_adjudicator_decides(said: list[Said]) -> None:
    with pytest.raises(UnsettledError) as refused:
        settle(3, said)
    assert str(refused.value) == DISAGREE
    assert settle(3, said, decided=[Said(3, 4)]) == 4
    assert settle(3, said, decided=[Said(4, 3), Said(3, 3)]) == 3
    with pytest.raises(UnsettledError) as refused:
        settle(3, said, decided=[Said(3, 4), Said(3, 3)])
    assert str(refused.value) == UNDECIDED


@pytest.mark.parametrize(
    ("said", "shown", "decided"),
    [
        ([Said(2, 4)], [], []),
        ([Said(3, 4), Said(5, 4)], [], []),
        ([Said(3, 4)], [5], []),
        ([Said(3, 4), Said(3, 5)], [], [Said(6, 3)]),
    ],
)
def test_who_was_shown_something_else_is_refused(
    said: list[Said], shown: list[int], decided: list[Said]
) -> None:
    with pytest.raises(UnsettledError) as refused:
        settle(3, said, shown=shown, decided=decided)
    assert str(refused.value) == NOT_HELD
