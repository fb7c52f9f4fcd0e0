import pytest

from hnp_etl.recipes.label_table import Meaning
from hnp_etl.survey.code_pattern import Cells, code_pattern

KNOWN: dict[str, Meaning] = {"1": "normal", **dict.fromkeys("2345", "patient"), "6": "absent"}
FRESH: dict[str, Meaning] = dict.fromkeys("ABC", "patient")


def cells(text: str) -> Cells:
    """Return five cells, `.` for an empty one."""
    return tuple((code,) if code != "." else () for code in text)


def test_the_code_of_four_cells_looks_absent() -> None:
    pattern = code_pattern({cells("66366"): 98, cells("66666"): 2}, KNOWN)
    assert pattern.sentence() == (
        "in 98 % of 100 chosen slices exactly one of five cells is not 6, in 2 % none: "
        "6 looks like `absent`"
    )
    assert pattern.meanings == KNOWN
    assert pattern.levels["L3-4"] == {"3": 98, "6": 2}


def test_another_code_than_the_recipes_may_be_absent() -> None:
    meanings = code_pattern({cells("11311"): 9, cells("11211"): 9}, KNOWN).meanings
    assert (meanings["1"], meanings["2"], meanings["3"]) == ("absent", "normal", "patient")


def test_empty_cells_may_be_absent() -> None:
    pattern = code_pattern({cells("..B.."): 3, cells("A...."): 1}, FRESH)
    assert pattern.absent == ""
    assert "is not empty: empty cells look like `absent`" in pattern.sentence()
    assert pattern.meanings == {"A": "normal", "B": "patient", "C": "patient"}


def test_a_label_of_the_whole_patient_is_told() -> None:
    pattern = code_pattern({cells("ABABA"): 7, cells("ABBBA"): 1}, FRESH)
    assert pattern.absent is None
    assert "100 % of 8 chosen slices 5 of five cells hold a code" in pattern.sentence()


@pytest.mark.parametrize(
    ("words", "normal"),
    [(("Mild", "Normal", "Severe"), {"Normal"}), (("Severe", "Mild"), set()), (("2", "10"), {"2"})],
)
def test_words_tell_what_is_normal(words: tuple[str, ...], normal: set[str]) -> None:
    meanings = code_pattern({}, dict.fromkeys(words, "patient")).meanings
    assert {code for code, meaning in meanings.items() if meaning == "normal"} == normal
