"""Whole builds with tables as people make and resave them, and what is told of their lines."""

import json
import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner

from etl.builds.test_label_sources import GENERIC, RSNA, image, keyed, rsna, run
from hnp_etl.cli import main
from hnp_etl.explain.run import explain_files
from hnp_etl.recipes.loading import load_recipe
from hnp_etl.recipes.recipe import Recipe

__all__ = ["rsna"]  # a fixture
BY_PATH = keyed("path")
LONG = "file,level,code\ni0,L4-5,3\ni1,L5-S1,1\n"
TRUTH = {"a/i0.dcm": ("L4-5", "3", True), "a/i1.dcm": ("L5-S1", "1", False)}


@pytest.fixture
def src(tmp_path: Path) -> Path:
    for number in range(2):
        image(tmp_path / "src" / "a" / f"i{number}.dcm", number)
    return tmp_path / "src"


def because(path: Path, src: Path, recipe: Recipe = GENERIC) -> dict[str, str]:
    (told,) = explain_files([str(path)], [src], recipe)
    return {step.name: step.finding for step in told.steps}


@pytest.mark.parametrize("name", ["train_labels.csv", "valid.csv", "H02_labels.csv"])
def test_the_name_of_a_table_tells_neither_hospital_nor_partition(src: Path, name: str) -> None:
    (src / "a").rename(src / "H01")
    (src / name).write_text(LONG)
    truth, told = run(src.parent, GENERIC)
    assert set(truth) == {"H01/i0.dcm", "H01/i1.dcm"}
    assert told[name] == "used"


@pytest.mark.parametrize(
    "above",
    ["/mnt/nas/src/a/", "D:\\data\\src\\a\\", "./a/", "../a/", "C:/X/SRC/A/", "\\\\nas\\x\\a\\"],
)
def test_paths_of_another_machine_are_matched_by_their_tail(src: Path, above: str) -> None:
    image(src / "b" / "i0.dcm", 9)
    rows = f"path,level,code\n{above}i0.dcm,L4-5,3\n{above}i1.dcm,L5-S1,1\n"
    (src / "labels.csv").write_text(rows)
    assert run(src.parent, BY_PATH)[0] == TRUTH


def test_a_tail_that_two_images_have_or_that_ends_in_another_place_is_no_guess(src: Path) -> None:
    for folder in ("H01/P1", "H02/P1"):
        shutil.copytree(src / "a", src / folder)
    shutil.rmtree(src / "a")
    rows = ["path,level,code", "/mnt/x/P1/i0.dcm,L4-5,3", "/mnt/H03/P1/i1.dcm,L4-5,3"]
    (src / "labels.csv").write_text("\n".join([*rows, "/mnt/H02/P1/i1.dcm,L5-S1,1"]) + "\n")
    assert set(run(src.parent, BY_PATH)[0]) == {"H02/P1/i1.dcm"}


def test_folders_tell_equal_names_apart_where_stems_do_not(src: Path) -> None:
    image(src / "b" / "i0.dcm", 9)
    (src / "labels.csv").write_text("file,level,code\nx/a/i0.dcm,L4-5,3\nx/b/i0,L3-4,1\n")
    truth, _ = run(src.parent, GENERIC)
    assert truth == {"a/i0.dcm": ("L4-5", "3", True), "b/i0.dcm": ("L3-4", "1", False)}


@pytest.mark.parametrize("written", ["7", "7.0", "007", "07"])
def test_zeros_that_a_spreadsheet_lost_are_found_again(tmp_path: Path, written: str) -> None:
    image(tmp_path / "src" / "a" / "007.dcm", 1)
    (tmp_path / "src" / "l.csv").write_text(f"file,level,code\n{written},L4-5,3\n")
    assert set(run(tmp_path, GENERIC)[0]) == {"a/007.dcm"}


def test_zeros_that_two_images_would_lose_are_no_guess(tmp_path: Path) -> None:
    for number, stem in enumerate(("07", "007")):
        image(tmp_path / "src" / "a" / f"{stem}.dcm", number)
    (tmp_path / "src" / "l.csv").write_text("file,level,code\n7,L4-5,3\n")
    assert run(tmp_path, GENERIC)[0] == {}


