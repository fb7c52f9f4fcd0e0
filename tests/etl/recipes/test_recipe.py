"""Recipes are checked before a run, and say what is wrong in one line."""

from pathlib import Path

import pytest

from hnp_etl.recipes.builtin import builtin_names
from hnp_etl.recipes.label_table import Label
from hnp_etl.recipes.loading import load_recipe, parse_recipe
from hnp_etl.recipes.recipe import Recipe
from hnp_shared.errors import InputError


def test_the_built_in_recipe_is_the_default_of_every_key() -> None:
    assert load_recipe("aihub-dld") == Recipe(name="aihub-dld")
    assert builtin_names() == ["aihub-dld", "generic", "rsna-2024", "sudirman-2019"]


def test_codes_are_unconfirmed_until_a_person_says_otherwise() -> None:
    assert load_recipe("aihub-dld").confirmed is False
    assert parse_recipe("name = 'x'\nconfirmed = true", "x").confirmed is True


def test_a_table_that_is_given_replaces_the_default_table() -> None:
    recipe = parse_recipe("name = 'x'\n[label.codes]\n9 = 'patient'\n", "x")
    assert recipe.label.codes == {"9": "patient"}
    assert recipe.label.levels == Recipe(name="x").label.levels


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "name = 'x'\nsize = 3",
            "line 2, size: no such key, expected one of confirmed, identity, image, label, "
            "layout, limits, name, selection",
        ),
        (
            "name = 'x'\n\n[label]\nrequired = []\n[label.cannal]\nunit = 'cm'",
            "line 5, label.cannal: no such key, expected one of canal, codes, condition, "
            "fields, levels, missing, required, rsna, sex_values, source, table; did you mean "
            "'canal'?",
        ),
        (
            "name = 'x'\n[image]\ncrop = { topp = 0.1 }",
            "line 3, image.crop.topp: no such key, expected one of bottom, left, right, top; "
            "did you mean 'top'?",
        ),
        (
            "name = 'x'\n[label.codes]\n1 = 'normal'\n2 = 'pateint'",
            "line 4, label.codes.2: Input should be 'normal', 'patient' or 'absent', "
            "found 'pateint'; did you mean 'patient'?",
        ),
        ("name = 'x'\n[selection]\nplane = 'AXIAL'", "did you mean 'axial'?"),
        ("name = 'x'\nlimits.depth = 0", "line 2, limits.depth: Input should be greater"),
        ("confirmed = true", "name: Field required"),
        ("name = ''", "name: String should have at least 1 character"),
        ("name = 'x'\n[layout]\nhospital = '('", "layout.hospital: no regular expr"),
        ("name = 'x'\n[layout.partitions]\ntest = 'x'", "expected training and validation"),
        ("name = 'x'\n[label.levels]\n'T12-L1' = ['a']", "expected names from"),
        ("name = 'x'\n[label.canal]\nquantity = 'area'", "unit mm does not measure area"),
        ("name = 'x'\n[label.fields]\nname = ['Name']", "label.fields.name"),
        ("name = 'x'\n[image]\nsize = [300]", "image.size.1: Field required"),
        ("name = 'x'\n[image]\nsize = [0, 300]", "image.size.0: Input should be greater"),
        ("name = 'x'\n[image]\ncrop = { top = 0.6, bottom = 0.4 }", "leave nothing"),
        ("name = 'x'\n[image]\ncrop_mm = 100\ncrop = { top = 0.1 }", "crop or crop_mm"),
        ("name = 'x'\n[image]\ndtype = 'int8'", "found 'int8'"),
        ("name = 'x'\n[selection]\nmax_tilt_deg = 91", "found 91"),
        ("name = 'x'\n[selection]\nmax_tilt_deg = nan", "selection.max_tilt_deg"),
        ("name = 'x'\n[image]\ncrop_mm = inf", "image.crop_mm: Input should be a finite number"),
        ("name = 'x'\n[image]\ncrop = { top = nan }", "image.crop.top"),
        ("name = 'x'\n[label]\nrequired = ['weight']", "found 'weight'"),
        ("name = 'x'\n[label.codes]\n1 = 'sick'", "label.codes.1: Input should be 'normal'"),
        ("name = 'x", "is no TOML"),
        ("name = 'x'\n[layout]\nhospital = \"\\d\"", "write patterns between single quotes"),
        ("name = 'x'\n[image]\nsize = 300", "image.size: Input should be a list, found 300"),
        ("name = 'x'\n[image]\ncrop_mm = 100000", "found 100000"),
        ("name = 'x'\n[label.codes]", "label.codes: found no code that is normal"),
        ("name = 'x'\n[label.codes]\n1 = 'absent'", "found no code that is normal or patient"),
        (
            "name = 'x'\n[label.codes]\n'' = 'normal'",
            "line 3, label.codes.: can never",
        ),
        ("name = 'x'\n[label.codes]\n' 7' = 'normal'", "without blanks around them, found ' 7'"),
        ("name = 'x'\n[label.codes]\n'3,1' = 'normal'", "a comma parts two codes, found '3,1'"),
        ("name = 'x'\n[label.codes]\n'3，1' = 'normal'", "a comma parts two codes"),
        (
            "name = 'x'\n[label.codes]\nSevere = 'patient'\nsevere = 'normal'",
            "label.codes: found 'Severe' and 'severe', which are read as one value",
        ),
        ("name = 'x'\n[label.codes]\n3 = 'patient'\n'3.0' = 'normal'", "found '3' and '3.0'"),
        ("name = 'x'\n[label.codes]\n3 = 'patient'\n'３' = 'normal'", "found '3' and '３'"),
        ("name = 'x'\n[label.sex_values]\nf = 'F'\nF = 'M'", "found 'f' and 'F'"),
        ("name = 'x'\n[label.sex_values]\n' 1' = 'F'", "can never match"),
        (
            "name = 'x'\n[label.levels]\n'L4-5' = ['L4-5']\n'L5-S1' = ['L5-S1', 'l4 / 5']",
            "label.levels: found 'l4 / 5' for L4-5 and for L5-S1, expected it once",
        ),
        (
            "name = 'x'\n[label.fields]\npatient = ['ID']\nage = ['Age', 'id']",
            "label.fields: found 'id' for patient and for age, expected it once",
        ),
        (
            "name = 'x'\n[label.fields]\nage = ['L45']",
            "label.levels: found 'L4-5' for age and for L4-5, expected it once",
        ),
        (
            "name = 'x'\n[label.levels]\n'L4-5' = ['']",
            "label.levels.L4-5.0: can never",
        ),
        ("name = 'x'\n[label.levels]\n'L4-5' = [' - ']", "can never match"),
        (
            "name = 'x'\n[label.fields]\nage = ['meta.']",
            "label.fields.age.0: can never",
        ),
        (
            "name = 'x'\n[label.table]\ncolumn = ['_']",
            "label.table.column.0: can never",
        ),
        (
            "name = 'x'\n[label]\ncanal = { range = [60, 3] }",
            "holds no size, expected [least, most]",
        ),
        ("name = 'x'\n[label]\ncanal = { range = [3] }", "label.canal.range.1: Field required"),
        (
            "name = 'x'\n[label]\ncanal = { range = [3, inf] }",
            "label.canal.range.1: Input should be",
        ),
        ("name = 'x'\n[label]\nmissing = [true]", "label.missing.0"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(text: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_recipe(text, "mine.toml")
    assert str(caught.value).startswith("recipe mine.toml")
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_data_set_without_labels_needs_no_codes() -> None:
    recipe = parse_recipe("name = 'x'\n[label]\nsource = 'none'\n[label.codes]", "x")
    assert recipe.label.codes == {}


def test_one_disc_may_have_one_alias_in_two_spellings() -> None:
    recipe = parse_recipe("name = 'x'\n[label.levels]\n'L4-5' = ['L4-5', 'L4_5']", "x")
    assert recipe.label.levels == {"L4-5": ("L4-5", "L4_5")}


def test_the_schema_of_recipes_names_range_and_missing_words() -> None:
    schema = Recipe.model_json_schema()["$defs"]
    assert schema["Canal"]["properties"]["range"]["default"] == [3.0, 60.0]
    kinds = schema["Label"]["properties"]["missing"]["items"]["anyOf"]
    assert [kind["type"] for kind in kinds] == ["string", "integer", "number"]


def test_a_file_that_is_not_there_names_the_built_in_ones(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"expected a TOML file or one of: aihub-dld"):
        load_recipe(str(tmp_path / "nowhere.toml"))


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("[label.codes]\n1 = 'patient'", True),
        ("confirmed = true", True),
        ("[layout]\nprocedures = []", True),
        ("[image]\nsize = [200, 200]", False),
        ("[image]\ndtype = 'uint16'", False),
        ("[image]\ncrop_mm = 150", False),
        ("[selection]\nfat_suppressed = 'keep'", False),
        ("[selection]\nmax_tilt_deg = 40", False),
    ],
)
def test_pixels_id_tells_recipes_that_store_other_pixels(text: str, same: bool) -> None:
    other = parse_recipe(f"name = 'x'\n{text}", "x")
    assert (other.pixels_id() == load_recipe("aihub-dld").pixels_id()) is same


def test_a_code_written_as_a_float_is_the_whole_number() -> None:
    codes = Label(codes={"1.0": "normal", "3e0": "patient", "Severe": "patient"}).codes
    assert list(codes) == ["1", "3", "Severe"]


def test_the_name_of_a_file_may_tell_the_patient_too() -> None:
    recipe = parse_recipe("name = 'x'\n[label.fields]\npatient = ['file']\nfile = ['file']", "x")
    assert recipe.label.fields == {"patient": ("file",), "file": ("file",)}
