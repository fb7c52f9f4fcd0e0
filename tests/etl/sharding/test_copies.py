"""Claims about equal pictures of one patient."""

from itertools import permutations

from hnp_etl.sharding.copies import Picture, settle_copies
from hnp_shared.vocabulary import Reason

SAME = ("p1", "sha")


def picture(path: str, finding: tuple[int, str] = (3, "4"), who: tuple[str, str] = SAME) -> Picture:
    return Picture(who[0], path.encode(), who[1], finding)


def test_the_first_path_stays_whatever_the_order() -> None:
    for order in permutations([picture("b"), picture("a"), picture("c")]):
        verdicts = dict(zip((each.path for each in order), settle_copies(order), strict=True))
        assert verdicts == {b"a": None, b"b": Reason.DUPLICATE, b"c": Reason.DUPLICATE}


def test_paths_are_compared_as_bytes() -> None:
    assert settle_copies([picture("\uffff"), picture("\U00010000")]) == [None, Reason.DUPLICATE]


def test_copies_with_another_level_or_code_are_all_rejected() -> None:
    for finding in [(2, "4"), (3, "4,5")]:
        pictures = [picture("a"), picture("b"), picture("c", finding)]
        assert settle_copies(pictures) == [Reason.LABEL_REJECTED] * 3


def test_equal_pictures_of_two_patients_both_stay() -> None:
    assert settle_copies([picture("a"), picture("b", who=("p2", "sha"))]) == [None, None]


def test_other_pictures_are_left_alone() -> None:
    assert settle_copies([picture("a"), picture("b", who=("p1", "else"))]) == [None, None]
    assert settle_copies([]) == []
