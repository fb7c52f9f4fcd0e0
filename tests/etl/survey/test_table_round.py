"""A tree that nobody described, with its labels in a table: survey, recipe, build."""

from pathlib import Path

import openpyxl
from click.testing import CliRunner

from etl.builds.test_label_sources import image, run
from hnp_etl.cli import main
from hnp_etl.recipes.loading import load_recipe

LINES = [
    ["MR reading, 2 readers"],
    ["scan", "disk level", "grading", "Age", "성별"],
    ["IM1.dcm", "L3/4", 1, 50, "F"],
    ["im2", "L4/5", 3, 61, "M"],
    ["IM3", "L5S1", 2, 61, "M"],
]


def tree(root: Path) -> Path:
    for number in (1, 2, 3):
        image(root / "src" / "A병원" / f"IM{number}.dcm", number)
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["grade", "meaning"])
    book.active.append([1, "normal"])
    sheet = book.create_sheet("reading")
    for line in LINES:
        sheet.append(line)
    book.save(root / "src" / "list.xlsx")
    return root / "src"


def surveyed(src: Path, *options: str) -> str:
    done = CliRunner().invoke(main, ["survey", str(src), "--workers", "1", *options])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_page_tells_sheets_columns_and_coverage(tmp_path: Path) -> None:
    page = surveyed(tree(tmp_path))
    rows = [" ".join(line.split()) for line in page.splitlines()]
    assert [row for row in rows if row.startswith(("1.1 ", "1.2 "))] == [
        "1.1 1 line 1 - grade, meaning",
        "1.2 3 line 2 100 % scan (image), disk level (disc), grading (code), Age, 성별",
    ]


def test_the_drafted_recipe_builds_what_the_table_says(tmp_path: Path) -> None:
    src, recipe = tree(tmp_path), tmp_path / "drafted.toml"
    surveyed(src, "--write-recipe", str(recipe))
    assert 'source = "table"' in recipe.read_text("utf-8")
    truth, told = run(tmp_path, load_recipe(str(recipe)))
    assert {path: row[:2] for path, row in truth.items()} == {
        "A병원/IM1.dcm": ("L3-4", "1"),
        "A병원/IM2.dcm": ("L4-5", "3"),
        "A병원/IM3.dcm": ("L5-S1", "2"),
    }
    assert told["list.xlsx"] == "used"


def test_a_recipe_of_tables_may_be_the_start(tmp_path: Path) -> None:
    page = surveyed(tree(tmp_path), "--recipe", "generic")
    assert "scan (image), disk level (disc), grading (code)" in page


def test_decimal_commas_are_sizes_to_a_survey_too(tmp_path: Path) -> None:
    image(tmp_path / "src" / "x1.dcm", 1)
    rows = "file;level;code;Age;Spinal_Canal\nx1;L4-5;3;63,5;1,42\n"
    (tmp_path / "src" / "labels.csv").write_text(rows)
    recipe = tmp_path / "drafted.toml"
    assert "NN.N" in surveyed(tmp_path / "src", "--write-recipe", str(recipe))
    assert load_recipe(str(recipe)).label.canal.unit == "cm"


def test_no_value_of_a_table_is_shown(tmp_path: Path) -> None:
    image(tmp_path / "src" / "x1.dcm", 1)
    rows = "file,level,code,Patient_ID,note\nx1.dcm,L4-5,3,Q7788,Hong Gildong\n"
    (tmp_path / "src" / "labels.csv").write_text(rows)
    for told in (surveyed(tmp_path / "src"), surveyed(tmp_path / "src", "--json")):
        assert "Patient_ID" in told
        assert not [word for word in ("Q7788", "Hong", "Gildong", "x1.dcm") if word in told]
