"""Claims about what a survey takes columns of tables for, and the recipe it drafts of them."""

from hnp_etl.labels.sources.table import read_table
from hnp_etl.limits import Limits
from hnp_etl.recipes.label_table import Entries
from hnp_etl.recipes.loading import load_recipe
from hnp_etl.survey.table_draft import draft_entries, look_at_tables
from hnp_etl.survey.table_files import TableFile
from hnp_etl.survey.table_sheet import TableSheet

LABEL = load_recipe("aihub-dld").label
IMAGES = [(f"x{number}", f"1.2.3.{number}") for number in range(1, 4)]


def sheets(*tables: str) -> list[TableSheet]:
    files = [TableFile(tuple(read_table(text.encode(), Limits()))) for text in tables]
    return look_at_tables(files, IMAGES, LABEL)


def drafted(*tables: str) -> Entries | None:
    return draft_entries(sheets(*tables), LABEL.table)


def test_columns_are_known_by_their_values_whatever_their_names() -> None:
    text = "Reading list\nimage_path,disc_level,severity\nP/x1.dcm,L3-4,1\nx2,L4/5,3\nx9,L5S1,2\n"
    (sheet,) = sheets(text)
    assert (sheet.header_line, sheet.columns) == (2, ("image_path", "disc_level", "severity"))
    assert (sheet.column(sheet.key), sheet.column(sheet.level)) == ("image_path", "disc_level")
    assert (sheet.column(sheet.code), round(sheet.naming, 2)) == ("severity", 0.67)
    found = drafted(text)
    assert found is not None
    assert (found.key, found.column, found.level) == ("stem", ("image_path",), ("disc_level",))
    assert found.code == ("severity",)


def test_a_uid_column_is_a_key_too() -> None:
    found = drafted("uid of image,level,code\n1.2.3.1,L4-5,3\n1.2.3.2,L4-5,1\n")
    assert found is not None
    assert (found.key, found.column) == ("uid", ("uid of image",))


def test_a_column_a_disc_needs_no_code_column() -> None:
    (sheet,) = sheets("file,L3-4,L4-5\nx1,6,3\nx2,1,6\n")
    assert (sheet.discs, sheet.code, sheet.is_labels) == ((1, 2), None, True)


def test_tables_of_something_else_draft_nothing() -> None:
    legend, people = "code,meaning\n1,normal\n2,bulging\n", "file,age,sex\nx1,63,F\nx2,50,M\n"
    assert drafted(legend, people) is None


def test_the_first_line_of_data_is_no_header() -> None:
    (sheet,) = sheets("x1,L4-5,mild\nx2,L3-4,severe\n")
    assert (sheet.header_line, sheet.columns) == (None, ())


def test_the_tables_of_rsna_are_told_apart() -> None:
    text = "study_id,series_id,instance_number,level\n1,11,x1,L3/L4\n1,11,x2,L4/L5\n"
    assert drafted(text) is None
