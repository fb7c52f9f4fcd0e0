"""Claims about what a label says: every spelling and value of the schema, conflicts, bad values."""

import json
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dicom_files import label_bytes
from hnp_etl.errors import FileError
from hnp_etl.labels.document import leaves_from_json, leaves_to_json, parse_label
from hnp_etl.labels.label import LabelFacts, LabelReader
from hnp_etl.recipes.canal import Canal
from hnp_etl.recipes.grammar import bare
from hnp_etl.recipes.label_table import Label
from hnp_shared.vocabulary import LEVEL_NAMES, Flag, Reason

DEFAULT = Label()
FIELDS = DEFAULT.fields


def read(label: object, recipe: Label = DEFAULT) -> LabelFacts:
    content = label if isinstance(label, bytes) else json.dumps(label).encode()
    leaves = leaves_from_json(leaves_to_json(parse_label(content)))
    return LabelReader(recipe).read(leaves)


def reason_of(label: object, recipe: Label = DEFAULT) -> Reason | None:
    try:
        read(label, recipe)
    except FileError as error:
        return error.reason
    return None


def cell(label: object, level: str = "L4-5", recipe: Label = DEFAULT) -> tuple[str | None, ...]:
    return read(label, recipe).cells[LEVEL_NAMES.index(level)]


def test_a_whole_label() -> None:
    facts = read(label_bytes("L4-5", 3, file_name="a.dcm", SOPInstanceUID="1.2"))
    assert facts == LabelFacts(
        patient="P001",
        age=63.0,
        sex="F",
        canal_width_mm=12.5,
        cells=(("6",), ("6",), ("6",), ("3",), ("6",)),
        flags=(),
        file_name="a",
        sop_uid="1.2",
    )


def test_an_empty_label_says_nothing() -> None:
    assert read({}) == LabelFacts(None, None, None, None, ((),) * 5, (), None, None)


PATIENT = [
    "Patient_ID",
    "PatientID",
    "pid",
    "Subject_ID",
    "ID",
    "환자ID",
    "환자번호",
    "patient-id",
    "PATIENT/ID",
]
AGE = ["Age", "PatientAge", "Patient_Age", "나이", "연령", "AGE"]
SEX = ["Sex", "Gender", "PatientSex", "성별", "sex"]
CANAL = [
    "Spinal_Canal",
    "Spinal_Canal_Width",
    "Canal_Width",
    "Spinal_Cord",
    "Cord_Width",
    "척추관",
    "척추관폭",
    "척수",
    "척수넓이",
    "SpinalCanal",
    "spinal-canal",
]
FILE = ["file_name", "filename", "image_name", "파일명", "FileName"]


@pytest.mark.parametrize("key", [*PATIENT, "Patient ID", "patient\u00a0id"])
def test_every_spelling_of_patient(key: str) -> None:
    assert read({key: "007"}).patient == "007"
    assert read({"meta": {"x": [{key: "007"}]}}).patient == "007"


@pytest.mark.parametrize("key", AGE)
def test_every_spelling_of_age(key: str) -> None:
    assert read({key: 63}).age == 63


@pytest.mark.parametrize("key", SEX)
def test_every_spelling_of_sex(key: str) -> None:
    assert read({key: "M"}).sex == "M"


@pytest.mark.parametrize("key", CANAL)
def test_every_spelling_of_canal_width(key: str) -> None:
    assert read({key: 12.3}).canal_width_mm == 12.3


@pytest.mark.parametrize("key", FILE)
@pytest.mark.parametrize(
    "value", ["IM1", "IM1.dcm", "IM1.DCM", "IM1.dicom", "IM1.ima", "a/b/IM1.dcm", "a\\IM1.dcm"]
)
def test_every_spelling_of_file_with_or_without_suffix(key: str, value: str) -> None:
    assert read({key: value}).file_name == "IM1"


DISCS = {
    "L1-2": ["L1-2", "L1-L2", "L1/2", "L1/L2", "L1_2", "l1_l2", "L1 2", "l1l2"],
    "L2-3": ["L2-3", "L2-L3", "L2/3", "L2/L3", "l2_l3"],
    "L3-4": ["L3-4", "L3-L4", "L3/4", "L3/L4", "l3_l4"],
    "L4-5": ["L4-5", "L4-L5", "L4/5", "L4/L5", "l4_l5", "L4–5", "L4~5", "L4−L5", "Ｌ４－５"],
    "L5-S1": ["L5-S1", "L5/S1", "L5S1", "l5_s1", "L5–S1", "L5~S1"],
}


