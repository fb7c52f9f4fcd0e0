"""An Excel file as lines: all sheets that are shown, merged cells filled, errors told."""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from hnp_etl.errors import FileError
from hnp_etl.labels.document import Number, Scalar
from hnp_etl.labels.sources.lines import Line, NoValue, Sheet, sound_cell
from hnp_etl.labels.sources.table_bounds import refuse_bomb
from hnp_shared.vocabulary import Reason

_MOST_ROWS, _MOST_COLUMNS, _MOST_SHEETS = 1_048_576, 1024, 256  # rows: Excel's own bound
_MOST_MERGED = 100_000
"""Cells below the first of a merge that are filled: a hostile file may claim any number."""

_NOT_COMPUTED = NoValue("a formula without a stored value")

# <c r="C2"><f>1+2</f><v></v></c>: a cell with something in it; one that ends in "/>" is empty.
# What lies in it begins no other cell: nothing is looked at twice.
_CELL = re.compile(
    rb"<(?:\w{1,16}:)?c\s([^>]{0,512})(?<!/)>((?:[^<]|<(?!/?(?:\w{1,16}:)?c[\s>]))*+)</", re.DOTALL
)
_FORMULA = re.compile(rb"<(?:\w{1,16}:)?f[\s/>]")
_STORED = re.compile(rb"<(?:\w{1,16}:)?v(?:\s[^>]{0,512})?>[^<]")
_TEXT_RESULT = re.compile(rb"""\bt=["']str["']""")  # may be empty, and is then a result
_PLACE = re.compile(rb"""\br=["']([A-Z]{1,3})(\d{1,9})["']""")
# <mergeCell ref="F2:F4"/>
_MERGED = re.compile(
    rb"""<(?:\w{1,16}:)?mergeCell\s[^>]{0,256}?ref=["']([A-Z]{1,3})(\d{1,9}):[A-Z]{1,3}(\d{1,9})["']"""
)


class _Marks(NamedTuple):
    """What the library does not tell of a sheet, by column and row from 1.

    Attributes:
        unstored: formulas whose result was never saved.
        above: cell of a merge -> its row with the value.
    """

    unstored: frozenset[tuple[int, int]]
    above: Mapping[tuple[int, int], int]


def excel_sheets(content: bytes, most_unpacked: int) -> list[Sheet]:
    """Return the sheets of an Excel file (.xlsx) that are shown.

    Args:
        content: of the file.
        most_unpacked: bytes that it may unpack to.

    Raises:
        FileError: TOO_LARGE or BAD_VALUE.
    """
    try:
        from openpyxl import load_workbook  # noqa: PLC0415  # an extra: only who has tables needs it
    except ImportError as error:
        what = "found an Excel file, expected the package openpyxl: hnp-etl[excel]"
        raise FileError(Reason.BAD_VALUE, what) from error
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            refuse_bomb(packed, len(content), most_unpacked)
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            shown = [each for each in book.worksheets if each.sheet_state == "visible"]
            return [_sheet(each, packed) for each in shown[:_MOST_SHEETS]]
    except FileError:
        raise
    except Exception as error:  # over foreign bytes it raises anything
        raise FileError(Reason.BAD_VALUE, "found no sound Excel file") from error


def _sheet(sheet: Any, packed: zipfile.ZipFile) -> Sheet:  # noqa: ANN401  # the library has no types
    marks = _marks(packed.read(sheet._worksheet_path))  # named nowhere else
    sheet.reset_dimensions()  # a file may claim a million rows that are not there
    rows = sheet.iter_rows(max_row=_MOST_ROWS, values_only=True)
    return Sheet(str(sheet.title), tuple(_same_width(_lines(rows, marks))))


def _marks(xml: bytes) -> _Marks:
    unstored = set[tuple[int, int]]()
    for cell in _CELL.finditer(xml) if _FORMULA.search(xml) else ():
        place = _PLACE.search(cell[1])
        stored = _STORED.search(cell[2]) or _TEXT_RESULT.search(cell[1])
        if place and _FORMULA.search(cell[2]) and not stored:
            unstored.add((_column(place[1]), int(place[2])))
    above: dict[tuple[int, int], int] = {}
    for column, top, bottom in _MERGED.findall(xml):
        room = _MOST_MERGED - len(above)
        rows = range(int(top) + 1, min(int(bottom), int(top) + room) + 1)
        above.update({(_column(column), row): int(top) for row in rows})
    return _Marks(frozenset(unstored), above)


def _column(letters: bytes) -> int:
    """Return the number of a column: A is 1, AA is 27."""
    number = 0
    for letter in letters[:3]:
        number = 26 * number + letter - ord("A") + 1
    return number


def _lines(rows: Iterator[Sequence[object]], marks: _Marks) -> Iterator[Line]:
    tops = {(column, top) for (column, _), top in marks.above.items()}
    marked = {*marks.above, *marks.unstored}  # what a row is read with may end before these
    widest = min(max((column for column, _ in marked), default=0), _MOST_COLUMNS)
    kept: dict[tuple[int, int], Scalar] = {}
    for number, row in enumerate(rows, 1):
        if len(row) > _MOST_COLUMNS:
            raise FileError(Reason.TOO_LARGE, "an Excel sheet of too many columns")
        cells = [_cell(value) for value in row]
        cells += [None] * (widest - len(cells))
        for column, cell in enumerate(cells, 1):
            place = (column, number)
            if cell is None and place in marks.above:
                cells[column - 1] = kept.get((column, marks.above[place]))
            elif cell is None and place in marks.unstored:
                cells[column - 1] = _NOT_COMPUTED
            if place in tops:
                kept[place] = cells[column - 1]
        yield Line(number, tuple(cells))


def _same_width(lines: Iterator[Line]) -> Iterator[Line]:
    """Yield the filled lines, all as wide as the widest: a sheet has no other width."""
    filled = [(line.number, line.cells[: _width(line.cells)]) for line in lines if line.is_filled]
    width = max((len(cells) for _, cells in filled), default=0)
    for number, cells in filled:
        yield Line(number, (*cells, *[None] * (width - len(cells))))


def _width(cells: Sequence[Scalar]) -> int:
    return max((number for number, cell in enumerate(cells, 1) if cell is not None), default=0)


def _cell(value: object) -> Scalar:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return sound_cell(value)
    if isinstance(value, float) and value.is_integer():
        return Number(f"{value:.0f}")
    return Number(f"{value}") if isinstance(value, (int, float)) else f"{value}"
