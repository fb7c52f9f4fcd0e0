"""Claims about single values: alike from JSON, CSV and Excel, as people and programs write them."""

import io
import json

import openpyxl
import pytest

from hnp_etl.errors import FileError
from hnp_etl.labels.document import Leaf, parse_label
from hnp_etl.labels.label import LabelFacts, LabelReader
from hnp_etl.labels.sources.table import read_table
from hnp_etl.labels.values import Field, age_of, canal_of, code_tokens, known_codes, sex_of
from hnp_etl.limits import Limits
from hnp_etl.recipes.canal import Canal
from hnp_etl.recipes.label_table import Label
from hnp_shared.vocabulary import Flag

BOOLEAN = Label(codes={"true": "patient", "false": "normal"})


def by_json(row: dict[str, object]) -> tuple[Leaf, ...]:
    return parse_label(json.dumps(row).encode())


def by_csv(row: dict[str, object]) -> tuple[Leaf, ...]:
    return first_row(f"{','.join(row)}\n{','.join(map(str, row.values()))}\n".encode())


def by_excel(row: dict[str, object]) -> tuple[Leaf, ...]:
    book, content = openpyxl.Workbook(), io.BytesIO()
    assert book.active is not None
    book.active.append(list(row))
    book.active.append(list(row.values()))
    book.save(content)
    return first_row(content.getvalue())


def first_row(content: bytes) -> tuple[Leaf, ...]:
    """Return the line below the header of a table."""
    head, first = read_table(content, Limits())[0].lines
    pairs = zip(head.cells, first.cells, strict=True)
    return tuple(Leaf((str(name),), (value,)) for name, value in pairs)


def read(leaves: tuple[Leaf, ...], recipe: Label) -> LabelFacts | str:
    try:
        return LabelReader(recipe).read(leaves)
    except FileError as error:
        return error.what


@pytest.mark.parametrize("source", [by_json, by_csv, by_excel])
@pytest.mark.parametrize("code", [3, 3.0, "3", "3.0", "3.00", "3e0", "３", " 3 "])
def test_a_whole_number_is_one_code_from_every_source(source: object, code: object) -> None:
    assert callable(source)
    facts = LabelReader(Label()).read(source({"L4-5": code, "Patient_ID": 1001.0, "Age": 63.0}))
    assert (facts.cells[3], facts.patient, facts.age) == (("3",), "1001", 63.0)


@pytest.mark.parametrize("recipe", [Label(), BOOLEAN], ids=["unmapped", "mapped"])
@pytest.mark.parametrize("value", [True, False, 1.5, -1, -2, 0, "None", 63.41683778234086])
@pytest.mark.parametrize("key", ["L4-5", "Patient_ID", "Age", "Sex", "Spinal_Canal"])
def test_a_value_means_the_same_from_every_source(recipe: Label, value: object, key: str) -> None:
    said = [read(source({key: value, "x": 1}), recipe) for source in (by_json, by_csv, by_excel)]
    assert said[0] == said[1] == said[2]


def test_booleans_that_the_recipe_maps_are_codes() -> None:
    known = known_codes(BOOLEAN.codes)
    assert [code_tokens(value, known) for value in (True, "TRUE", "False")] == [
        *(["true"], ["true"], ["false"])
    ]


@pytest.mark.parametrize("word", ["None", "none", "NA", "-1", "-", "nan", "-1.0"])
def test_what_the_recipe_maps_is_a_code_whatever_it_looks_like(word: str) -> None:
    known = known_codes([word, "Severe"])
    assert code_tokens(word, known) == [word]
    assert code_tokens(f"{word}, severe", known) == [word, "Severe"]
    assert code_tokens(word, known_codes(["Severe"])) == []


def test_the_recipe_adds_words_for_a_missing_value() -> None:
    recipe = Label(missing=("미상", 9999, -99.0))
    for value in ("미상", " 미상 ", 9999, "9999.0", -99, "９９９９"):
        label: dict[str, object] = {
            "Age": value,
            "Sex": value,
            "Spinal_Canal": value,
            "ID": value,
            "L4-5": value,
        }
        facts = LabelReader(recipe).read(by_json(label))
        assert (facts.patient, facts.age, facts.sex, facts.canal_width_mm) == (None,) * 4
        assert (facts.flags, facts.cells[3]) == ((), ())