@pytest.mark.parametrize("written", ["I0", "i0.DCM", "i0.jpg", "I0.PNG"])
def test_case_and_the_suffix_of_a_picture_do_not_matter(src: Path, written: str) -> None:
    (src / "labels.csv").write_text(f"file,level,code\n{written},L4-5,3\n")
    assert set(run(src.parent, GENERIC)[0]) == {"a/i0.dcm"}


def test_a_copy_of_a_table_says_the_same(src: Path) -> None:
    (src / "labels.csv").write_text(LONG)
    (src / "labels - copy.csv").write_text(LONG)
    truth, told = run(src.parent, GENERIC)
    assert truth == TRUTH
    assert (told["labels.csv"], told["labels - copy.csv"]) == ("used", "used")
    assert because(src / "labels - copy.csv", src)["images"].startswith("2 of the 2 labels")


def test_tables_that_say_otherwise_of_an_image_are_no_guess(src: Path) -> None:
    (src / "labels.csv").write_text(LONG)
    (src / "other.csv").write_text("file,level,code\ni0,L4-5,1\n")
    truth, told = run(src.parent, GENERIC)
    assert set(truth) == {"a/i1.dcm"}
    assert told["a/i0.dcm"] == "LABEL_REJECTED"
    (explained,) = explain_files([str(src / "a" / "i0.dcm")], [src], GENERIC)
    assert "its label is FIELD_CONFLICT" in str(explained.would_pass_if)
    assert "another table" in because(src / "other.csv", src)["because"]


def test_a_table_that_says_more_of_an_image_completes_what_another_says(src: Path) -> None:
    (src / "labels.csv").write_text(LONG)
    (src / "ages.csv").write_text("file,level,code,Age\ni0,L4-5,3,63\n")
    assert run(src.parent, GENERIC)[0] == TRUTH
    told = pd.read_parquet(src.parent / "out" / "manifest.parquet").set_index("level_name")
    assert told.age["L4-5"] == 63


@pytest.mark.parametrize("named", ["i0", "a/i0.dcm", "src/a/i0", "/mnt/other/src/a/i0.dcm"])
def test_how_an_image_is_named_does_not_decide_which_of_two_lines_counts(
    src: Path, named: str
) -> None:
    (src / "labels.csv").write_text(LONG.replace("i0", "src/a/i0") + f"{named},L3-4,2\n")
    truth, told = run(src.parent, BY_PATH)
    assert (set(truth), told["a/i0.dcm"]) == ({"a/i1.dcm"}, "LABEL_REJECTED")


def test_a_path_of_another_hospital_ends_in_no_image_of_this_one(src: Path) -> None:
    (src / "a").rename(src / "south")
    rows = ["/d/north/i0.dcm,L4-5,3", "/d/south/i1.dcm,L5-S1,1", "/d/north/x/i0.dcm,L3-4,2"]
    (src / "labels.csv").write_text("\n".join(["path,level,code", *rows]) + "\n")
    (src / "H01" / "P1").mkdir(parents=True)
    image(src / "H01" / "P1" / "i5.dcm", 5)
    (src / "more.csv").write_text("path,level,code\n/d/H03/img/P1/i5.dcm,L4-5,3\n")
    assert set(run(src.parent, BY_PATH)[0]) == {"south/i1.dcm"}


def test_a_table_of_something_else_does_not_compete(src: Path) -> None:
    (src / "labels.csv").write_text(LONG)
    (src / "people.csv").write_text("file,Age,Sex\ni0,63,F\ni1,50,M\n")
    truth, told = run(src.parent, GENERIC)
    assert (truth, told["people.csv"]) == (TRUTH, "BAD_VALUE")