@pytest.mark.parametrize(
    ("level", "key"), [(one, key) for one, row in DISCS.items() for key in row]
)
def test_every_spelling_of_a_disc(level: str, key: str) -> None:
    cells = read({key: 3}).cells
    assert cells == tuple(("3",) if name == level else () for name in LEVEL_NAMES)


def test_bare_keys_drop_case_blanks_and_signs() -> None:
    assert bare(" Patient_ID ") == bare("patient - id") == bare("PATIENT/ID") == "patientid"
    assert bare("\u1112\u116a\u11ab") == bare("환")
    assert bare("L1/L2") == "l1l2"


@pytest.mark.parametrize(
    ("value", "patient"),
    [
        ("007", "007"),
        (7, "7"),
        (" P 1 ", "P 1"),
        ("환자", "환자"),
        ("\u1112\u116a\u11ab", "환"),
        ("0", "0"),
        (0, "0"),
        (1001.0, "1001"),
        ("1001.0", "1001"),
        ("１００１", "1001"),
        ("007.0", "007.0"),
        ("true", None),
        (12345678901234567890, "12345678901234567890"),
        ("", None),
        ("  ", None),
        ("NA", None),
        ("none", None),
        (-1, None),
        (None, None),
        (True, None),
        ("a\0b", None),
        ({"x": 1}, None),
        ([], None),
        (["a"], "a"),
        (["a", "b"], None),
    ],
)
def test_patient_values(value: object, patient: str | None) -> None:
    assert read({"Patient_ID": value}).patient == patient


@pytest.mark.parametrize(
    ("value", "age", "flags"),
    [
        (63, 63.0, ()),
        ([63], 63.0, ()),
        ("018M", 1.5, ()),
        (63.0, 63.0, ()),
        (63.5, 63.5, ()),
        ("63", 63.0, ()),
        (" 63 ", 63.0, ()),
        ("063Y", 63.0, ()),
        ("063y", 63.0, ()),
        ("63세", 63.0, ()),
        ("63 세", 63.0, ()),
        ("63살", 63.0, ()),
        ("63 years", 63.0, ()),
        ("006M", 0.5, ()),
        ("60대", 65.0, (Flag.AGE_DECADE,)),
        ("0대", 5.0, (Flag.AGE_DECADE,)),
        ("90대", 90.0, (Flag.AGE_DECADE,)),
        (0, 0.0, ()),
        (89, 89.0, ()),
        (89.5, 90.0, ()),
        (90, 90.0, ()),
        (103, 90.0, ()),
        (120, 90.0, ()),
        (121, None, (Flag.BAD_AGE,)),
        (-2, None, (Flag.BAD_AGE,)),
        ("65대", None, (Flag.BAD_AGE,)),
        ("sixty", None, (Flag.BAD_AGE,)),
        ("63M", None, (Flag.BAD_AGE,)),
        ("63-64", None, (Flag.BAD_AGE,)),
        (True, None, (Flag.BAD_AGE,)),
        ([63, 64], None, (Flag.BAD_AGE,)),
        ("", None, ()),
        ("NA", None, ()),
        ("N/A", None, ()),
        ("none", None, ()),
        (None, None, ()),
        (-1, None, ()),
        ("-1", None, ()),
        ([], None, ()),
    ],
)
def test_age_values(value: object, age: float | None, flags: tuple[Flag, ...]) -> None:
    facts = read({"Age": value})
    assert facts.age == (None if age is None else pytest.approx(age))
    assert facts.flags == flags


@pytest.mark.parametrize(
    "written", [b"1e999", b"9" * 5000, b"-" + b"9" * 5000, b"0." + b"1" * 5000]
)
def test_absurd_numbers_are_bad_values_not_errors(written: bytes) -> None:
    facts = read(b'{"Age": %b, "Spinal_Canal": %b, "Sex": %b}' % (written, written, written))
    assert (facts.age, facts.canal_width_mm, facts.sex) == (None, None, None)
    assert facts.flags == (Flag.BAD_AGE, Flag.BAD_CANAL_WIDTH, Flag.BAD_SEX)


WOMEN = ["F", "f", "F ", "female", "Female", "FEMALE", "여", "여성", "여자"]
MEN = ["M", "m", "M ", " M", "male", "Male", "남", "남성", "남자"]


@pytest.mark.parametrize(("value", "sex"), [*product(WOMEN, "F"), *product(MEN, "M")])
def test_words_for_the_sexes(value: str, sex: str) -> None:
    facts = read({"Sex": value})
    assert (facts.sex, facts.flags) == (sex, ())


@pytest.mark.parametrize("value", [1, 2, 0, "1", "0", "x", "MF", True, "M\0", ["M", "F"]])
def test_numbers_and_other_words_are_no_sex_without_a_map(value: object) -> None:
    facts = read({"Sex": value})
    assert (facts.sex, facts.flags) == (None, (Flag.BAD_SEX,))


