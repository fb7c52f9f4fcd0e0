"""What a label says under a recipe."""

import json

import pytest

from hnp_etl.errors import FileError
from hnp_etl.label import LabelFacts, read_label
from hnp_etl.label_document import leaves_from_json, leaves_to_json, parse_label
from hnp_etl.recipe import Label
from hnp_shared.vocabulary import Flag, Reason

DEFAULT = Label()


def read(content: object, recipe: Label = DEFAULT) -> LabelFacts:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return read_label(leaves_from_json(leaves_to_json(parse_label(raw))), recipe)


def refusal(content: object, recipe: Label = DEFAULT) -> Reason:
    with pytest.raises(FileError) as caught:
        read(content, recipe)
    return caught.value.reason


@pytest.mark.parametrize(
    ("value", "age", "flags"),
    [
        (63, 63, ()),
        ("63", 63, ()),
        ("063Y", 63, ()),
        ("63세", 63, ()),
        (" 63 ", 63, ()),
        (63.5, 63.5, ()),
        ("018M", 1.5, ()),
        ("60대", 65, (Flag.AGE_DECADE,)),
        ("90대", 90, (Flag.AGE_DECADE,)),
        (89, 89, ()),
        (89.5, 90, ()),
        (90, 90, ()),
        (103, 90, ()),
        (0, 0, ()),
        (120, 90, ()),
        (121, None, (Flag.BAD_AGE,)),
        (-5, None, (Flag.BAD_AGE,)),
        ("63M", None, (Flag.BAD_AGE,)),
        ("65대", None, (Flag.BAD_AGE,)),
        ("sixty", None, (Flag.BAD_AGE,)),
        (True, None, (Flag.BAD_AGE,)),
        ([60, 61], None, (Flag.BAD_AGE,)),
        (None, None, ()),
        ("", None, ()),
        ("NA", None, ()),
        ("none", None, ()),
        (-1, None, ()),
        ("-1", None, ()),
        ([63], 63, ()),
    ],
)
def test_age(value: object, age: float | None, flags: tuple[Flag, ...]) -> None:
    found = read({"Age": value})
    assert (found.age, found.flags) == (age, flags)


@pytest.mark.parametrize(
    ("value", "sex", "flags"),
    [
        *((value, "F", ()) for value in ("F", "f", "female", "여", "여성")),
        *((value, "M", ()) for value in ("M ", "Male", "남", "남성")),
        *((value, None, (Flag.BAD_SEX,)) for value in (1, "1", 0, "X", True)),
        *((value, None, ()) for value in (None, "", "NA")),
    ],
)
def test_sex(value: object, sex: str | None, flags: tuple[Flag, ...]) -> None:
    found = read({"성별": value})
    assert (found.sex, found.flags) == (sex, flags)


def test_numbers_are_a_sex_only_if_the_recipe_maps_them() -> None:
    recipe = Label(sex_values={"1": "M", "2": "F"})
    assert [read({"Sex": value}, recipe).sex for value in (1, "2", 3)] == ["M", "F", None]


@pytest.mark.parametrize(
    ("value", "width_mm", "flags"),
    [
        (12.3, 12.3, ()),
        ("12.3", 12.3, ()),
        ("12.3mm", 12.3, ()),
        ("1.23 cm", 12.3, ()),
        ("", None, ()),
        (None, None, ()),
        ("NA", None, ()),
        (-1, None, ()),
        (0, None, (Flag.BAD_CANAL_WIDTH,)),
        ("12,3", None, (Flag.BAD_CANAL_WIDTH,)),
        ("120mm2", None, (Flag.BAD_CANAL_WIDTH,)),
        ("wide", None, (Flag.BAD_CANAL_WIDTH,)),
        ({"min": 3}, None, ()),
    ],
)
def test_canal_width(value: object, width_mm: float | None, flags: tuple[Flag, ...]) -> None:
    found = read({"척추관폭": value})
    assert found.canal_width_mm == (None if width_mm is None else pytest.approx(width_mm))
    assert found.flags == flags


def test_the_recipe_states_quantity_and_unit_of_the_canal() -> None:
    centimetres = Label.model_validate({"canal": {"quantity": "width", "unit": "cm"}})
    area = Label.model_validate({"canal": {"quantity": "area", "unit": "cm2"}})
    assert read({"Spinal_Canal": 1.5}, centimetres).canal_width_mm == 15
    assert read({"Spinal_Canal": "12 mm"}, centimetres).canal_width_mm == 12
    assert read({"Spinal_Canal": 1.5}, area).canal_width_mm == 150


