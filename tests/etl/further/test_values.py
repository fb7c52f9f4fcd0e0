"""Cells of a column become numbers, or 0 and 1 a word; what is missing is null."""

from collections.abc import Sequence

import pytest

from hnp_etl.further.values import Cell, Read, read_column
from hnp_etl.further.wanted import Wanted
from hnp_etl.labels.document import Number, Scalar
from hnp_etl.labels.sources.lines import NoValue
from hnp_shared.errors import InputError

WANTED = Wanted("header", "name")


def read(values: Sequence[Scalar], digits: int | None = None, missing: str = "") -> Read:
    cells = [
        Cell(f"line {place}", f"K{place}", f"owner {place}", value)
        for place, value in enumerate(values)
    ]
    return read_column(WANTED, cells, frozenset({missing}), digits)


def numbers(values: Sequence[Scalar], **options: object) -> list[float | None]:
    (column,) = read(values, **options).columns  # type: ignore[arg-type]
    return [column.values.get(f"owner {place}") for place in range(len(values))]


def test_numbers_are_read_as_labels_write_them() -> None:
    assert numbers(["63.4", "６３", Number("70.0"), "1.25e1", ".5", " 7 "]) == [
        *(63.4, 63.0, 70.0, 12.5, 0.5, 7.0)
    ]


def test_what_says_that_there_is_none_is_null() -> None:
    assert numbers(["63.4", "", None, "NA", "nan", "-", "999"], missing="999") == [
        *(63.4, None, None, None, None, None, None)
    ]


def test_minus_one_is_missing_unless_the_column_has_other_negative_numbers() -> None:
    assert numbers(["63", "-1", "64"]) == [63, None, 64]
    assert numbers(["-2.5", "-1", "0.3"]) == [-2.5, -1, 0.3]


def test_what_cannot_be_read_is_null_and_told_by_its_line() -> None:
    found = read(["63", "70 kg", "64", NoValue("an error value"), "65"])
    assert found.unreadable == ["line 1", "line 3"]
    assert found.columns[0].values == {"owner 0": 63.0, "owner 2": 64.0, "owner 4": 65.0}


def test_digits_round_numbers_with_fractions_alone() -> None:
    assert numbers(["24.221453", "310.0", "27.41"], digits=3) == [24.2, 310, 27.4]


def test_a_category_of_two_words_becomes_one_column_and_one_of_three_becomes_three() -> None:
    two = read(["yes", "No", "no ", "YES", "", "YES", "No"] * 5).columns
    assert [each.name for each in two] == ["name_yes"]
    assert two[0].meaning == "1 where it is YES, 0 where it is No"
    assert [two[0].values.get(f"owner {place}") for place in range(5)] == [1, 0, 0, 1, None]
    three = read(["never", "ex", "daily use"] * 5).columns
    assert [each.name for each in three] == ["name_daily_use", "name_ex", "name_never"]
    assert [each.values["owner 0"] for each in three] == [0, 0, 1]


def of_one(*values: str) -> list[Cell]:
    others = [Cell(f"line {place}", "k", f"{place}", "60.5") for place in range(10, 15)]
    return [Cell(f"line {place}", "k", "one", value) for place, value in enumerate(values)] + others


def test_lines_that_say_the_same_of_one_patient_count_once() -> None:
    column = read_column(WANTED, of_one("70", "70.0", ""), frozenset(), None).columns[0]
    assert column.values["one"] == 70


def test_lines_that_disagree_are_refused_by_their_places() -> None:
    with pytest.raises(InputError, match="line 0 and line 2 name one patient and say otherwise"):
        read_column(WANTED, of_one("70", "70", "71", "72"), frozenset(), None)


@pytest.mark.parametrize(
    ("values", "what"),
    [
        (["", "NA", None], "no value of a patient"),
        (["a"] * 9, "one word for all"),
        (["a+", "a-"] * 5 + ["b"] * 5, "words alike but for signs"),
    ],
)
def test_a_column_that_says_nothing_is_refused(values: list[Scalar], what: str) -> None:
    with pytest.raises(InputError, match=what):
        read(values)


def test_no_refusal_repeats_a_value() -> None:
    with pytest.raises(InputError) as caught:
        read(["홍길동", "이몽룡", "성춘향"])
    assert not any(name in str(caught.value) for name in ("홍길동", "이몽룡", "성춘향"))