def test_a_tsv_is_a_table_and_the_lock_of_excel_is_none(src: Path) -> None:
    (src / "labels.tsv").write_text(LONG.replace(",", "\t"))
    (src / "~$labels.xlsx").write_bytes(b"\x05owner" + b"\0" * 160)
    truth, told = run(src.parent, GENERIC)
    assert (truth, told["~$labels.xlsx"]) == (TRUTH, "ignored")


@pytest.mark.parametrize("name", ["labels.xls", "labels.xlsb", "labels.ods"])
def test_a_table_that_is_not_read_is_told(src: Path, name: str) -> None:
    (src / name).write_bytes(b"\xd0\xcf\x11\xe0" + b"\0" * 99)
    assert run(src.parent, GENERIC)[1][name] == "BAD_VALUE"
    assert "expected .xlsx" in because(src / name, src)["because"]


@pytest.mark.parametrize("mark", [";", "\t"])
def test_decimal_commas_are_read_where_no_comma_stands_between_values(src: Path, mark: str) -> None:
    lines = ["file,level,code,Age,Spinal_Canal,Patient_ID", "i0,L4-5,3.0,63.5,12.25 mm,1001.0"]
    table = "\n".join(lines).replace(",", mark).replace(".", ",")
    (src / "labels.csv").write_text(table + f"\ni1{mark}L5-S1{mark}3,1{mark}60{mark}9,5{mark}7\n")
    truth, _ = run(src.parent, GENERIC)
    assert truth == {"a/i0.dcm": ("L4-5", "3", True), "a/i1.dcm": ("L5-S1", "1,3", True)}
    found = pd.read_parquet(src.parent / "out" / "manifest.parquet").set_index("level_name")
    assert found.canal_width_mm.to_dict() == {"L4-5": 12.25, "L5-S1": 9.5}
    assert found.age.to_dict() == {"L4-5": 63.5, "L5-S1": 60}


def test_words_of_the_recipe_for_a_missing_value_are_none_in_every_column(src: Path) -> None:
    label = GENERIC.label.model_copy(update={"missing": ("unknown", 99)})
    recipe = GENERIC.model_copy(update={"label": label})
    image(src / "a" / "99.dcm", 9)
    rows = ["i0,unknown,L4-5,unknown,3,99", "i1,,99,L5-S1,99,1", "99,,L3-4,,2,unknown"]
    head = "file,image,level,disc,code,grade"
    (src / "labels.csv").write_text("\n".join([head, *rows]) + "\n")
    assert run(src.parent, recipe)[0] == {**TRUTH, "a/99.dcm": ("L3-4", "2", True)}


def test_rsna_tables_with_decimal_commas_say_the_same(rsna: Path) -> None:
    before, _ = run(rsna.parent, RSNA)
    for table in rsna.glob("*.csv"):
        lines = [line.split(",") for line in table.read_text().splitlines()]
        floats = [[f"{each},0" if each.isdigit() else each for each in line] for line in lines]
        table.write_text("\n".join(map(";".join, floats)) + "\n")
    assert run(rsna.parent, RSNA)[0] == before


def test_the_words_are_those_of_rsna_tables_too(rsna: Path) -> None:
    before, _ = run(rsna.parent, RSNA)
    table = rsna / "train.csv"
    table.write_text(table.read_text() + "100,unread,unread\n")
    recipe = RSNA.model_copy(
        update={"label": RSNA.label.model_copy(update={"missing": ("unread",)})}
    )
    assert run(rsna.parent, recipe)[0] == before


def test_a_level_of_rsna_tables_that_is_none_is_told(rsna: Path) -> None:
    table = rsna / "train_label_coordinates.csv"
    table.write_text(table.read_text().replace("L5/S1", "L5/S2"))
    assert "[label.levels] does not know" in because(table, rsna, RSNA)["because"]


def test_each_value_that_cannot_be_read_is_told_in_its_own_words(src: Path) -> None:
    (src / "labels.csv").write_text("file,level,code\ni0,L9,3\ni1,L5-S1,3.5\n")
    for name, told in (("i0", "a level that names no disc"), ("i1", "a disc code is no whole")):
        (found,) = explain_files([str(src / "a" / f"{name}.dcm")], [src], GENERIC)
        assert told in str(found.would_pass_if)