@pytest.mark.parametrize("value", ["", None, "NA", -1, "none", " "])
def test_a_missing_sex_is_not_bad(value: object) -> None:
    facts = read({"Sex": value})
    assert (facts.sex, facts.flags) == (None, ())


def test_the_recipe_maps_numbers_to_sexes() -> None:
    recipe = Label(sex_values={"1": "M", "2": "F"})
    assert [read({"Sex": value}, recipe).sex for value in (1, "1", " 2", 2, "F")] == [
        *("M", "M", "F", "F", "F")
    ]
    assert read({"Sex": 3}, recipe).flags == (Flag.BAD_SEX,)


@pytest.mark.parametrize(
    ("value", "width", "flags"),
    [
        (12.3, 12.3, ()),
        (12, 12.0, ()),
        ("12.3", 12.3, ()),
        ("12.3mm", 12.3, ()),
        ("12.3 MM", 12.3, ()),
        ("1.23cm", 12.3, ()),
        ("", None, ()),
        (None, None, ()),
        ("NA", None, ()),
        (-1, None, ()),
        (-1.0, None, ()),
        (0, None, (Flag.BAD_CANAL_WIDTH,)),
        (-3, None, (Flag.BAD_CANAL_WIDTH,)),
        ("wide", None, (Flag.BAD_CANAL_WIDTH,)),
        ("12,3", None, (Flag.BAD_CANAL_WIDTH,)),
        ("12.3mm2", None, (Flag.BAD_CANAL_WIDTH,)),
        (True, None, (Flag.BAD_CANAL_WIDTH,)),
        ([1, 2], None, (Flag.BAD_CANAL_WIDTH,)),
        ({"min": 3}, None, ()),
    ],
)
def test_canal_widths(value: object, width: float | None, flags: tuple[Flag, ...]) -> None:
    facts = read({"Spinal_Canal": value})
    assert facts.canal_width_mm == (None if width is None else pytest.approx(width))
    assert facts.flags == flags


def test_the_recipe_states_quantity_and_unit() -> None:
    centimetres = Label(canal=Canal(unit="cm"))
    assert read({"Spinal_Canal": 1.2}, centimetres).canal_width_mm == pytest.approx(12)
    assert read({"Spinal_Canal": "12mm"}, centimetres).canal_width_mm == pytest.approx(12)
    area = Label(canal=Canal(quantity="area", unit="mm2"))
    assert read({"Spinal_Canal": 150}, area).canal_width_mm == 150
    assert read({"Spinal_Canal": "1.5cm2"}, area).canal_width_mm == pytest.approx(150)
    assert read({"Spinal_Canal": "12mm"}, area).flags == (Flag.BAD_CANAL_WIDTH,)


@pytest.mark.parametrize(
    ("value", "codes"),
    [
        *[(code, (str(code),)) for code in range(1, 7)],
        ("1", ("1",)),
        (" 4 ", ("4",)),
        (4.0, ("4",)),
        ([1, 3], ("1", "3")),
        ([3, 1], ("1", "3")),
        ("1,3", ("1", "3")),
        ("3, 1", ("1", "3")),
        (["1,3", 4], ("1", "3", "4")),
        ([3, 3], ("3",)),
        (" 3 , 3 ", ("3",)),
        ("severe", (None,)),
        ("3,", ("3",)),
        ([3], ("3",)),
        ("", ()),
        (None, ()),
        ("NA", ()),
        (-1, ()),
        ([], ()),
        ([None], ()),
        (7, (None,)),
        (0, (None,)),
        ("01", (None,)),
        ("x", (None,)),
        ("4;5", (None,)),
        ([3, 9], (None, "3")),
    ],
)
def test_codes_of_a_disc(value: object, codes: tuple[str | None, ...]) -> None:
    assert cell({"L4-5": value}) == codes


@pytest.mark.parametrize(
    "value", [True, False, 1.5, -2, {}, {"code": 3}, [[3]], [{"code": 3}], [1, False]]
)
def test_a_disc_code_that_cannot_be_read_rejects_the_label(value: object) -> None:
    assert reason_of({"L4-5": value}) is Reason.BAD_VALUE


@pytest.mark.parametrize("written", [b"1e999", b"9" * 5000, b"1e-1"])
def test_an_absurd_number_is_no_disc_code(written: bytes) -> None:
    assert reason_of(b'{"L4-5": %b}' % written) is Reason.BAD_VALUE