@pytest.mark.parametrize(
    "key",
    ["Patient_ID", "PatientID", "patient id", "pid", "Subject-ID", "ID", "환자ID", "환자번호"],
)
def test_every_spelling_of_the_patient(key: str) -> None:
    assert read({key: "007"}).patient == "007"


def test_leading_zeros_of_a_patient_stay_and_numbers_keep_their_digits() -> None:
    assert read({"ID": "0012"}).patient == "0012"
    assert read(b'{"ID": 12345678901234567890}').patient == "12345678901234567890"


@pytest.mark.parametrize("key", ["L4-5", "L4-L5", "L4/5", "L4/L5", "L4_5", "l4_l5", "l4 - l5"])
def test_every_spelling_of_a_disc(key: str) -> None:
    assert read({key: 3}).cells == ((), (), (), ("3",), ())


@pytest.mark.parametrize("key", ["L5-S1", "L5/S1", "L5S1", "l5_s1"])
def test_every_spelling_of_the_last_disc(key: str) -> None:
    assert read({key: "3"}).cells[4] == ("3",)


@pytest.mark.parametrize(
    ("value", "codes"),
    [
        (1, ("1",)),
        ("1", ("1",)),
        (4.0, ("4",)),
        ([1, 3], ("1", "3")),
        ("1,3", ("1", "3")),
        ([3, 1], ("1", "3")),
        (" 3 , 3 ", ("3",)),
        (9, (None,)),
        ("9", (None,)),
        ("severe", (None,)),
        (None, ()),
        ("", ()),
        ([], ()),
        ("NA", ()),
    ],
)
def test_codes(value: object, codes: tuple[str | None, ...]) -> None:
    assert read({"L4-5": value}).cells[3] == codes


@pytest.mark.parametrize("value", [True, 1.5, {"code": 3}, [{"code": 3}], [[1, True]], [1, False]])
def test_a_code_that_cannot_be_read_is_a_bad_value(value: object) -> None:
    assert refusal({"L4-5": value}) is Reason.BAD_VALUE


def test_codes_may_be_words() -> None:
    recipe = Label(codes={"Normal/Mild": "normal", "Severe": "patient"})
    assert read({"L4-5": "severe", "L3-4": "Normal/Mild"}, recipe).cells[2:4] == (
        *(("Normal/Mild",), ("Severe",)),
    )


def test_the_shallowest_key_wins_and_nesting_is_free() -> None:
    nested = {"info": {"person": {"Age": 50}}, "meta": {"Age": 60}}
    assert read([nested]).age == 60


def test_two_spellings_at_one_depth_that_disagree_are_a_conflict() -> None:
    assert refusal({"Age": 60, "age": 61}) is Reason.FIELD_CONFLICT
    assert refusal({"L4-5": 3, "L4/L5": 4}) is Reason.FIELD_CONFLICT
    assert refusal({"a": {"Sex": "F"}, "b": {"Sex": "M"}}) is Reason.FIELD_CONFLICT


def test_two_spellings_that_agree_or_say_nothing_are_none() -> None:
    assert read({"Age": 60, "나이": "60세"}).age == 60
    assert read({"Age": None, "age": 61}).age == 61
    assert read({"L4-5": 3, "l4_l5": "3"}).cells[3] == ("3",)


def test_an_exact_path_from_the_root() -> None:
    recipe = Label(fields={"age": ("study.person age",)})
    content = {"Study": {"Person_Age": 70}, "other": {"Person_Age": 20}}
    assert read(content, recipe).age == 70


def test_an_object_of_a_fields_name_is_only_a_place() -> None:
    assert read({"ID": {"Patient_ID": "P7"}}).patient == "P7"


def test_file_name_and_uid_inside() -> None:
    found = read({"file_name": "images\\H01\\a.DCM", "SOPInstanceUID": "1.2.3"})
    assert (found.file_name, found.sop_uid) == ("a", "1.2.3")


def test_a_patient_with_a_nul_is_none() -> None:
    assert read({"Patient_ID": "a\0b"}).patient is None