def test_a_missing_word_that_is_a_code_is_a_code_in_disc_cells_alone() -> None:
    recipe = Label(missing=("9",), codes={"9": "patient"})
    facts = LabelReader(recipe).read(by_json({"L4-5": 9, "Patient_ID": 9}))
    assert (facts.cells[3], facts.patient) == (("9",), None)


@pytest.mark.parametrize(
    ("written", "years"),
    [
        ("63.41683778234086", 63.41683778234086),
        ("1e1", 10.0),
        ("63.", 63.0),
        ("６３", 63.0),
        ("63years", 63.0),
        ("63 years old", 63.0),
        ("63-year-old", 63.0),
        ("63 Y/O", 63.0),
        ("63 y.o.", 63.0),
        ("63yo", 63.0),
        ("만 63세", 63.0),
        ("만63 세", 63.0),
        ("18 months", 1.5),
        ("18개월", 1.5),
        ("90+", 90.0),
        (">=90", 90.0),
        ("90세 이상", 90.0),
        (">89", 90.0),
    ],
)
def test_ages_as_people_write_them(written: str, years: float) -> None:
    assert age_of(written) == Field(years)


@pytest.mark.parametrize("written", ["60대", "60 대", "60s", "60's", "만 60대", "60-69", "60~69세"])
def test_a_decade_is_its_middle_and_says_so(written: str) -> None:
    assert age_of(written) == Field(65.0, decade=True)


@pytest.mark.parametrize(
    "written",
    ["63M", "6M", "65s", "60-79", "63-64", "1961", "1961-02-03", "19610203", "-5", "63,5", "80+"],
)
def test_what_could_be_two_ages_or_none_is_bad(written: str) -> None:
    assert age_of(written) == Field(bad=True)


@pytest.mark.parametrize(
    ("written", "sex"),
    [
        *[
            (word, "F")
            for word in ("F(여)", "여(F)", "女", "女性", "Ｆ", "Female / 여", "F.", "[F]")
        ],
        *[(word, "M") for word in ("M(남)", "男", "Ｍ", "남, M", "male (남성)")],
        *[(word, None) for word in ("F/M", "F(남)", "MF", "O", "()", "F1", "여아?")],
    ],
)
def test_sexes_in_two_languages_say_the_same_or_are_bad(written: str, sex: str | None) -> None:
    assert sex_of(written, {}) == (Field(sex) if sex else Field(bad=True))


def test_a_map_of_sexes_is_met_by_any_spelling_of_its_number() -> None:
    recipe = Label(sex_values={"1": "M", "2": "F"})
    for value in (2, 2.0, "2", "2.0", "２"):
        assert LabelReader(recipe).read(by_json({"Sex": value})).sex == "F"


def test_a_map_of_sexes_may_have_any_words() -> None:
    recipe = Label(sex_values={"Frau, Dr.": "F"})
    assert LabelReader(recipe).read(by_json({"Sex": "frau, dr."})).sex == "F"


@pytest.mark.parametrize(
    ("written", "size_mm"),
    [
        ("14.062499999999998mm", 14.062499999999998),
        ("12.3㎜", 12.3),
        ("1.23㎝", 12.3),
        ("１２.３", 12.3),
        (".9cm", 9.0),
        ("12.", 12.0),
        ("1.25e1", 12.5),
        ("3", 3.0),
        ("60", 60.0),
    ],
)
def test_sizes_as_people_and_programs_write_them(written: str, size_mm: float) -> None:
    assert canal_of(written, Canal()) == Field(pytest.approx(size_mm))


@pytest.mark.parametrize("written", ["9999", "999", "1420", "0.0142", "0", "2.9", "60.1", "-99"])
def test_a_size_that_no_canal_has_is_null_and_flagged(written: str) -> None:
    facts = LabelReader(Label()).read(by_json({"Spinal_Canal": written}))
    assert (facts.canal_width_mm, facts.flags) == (None, (Flag.BAD_CANAL_WIDTH,))


def test_the_recipe_sets_the_range_in_mm_and_an_area_has_its_own() -> None:
    assert canal_of("70", Canal(range=(3, 80))) == Field(70.0)
    assert canal_of("1.5", Canal(unit="cm")) == Field(15.0)
    area = Canal(quantity="area", unit="cm2")
    assert list(area.range) == [20, 900]
    assert canal_of("1.5", area) == Field(150.0)
    assert canal_of("12", area) == Field(bad=True)
    assert Canal(quantity="area", unit="mm2", range=(50, 400)).range[0] == 50