def test_codes_may_be_words_in_any_case() -> None:
    recipe = Label(codes={"Normal/Mild": "normal", "Severe": "patient"})
    assert cell({"L4-5": "severe"}, recipe=recipe) == ("Severe",)
    assert cell({"L4-5": "Normal/Mild"}, recipe=recipe) == ("Normal/Mild",)


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        ({"Patient_ID": "a", "환자번호": "b"}, Reason.FIELD_CONFLICT),
        ({"Age": 63, "나이": 64}, Reason.FIELD_CONFLICT),
        ({"age": 63, "Age": 64}, Reason.FIELD_CONFLICT),
        ({"Age": 63, "나이": "x"}, Reason.FIELD_CONFLICT),
        ({"Sex": "F", "Gender": "male"}, Reason.FIELD_CONFLICT),
        ({"L4-5": 3, "L4/L5": 4}, Reason.FIELD_CONFLICT),
        ({"a": {"L4-5": 3}, "b": {"L4-5": 4}}, Reason.FIELD_CONFLICT),
        ({"x": [{"L4-5": 3}, {"L4-5": 4}]}, Reason.FIELD_CONFLICT),
        ({"Patient_ID": "a", "환자번호": " a "}, None),
        ({"Age": 63, "나이": "063Y"}, None),
        ({"Sex": "F", "Gender": "여성"}, None),
        ({"L4-5": [1, 3], "L4/L5": "3,1"}, None),
        ({"Age": 63, "나이": ""}, None),
        ({"L4-5": 3, "L4/L5": None}, None),
    ],
)
def test_aliases_at_one_depth_agree_or_reject_the_label(
    label: dict[str, object], reason: Reason | None
) -> None:
    assert reason_of(label) == reason


@pytest.mark.parametrize(
    ("label", "what"),
    [({"Age": 63, "나이": 64}, "age"), ({"L4-5": 3, "L4/L5": 4}, "L4-5")],
)
def test_a_conflict_names_the_field(label: dict[str, object], what: str) -> None:
    with pytest.raises(FileError, match=f"two spellings of {what} disagree"):
        read(label)


def test_the_shallowest_key_wins() -> None:
    facts = read(
        {"deep": {"Age": 1, "L4-5": 5, "Patient_ID": "x"}, "나이": 63, "L4/5": 3, "ID": "y"}
    )
    assert (facts.age, facts.patient, facts.cells[3]) == (63.0, "y", ("3",))


def test_a_dotted_alias_is_the_exact_path_from_the_root() -> None:
    recipe = Label(fields={"age": ("patient.age",)}, levels={"L4-5": ("discs.L4-5",)})
    label = {"Patient": {"AGE": 63}, "x": {"patient": {"age": 1}}, "age": 2, "discs": {"l4_5": 3}}
    facts = read(label, recipe)
    assert (facts.age, facts.cells[3]) == (63.0, ("3",))
    assert read({"age": 2, "x": {"patient": {"age": 1}}}, recipe).age is None


def test_an_object_of_a_fields_name_is_only_a_place() -> None:
    assert read({"ID": {"Patient_ID": "P7"}}).patient == "P7"


def test_a_table_of_fields_replaces_the_default() -> None:
    facts = read({"Age": 63, "jahre": 64, "Sex": "F"}, Label(fields={"age": ("Jahre",)}))
    assert (facts.age, facts.sex) == (64.0, None)


def test_a_list_stands_for_the_object_in_it() -> None:
    assert read([{"Age": 63, "L4-5": 3}]) == read({"Age": 63, "L4-5": 3})


def test_errors_never_show_a_value() -> None:
    for label in ({"ID": "SECRET", "pid": "SECRET2"}, {"L4-5": {"SECRET": 1}}):
        with pytest.raises(FileError) as caught:
            read(label)
        assert "SECRET" not in str(caught.value)


KEYS = st.sampled_from([*PATIENT, *AGE, *SEX, *CANAL, "L1-2", "L4/5", "L5S1", "x"])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 130)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "NA", "60대", "063Y", "12mm", "F", "남", "1,3", "\0", "x" * 99]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@settings(derandomize=True, deadline=None, max_examples=200, database=None)
@given(st.dictionaries(KEYS, VALUES, max_size=5))
def test_any_label_gives_sound_facts_or_a_reason(label: dict[str, object]) -> None:
    reason = reason_of(label)
    assert reason in (None, Reason.FIELD_CONFLICT, Reason.BAD_VALUE)
    if reason is not None:
        return
    facts = read(label)
    assert facts.age is None or 0 <= facts.age <= 90
    assert facts.sex in (None, "F", "M")
    assert facts.canal_width_mm is None or facts.canal_width_mm > 0
    assert facts.patient is None or facts.patient.strip() == facts.patient != ""
    assert {code for codes in facts.cells for code in codes} <= {*DEFAULT.codes, None}
