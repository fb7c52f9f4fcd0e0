"""One slice as readers say it is."""

import pytest

from hnp_etl.choosing.choose import ChosenLabel
from hnp_etl.corrections.correcting import Corrected, Corrector, UnusableError
from hnp_etl.recipes.loading import load_recipe
from hnp_shared.corrections import Correction
from hnp_shared.vocabulary import Flag

RECIPE = load_recipe("aihub-dld").label
LABEL = ChosenLabel("P1", 3, "1", False, 63.4, "F", 12.5)
Change = tuple[str, str, str]


def correct(
    *changes: Change,
    label: ChosenLabel = LABEL,
    flags: frozenset[Flag] = frozenset(),
    note: str = "",
) -> Corrected:
    rows = [
        Correction(number, "0" * 32, *change, "AB", note)
        for number, change in enumerate(changes, 2)
    ]
    return Corrector(RECIPE).correct(label, flags, rows, [])


def test_a_confirmation_changes_nothing_whatever_it_is_written_like() -> None:
    for change in (
        ("level", "L4-5", "L4/5"),
        ("level", "3", "L4-5"),
        ("label_code", "1", "1.0"),
        ("age", "63.400001525878906", "63.4 yrs"),  # as a float32 column shows it
        ("sex", "F", "여"),
        ("canal_width_mm", "12.5", "1.25 cm"),
        ("is_patient", "False", "no"),
        ("exclude", "", "false"),
    ):
        assert correct(change) == Corrected(correct().label, frozenset(), False), change


def test_who_is_a_patient_follows_from_a_corrected_code() -> None:
    after = correct(("label_code", "1", "3, 5"))
    assert (after.label.code, after.label.is_patient) == ("3,5", True)
    assert after.flags == {Flag.CORRECTED}
    assert correct(("label_code", "1", "4"), ("is_patient", "false", "true")).label.is_patient


def test_a_reader_who_says_otherwise_than_the_corrected_code_is_refused() -> None:
    with pytest.raises(UnusableError) as refused:
        correct(("label_code", "1", "4"), ("is_patient", "false", "false"))
    assert refused.value.field == "is_patient"


def test_who_is_a_patient_may_be_corrected_alone() -> None:
    after = correct(("is_patient", "false", "true"))
    assert (after.label.code, after.label.is_patient) == ("1", True)


def test_a_corrected_field_loses_what_its_label_was_flagged_with() -> None:
    flags = frozenset({Flag.BAD_AGE, Flag.BAD_SEX})
    unread = ChosenLabel("P1", 3, "1", False, None, None, 12.5)
    after = correct(("age", "", "60s"), label=unread, flags=flags)
    assert after.label.age == 65
    assert after.flags == {Flag.AGE_DECADE, Flag.BAD_SEX, Flag.CORRECTED}


def test_a_value_may_be_taken_away_where_no_recipe_requires_it() -> None:
    assert correct(("canal_width_mm", "12.5", "")).label.canal_width_mm is None
    for change in (("level", "L4-5", ""), ("label_code", "1", "")):
        with pytest.raises(UnusableError, match="it is required"):
            correct(change)


def test_a_reader_who_cannot_tell_changes_nothing_but_was_shown_what_holds() -> None:
    assert correct(("label_code", "1", ""), note="cannot tell: dark").flags == frozenset()
    with pytest.raises(UnusableError, match="does not hold"):
        correct(("label_code", "2", ""), note="cannot tell: dark")


@pytest.mark.parametrize("age", ["150", "-3", "old"])
def test_what_a_label_could_not_say_a_reader_cannot_either(age: str) -> None:
    with pytest.raises(UnusableError) as refused:
        correct(("age", "63.4", age))
    assert (refused.value.field, age in refused.value.what) == ("age", False)
