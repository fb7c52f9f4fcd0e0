"""No column passes whose values could tell who somebody is."""

import pytest

from hnp_etl.further.revealing import number_fault, words_fault

KEYS = [f"P{number:03d}" for number in range(30)]
SMOKERS = dict(zip(KEYS, ["yes", "no", "ex"] * 10, strict=True))


@pytest.mark.parametrize(
    "values",
    [
        [63.4 + number for number in range(30)],
        [float(number % 5) for number in range(30)],
        [250000.0 + 1000 * number for number in range(30)],
        [*(150.0 + number for number in range(30)), 150.0, 151.0, 152.0],
        [-2.5 + number / 10 for number in range(30)],
        [0.0, 1.0] * 15,
    ],
    ids=["weight", "grade", "platelets", "height", "t-score", "flag"],
)
def test_measurements_pass(values: list[float]) -> None:
    keys = [f"K{number}" for number in range(len(values))]
    assert number_fault(values, keys) is None


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ([19870605.0, 19610203.0, 20010101.0], "dates"),
        ([1961.0, 1987.0, 2001.0], "years, as of birth"),
        ([33761.0, 22315.0, 36892.0], "whole numbers of more than 4 digits"),
        ([821012345678.0, 821087654321.0, 821011112222.0], "whole numbers of more than 4 digits"),
        ([24.221453, 31.0, 27.4], "--digits 4 rounds them"),
        ([4711.0, 1204.0, 8823.0, 6601.0], "a number of its own for nearly every patient"),
        (
            [float(number) for number in range(7, 37)],
            "a number of its own for nearly every patient",
        ),
    ],
    ids=["day", "birth-year", "excel-date", "telephone", "exact", "chart", "running"],
)
def test_ids_and_dates_do_not(values: list[float], what: str) -> None:
    assert what in (number_fault(values, KEYS[: len(values)]) or "")


def test_the_key_itself_does_not_pass_under_another_name() -> None:
    values, keys = [17.0, 203.0, 5.0, 44.0], ["017", "203", "5", "044"]
    assert "as ids are" in (number_fault(values, keys) or "")
    assert number_fault(values, ["a", "b", "c", "d"]) is None


def test_a_category_of_few_words_that_many_have_passes() -> None:
    assert words_fault(SMOKERS) is None


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (dict(zip(KEYS, KEYS, strict=True)), "30 different words"),
        (SMOKERS | {"P000": "pipe"}, "1 of 4 words that fewer than 5 patients have"),
        (dict.fromkeys(KEYS, "2024-04-05"), "dates"),
        (dict.fromkeys(KEYS, "1987년 6월 5일"), "dates"),
        (dict.fromkeys(KEYS, "5/4/1961"), "dates"),
        (dict.fromkeys(KEYS, "2024-04-05 00:00:00"), "dates"),
        (dict.fromkeys(KEYS, "a.b@c.kr"), "long words or numbers"),
        (dict.fromkeys(KEYS, "room 12345"), "long words or numbers"),
        (dict.fromkeys(KEYS, "complains of pain for three weeks"), "long words or numbers"),
    ],
)
def test_free_text_dates_and_rare_words_do_not(words: dict[str, str], what: str) -> None:
    assert what in (words_fault(words) or "")
