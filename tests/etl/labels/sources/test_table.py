"""Claims about tables of labels: one reading is taken, none is told with its line."""

import pytest

from hnp_etl.errors import FileError
from hnp_etl.labels.label import LabelReader
from hnp_etl.labels.sources.lines import Line, Sheet
from hnp_etl.labels.sources.rows import LabelSet
from hnp_etl.labels.sources.table import label_set, read_table
from hnp_etl.limits import Limits
from hnp_etl.recipes.label_table import Label
from hnp_etl.recipes.loading import load_recipe
from hnp_shared.vocabulary import LEVEL_NAMES, Reason

RECIPE = load_recipe("generic").label
HEAD = "file,level,code,Age\n"
ROWS = "x1,L3-4,1,63\nx2,L4-5,3,63\n"
BOTH = {"x1": ("L3-4", "1"), "x2": ("L4-5", "3")}


def read(text: str | bytes, recipe: Label = RECIPE) -> LabelSet:
    content = text.encode() if isinstance(text, str) else text
    return label_set(1, read_table(content, Limits()), recipe)


def discs(found: LabelSet, recipe: Label = RECIPE) -> dict[str, tuple[str, str] | Reason | None]:
    """Return the disc and the code of each image that a table names, or why there is none."""
    reader, told = LabelReader(recipe), dict[str, tuple[str, str] | Reason | None]()
    for entry in found.entries:
        name = entry.key.removeprefix("path ")
        if entry.leaves is None:
            told[name] = entry.refusal
            continue
        cells = reader.read(entry.leaves).cells
        said = [(LEVEL_NAMES[level], str(codes[0])) for level, codes in enumerate(cells) if codes]
        told[name] = said[0] if said else None
    return told


@pytest.mark.parametrize(
    "text",
    [
        HEAD + ROWS,
        "sep=,\n" + HEAD + ROWS,
        "sep=;\n" + (HEAD + ROWS).replace(",", ";"),
        "# exported 2024\n" + HEAD + ROWS,
        "Reading list, ward 3\n\n" + HEAD + ROWS,
        HEAD + "# checked twice\n" + ROWS,
        HEAD + ROWS + HEAD,
        (HEAD + ROWS).replace("\n", "\r"),
        (HEAD + ROWS).replace(",", "|"),
        (HEAD + ROWS).replace(",", "\t"),
        (HEAD + ROWS).replace(",", ";").replace("63", "63,4"),
        "," + HEAD + "0," + ROWS.replace("\nx2", "\n1,x2"),
        HEAD + ROWS + ROWS,
        HEAD + ROWS + "\0\0",
        HEAD + ROWS.replace("\n", ",\n"),
        HEAD.replace("\n", ",,\n") + ROWS,
        "#" + HEAD + ROWS,
        (HEAD + ROWS).replace("x1", '="x1"').replace("3,63", '"=""3""",63'),
        '"file", "level", "code", "Age"\n"x1", "L3-4", "1", "6, 3"\n"x2", "L4-5", "3", "63"\n',
        (HEAD + ROWS).replace("\n", ', seen "twice"\n').replace("1,63,", '1,63, "so" said'),
    ],
    ids=[
        "plain",
        "sep",
        "sep-semicolon",
        "comment-above",
        "title-above",
        "comment-below",
        "header-again",
        "old-mac",
        "pipes",
        "tabs",
        "decimal-comma",
        "index-column",
        "twice",
        "padded",
        "comma-behind-each-line",
        "comma-behind-the-header",
        "commented-header",
        "text-for-excel",
        "blank-before-quotes",
        "quotes-in-a-note",
    ],
)
def test_a_table_with_one_reading_is_read(text: str) -> None:
    found = read(text)
    assert discs(found) == BOTH
    assert (found.refused, found.faults) == (None, ())


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("x3,L5-S1,2,63,", "line 4 has 5 columns, the header 4"),
        ("x3,L5-S1", "line 4 has 2 columns, the header 4"),
        ("x3,T12,2,63", "line 4 found a level that names no disc, expected one of [label.levels]"),
        (
            "x3,2024-04-05,2,63",
            "line 4 found a date, as Excel makes of 4-5, that names no disc, "
            "expected one of [label.levels]",
        ),
        ("x3,L5-S1,#N/A,63", "line 4 holds an error value among its codes"),
        ("x2,L4-5,1,63", "line 4 names the image of line 3 and says otherwise"),
    ],
)
def test_a_wrong_line_costs_itself_and_is_told_by_its_number(line: str, what: str) -> None:
    found = read(HEAD + ROWS + line + "\n")
    assert discs(found)["x1"] == BOTH["x1"]
    (wrong,) = (each for each in found.entries if each.leaves is None)
    assert f"{wrong.place} {wrong.what}" == what
    assert found.refused is None


def test_a_lost_quote_costs_its_line() -> None:
    found = read(HEAD + 'x1,L3-4,1,"63\n' + "x2,L4-5,3,63\n")
    assert discs(found) == {"x2": BOTH["x2"]}
    assert found.faults == ("line 2 holds a quote that does not end",)


