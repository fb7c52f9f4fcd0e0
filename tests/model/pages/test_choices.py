"""What a reader may choose from is what the data set's recipe knows."""

import pytest

from hnp_model.pages.choices import choices_of
from hnp_shared.errors import InputError

CODES = {"1": "normal", "Severe": "patient", "6": "absent"}


def test_levels_and_codes_are_those_of_the_recipe_without_the_code_of_no_disc() -> None:
    found = choices_of({"label": {"levels": {"L5-S1": [], "L4-5": []}, "codes": CODES}})
    assert found.levels == ("L4-5", "L5-S1")
    assert [(each.code, each.means) for each in found.codes] == [
        ("1", "normal"),
        ("Severe", "patient"),
    ]


def test_a_merged_data_set_offers_the_codes_of_all_and_claims_no_meaning_that_differs() -> None:
    other = {"label": {"codes": {"1": "patient", "2": "patient"}}}
    found = choices_of({"merged": [{"label": {"codes": CODES}}, other]})
    assert {each.code: each.means for each in found.codes} == {
        "1": "",
        "2": "patient",
        "Severe": "patient",
    }


def test_a_quiz_is_refused_where_an_answer_could_be_right_and_wrong() -> None:
    other = {"label": {"codes": {"1": "patient"}}}
    choices_of({"label": {"codes": CODES}}).refuse_ambiguous()
    with pytest.raises(InputError, match=r"^found codes that mean different things .*\(1\), "):
        choices_of({"merged": [{"label": {"codes": CODES}}, other]}).refuse_ambiguous()


def test_several_codes_of_one_disc_can_be_confirmed_too() -> None:
    found = choices_of({"label": {"codes": CODES}}, ["1", "1,Severe"])
    assert (found.codes[-1].code, found.codes[-1].means) == ("1,Severe", "patient")


def test_a_recipe_without_codes_is_refused() -> None:
    with pytest.raises(InputError, match="names no codes"):
        choices_of({"label": {"levels": {"L4-5": []}}})