def test_the_second_sheet_and_a_title_line_are_read(src: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["code", "meaning"])
    book.active.append([1, "normal"])
    sheet = book.create_sheet("labels")
    sheet.append(["Reading list 2024"])
    sheet.merge_cells("A1:C1")
    for line in LONG.splitlines():
        sheet.append(line.split(","))
    book.save(src / "labels.xlsx")
    assert run(src.parent, GENERIC)[0] == TRUTH


def test_explain_tells_the_wrong_line_of_a_table_and_of_its_image(src: Path) -> None:
    (src / "labels.csv").write_text(LONG.replace("L5-S1,1", "L5-S1,1,"))
    truth, told = run(src.parent, GENERIC)
    assert (set(truth), told["a/i1.dcm"]) == ({"a/i0.dcm"}, "LABEL_REJECTED")
    what = "line 3 has 4 columns, the header 3"
    assert because(src / "a" / "i1.dcm", src)["because"] == what
    of_table = because(src / "labels.csv", src)
    assert of_table["because"] == what
    assert of_table["images"] == "2 of the 2 labels in it belong to one"


def test_explain_tells_the_column_that_a_table_lacks(src: Path) -> None:
    (src / "labels.csv").write_text(LONG.replace("code", "severity"))
    told = because(src / "labels.csv", src)
    found, expected = "found columns file, level, severity", "code or grade for the code"
    assert told["because"] == f"{found}; expected {expected} (label.table.code)"


def test_rsna_tables_with_ids_written_as_floats_say_the_same(rsna: Path) -> None:
    before, _ = run(rsna.parent, RSNA)
    for table in rsna.glob("*.csv"):
        lines = [line.split(",") for line in table.read_text().splitlines()]
        floats = [[f"{each}.0" if each.isdigit() else each for each in line] for line in lines]
        table.write_text("\n".join(map(",".join, floats)) + "\n")
    assert run(rsna.parent, RSNA)[0] == before


def test_rsna_tables_that_lack_a_column_are_refused_by_name(rsna: Path) -> None:
    for table, column in (
        ("train_label_coordinates.csv", "instance_number"),
        ("train.csv", "spinal_canal_stenosis"),
    ):
        path = rsna / table
        path.write_text(path.read_text().replace(column, "renamed"))
    truth, told = run(rsna.parent, RSNA)
    assert truth == {}
    assert (told["train.csv"], told["train_label_coordinates.csv"]) == ("BAD_VALUE", "BAD_VALUE")
    missing = because(rsna / "train_label_coordinates.csv", rsna, RSNA)["because"]
    assert missing.endswith("expected instance_number")


def test_two_severities_of_one_study_that_disagree_are_a_conflict(rsna: Path) -> None:
    path = rsna / "train.csv"
    path.write_text(path.read_text() + "100,Moderate,Normal/Mild\n")
    truth, told = run(rsna.parent, RSNA)
    assert told["train_images/100/110/1.dcm"] == "LABEL_REJECTED"
    assert "train_images/100/110/2.dcm" in truth  # they agree on that disc


def test_an_image_goes_with_the_json_that_is_named_after_all_of_it(tmp_path: Path) -> None:
    folder = tmp_path / "src" / "H01" / "C004"
    for number, stem in enumerate(("a", "b")):
        image(folder / f"{stem}.dcm", number)
    label = '{"Patient_ID": "P1", "L4-5": 3, "L3-4": 6}'
    (folder / "a.dcm.json").write_text(label)
    (folder / "b.dcm.json").write_text('{"L4-5": 3, "Age": 63}')
    (folder / "b.json").write_text(label)
    truth, told = run(tmp_path, load_recipe("aihub-dld"))
    assert set(truth) == {"H01/C004/a.dcm", "H01/C004/b.dcm"}
    assert told["H01/C004/b.dcm.json"] == "NO_IMAGE"
    (folder / "b.dcm.json").write_text(label.replace("3,", "2,"))
    truth, told = run(tmp_path, load_recipe("aihub-dld"))
    assert set(truth) == {"H01/C004/a.dcm"}
    assert {told[f"H01/C004/{name}.json"] for name in ("b", "b.dcm")} == {"FIELD_CONFLICT"}
    for name in ("b.dcm", "b.json", "b.dcm.json"):
        (found,) = explain_files([str(folder / name)], [tmp_path / "src"], load_recipe("aihub-dld"))
        assert "FIELD_CONFLICT" in f"{found.reason} {found.would_pass_if}"
    (folder / "b.dcm.json").unlink()
    assert len(run(tmp_path, load_recipe("aihub-dld"))[0]) == 2