def test_a_note_below_the_table_is_told_and_names_no_image() -> None:
    found = read(HEAD + ROWS + "\n* read by two readers\n")
    assert (discs(found), found.faults) == (BOTH, ("line 5 has 1 columns, the header 4",))


def test_a_line_that_says_something_of_no_image_is_told() -> None:
    assert read(HEAD + ROWS + ",L4-5,3,63\n").faults == ("line 4 names no image",)


@pytest.mark.parametrize(
    ("head", "missing"),
    [
        ("image_path,level,code", "expected file or file_name or image or path or SOPInstanceUID"),
        ("file,level,severity", "expected code or grade for the code (label.table.code)"),
        ("file,disc_level,code", "expected level or disc for the disc (label.table.level), or a"),
    ],
)
def test_a_missing_column_refuses_the_table_and_is_named(head: str, missing: str) -> None:
    found = read(head + "\nx1.dcm,L3-4,1\n")
    assert found.refused is not None
    assert found.refused.reason is Reason.BAD_VALUE
    assert f"found columns {head.replace(',', ', ')}; {missing}" in found.refused.what


def test_a_table_without_header_is_refused_without_its_values() -> None:
    found = read("Kim^Cheolsu,L3-4,1\nLee^Younghee,L4-5,3\n")
    assert found.refused is not None
    assert found.refused.what.startswith("found no header in the first 2 lines; expected file")
    assert "Kim" not in found.refused.what


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("file,level,code,grade\na,L3-4,,1\nb,L4-5,3,1\nc,L5-S1,2,2\nd,L4-5,3,3.0\n", "b"),
        ("file,level,disc,code\na,L3-4,,1\nb,L4-5,L3-4,1\nc,,L5-S1,2\nd,L4-5,L4-L5,3\n", "b"),
        ("file,image,level,code\na.dcm,a,L3-4,1\nb.dcm,x.dcm,L4-5,1\nc,C,L4-5,1\n", "b"),
        ("file,file_name,level,code\na,a,L3-4,1\nb,x,L4-5,1\nc,c.dcm,L4-5,1\n", "b"),
    ],
    ids=["codes", "levels", "keys", "bare-keys"],
)
def test_two_columns_that_disagree_are_a_conflict_of_their_line(table: str, expected: str) -> None:
    told = discs(read(table))
    assert [name for name, disc in told.items() if disc is Reason.FIELD_CONFLICT] == [expected]
    assert len(told) == table.count("\n") - 1
    assert all(isinstance(disc, tuple) for name, disc in told.items() if name != expected)


def test_a_folder_a_uid_or_a_number_beside_the_file_is_no_second_name() -> None:
    text = "file,path,image,SOPInstanceUID,level,code\nx1,H01/P01,12,1.2.840.7,L4-5,3\n"
    assert discs(read(text)) == {"x1": ("L4-5", "3")}


def test_a_level_column_of_another_meaning_leaves_the_columns_of_discs_alone() -> None:
    text = "file,level,code,L3-4,L4-5\nx1,moderate,7,,3\n"
    assert discs(read(text)) == {"x1": ("L4-5", "3")}


@pytest.mark.parametrize(
    ("content", "reason", "what"),
    [
        ((HEAD + ROWS).encode("utf-16-le"), Reason.BAD_ENCODING, "found a NUL beside each letter"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, Reason.BAD_VALUE, "old or locked Excel"),
        (b"PK\x03\x04" + b"\0" * 99, Reason.BAD_VALUE, "no sound Excel file"),
    ],
)
def test_a_file_that_is_no_table_says_what_it_is(content: bytes, reason: Reason, what: str) -> None:
    with pytest.raises(FileError, match=what) as error:
        read(content)
    assert error.value.reason is reason


def sheet_of(name: str, *lines: str) -> Sheet:
    cells = (tuple(line.split(",")) for line in lines)
    return Sheet(name, tuple(Line(number, each) for number, each in enumerate(cells, 1)))


@pytest.mark.parametrize(
    ("second", "told"),
    [
        (["x3,L5-S1,2"], "sheet 2, found no header in the first 1 lines"),
        (["image no,level,code", "x3,L5-S1,2"], "sheet 2, found columns image no, level, code"),
        (["code,meaning", "1,normal"], None),
        (["Total,2"], None),
    ],
    ids=["goes-on", "another-header", "legend", "sum"],
)
def test_a_sheet_of_labels_that_cannot_be_read_beside_one_that_can_is_told(
    second: list[str], told: str | None
) -> None:
    sheets = [sheet_of("a", "file,level,code", "x1,L3-4,1", "x2,L4-5,3"), sheet_of("b", *second)]
    found = label_set(1, sheets, RECIPE)
    assert found.refused is None
    assert discs(found) == BOTH
    assert [told is not None and fault.startswith(told) for fault in found.faults] == (
        [] if told is None else [True]
    )
