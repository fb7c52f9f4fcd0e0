"""Claims about Excel files: all sheets, merged cells, and cells without a value."""

import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl
import pytest

from hnp_etl.labels.document import Number
from hnp_etl.labels.sources.excel_lines import excel_sheets
from hnp_etl.labels.sources.lines import NoValue, Sheet, sheets_from_json, sheets_to_json

MOST = 2**24
HEAD = ["file", "level", "code"]


def book_of(rows: Sequence[list[Any]], change: Callable[..., object] | None = None) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    if change is not None:
        change(book.active)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def only_sheet(content: bytes) -> Sheet:
    (sheet,) = excel_sheets(content, MOST)
    return sheet


def test_lines_keep_the_numbers_that_excel_shows() -> None:
    sheet = only_sheet(book_of([["Reading list"], [], HEAD, ["x1", "L4-5", 3]]))
    assert [(line.number, line.cells) for line in sheet.lines] == [
        (1, ("Reading list", None, None)),
        (3, ("file", "level", "code")),
        (4, ("x1", "L4-5", "3")),
    ]


def test_a_formula_whose_result_was_never_saved_has_no_value() -> None:
    sheet = only_sheet(book_of([HEAD, ["x1", "L4-5", "=1+2"], ["x2", "L4-5", "#DIV/0!"]]))
    told = [line.cells[2] for line in sheet.lines[1:]]
    assert told == ["a formula without a stored value", "an error value"]
    assert all(isinstance(cell, NoValue) for cell in told)


def test_a_formula_that_gave_an_empty_text_is_an_empty_cell() -> None:
    content = book_of([HEAD, ["x1", "L4-5", '=""']])
    packed, kept = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(kept, "w") as changed:
        for name in packed.namelist():
            part = packed.read(name)
            if name.endswith("sheet1.xml"):  # as Excel itself saves it
                part = part.replace(b'<c r="C2">', b'<c r="C2" t="str">')
            changed.writestr(name, part)
    assert only_sheet(kept.getvalue()).lines[1].cells == ("x1", "L4-5", None)


def test_a_merged_cell_holds_for_all_its_lines() -> None:
    rows: list[list[Any]] = [
        [*HEAD, "Patient_ID"],
        ["x1", "L4-5", 3, "P01"],
        ["x2", "L4-5", 3],
        ["x3", "L4-5", 3],
    ]
    sheet = only_sheet(book_of(rows, lambda sheet: sheet.merge_cells("D2:D3")))
    assert [line.cells[3] for line in sheet.lines[1:]] == ["P01", "P01", None]


def test_sheets_that_are_shown_are_read_in_their_order() -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["code", "meaning"])
    for name, state in (("labels", "visible"), ("old", "hidden")):
        sheet = book.create_sheet(name)
        sheet.append(HEAD)
        sheet.sheet_state = state
    kept = io.BytesIO()
    book.save(kept)
    names = [sheet.name for sheet in excel_sheets(kept.getvalue(), MOST)]
    assert names == ["Sheet", "labels"]


@pytest.mark.parametrize("cell", ["x", "3", None, True, Number("3.0"), NoValue("an error value")])
def test_cells_come_back_from_the_state_as_they_were(cell: object) -> None:
    sheets = [Sheet("a", (only_sheet(book_of([["x"]])).lines[0]._replace(cells=(cell,)),))]  # type: ignore[arg-type]  # each is a scalar
    (back,) = sheets_from_json(sheets_to_json(sheets))[0].lines
    assert (back.cells, type(back.cells[0])) == ((cell,), type(cell))