def test_a_build_tells_how_many_tables_and_lines_it_could_not_use(src: Path) -> None:
    (src / "labels.csv").write_text(LONG + "i0,L9,3\n")
    (src / "other.csv").write_text("file,level,severity\ni0,L4-5,3\n")
    arguments = (
        "build-manifest",
        src,
        "--out",
        src.parent / "out",
        "--recipe",
        "generic",
        "--json",
    )
    for _ in range(2):  # the second finds nothing changed
        result = CliRunner().invoke(main, [*map(str, arguments)])
        told = json.loads(result.stdout)
        assert (told["tables_refused"], told["table_lines_refused"]) == (1, 1)


def test_a_row_of_another_patients_folder_is_nobodys_here(tmp_path: Path) -> None:
    image(tmp_path / "src" / "H01" / "P01" / "x1.dcm", 0)
    (tmp_path / "src" / "labels.csv").write_text("path,level,code\nH01/P02/x1.dcm,L4-5,3\n")
    truth, told = run(tmp_path, GENERIC)
    assert truth == {}
    assert told["H01/P01/x1.dcm"] == "NO_LABEL"


@pytest.mark.parametrize("again", ["i0.dcm,L4-5,3", "i0,L4/5,3.0", " i0 , L4-5 , 3 "])
def test_a_row_that_says_the_same_in_other_words_is_one_statement(src: Path, again: str) -> None:
    (src / "labels.csv").write_text(LONG + again + "\n")
    truth, _ = run(src.parent, GENERIC)
    assert truth == TRUTH


def test_a_table_without_a_header_shows_none_of_its_cells(src: Path) -> None:
    (src / "labels.csv").write_text("CANARYKIM,i0,L4-5,L3-4,F\nCANARYLEE,i1,L4-5,L3-4,F\n")
    assert "CANARY" not in str(because(src / "labels.csv", src))


def test_lines_that_name_no_image_are_counted(src: Path) -> None:
    (src / "labels.csv").write_text(LONG + "y1,L4-5,3\ny2,L4-5,3\n")
    arguments = ("build-manifest", src, "--out", src.parent / "out", "--recipe", "generic")
    result = CliRunner().invoke(main, [*map(str, arguments)])
    assert "lines that give no image a label: 2;" in result.stdout


@pytest.mark.parametrize("other", ["I0,L4-5,1", "I0,L3-4,3"])
def test_names_that_differ_by_case_must_not_contradict(src: Path, other: str) -> None:
    (src / "labels.csv").write_text(LONG + other + "\n")
    truth, told = run(src.parent, GENERIC)
    assert truth == {"a/i1.dcm": TRUTH["a/i1.dcm"]}
    assert told["a/i0.dcm"] == "LABEL_REJECTED"
    assert "says otherwise" in because(src / "a" / "i0.dcm", src)["because"]


def test_names_that_differ_by_case_may_say_the_same(src: Path) -> None:
    (src / "labels.csv").write_text(LONG + "I0,L4-5,3\n")
    assert run(src.parent, GENERIC)[0] == TRUTH


def test_two_images_whose_names_differ_by_case_have_a_row_each(src: Path) -> None:
    image(src / "a" / "I0.dcm", 7)
    (src / "labels.csv").write_text(LONG + "I0,L3-4,1\n")
    assert run(src.parent, GENERIC)[0] == {**TRUTH, "a/I0.dcm": ("L3-4", "1", False)}
