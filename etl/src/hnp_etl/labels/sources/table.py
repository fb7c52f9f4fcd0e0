"""A CSV or Excel table with one row an image, under a recipe: a wrong line costs that line."""

from collections.abc import Iterable, Iterator, Sequence

from hnp_etl.errors import FileError
from hnp_etl.labels.sources.csv_lines import csv_sheet
from hnp_etl.labels.sources.entry import Entry, entries, level_of
from hnp_etl.labels.sources.excel_lines import excel_sheets
from hnp_etl.labels.sources.header import (
    LOOKED_AT,
    Header,
    column_name,
    find_header,
    known_names,
)
from hnp_etl.labels.sources.lines import Sheet, refusal_to_json, sheets_from_json, sheets_to_json
from hnp_etl.labels.sources.rows import ZIP, LabelFile, LabelSet
from hnp_etl.labels.sources.table_lines import line_entries
from hnp_etl.limits import Limits
from hnp_etl.recipes.label_table import Label
from hnp_shared.vocabulary import Reason

_OLE = b"\xd0\xcf\x11\xe0"
"""How an Excel file of before 2007 begins, or one under a password ([MS-CFB] 2.2)."""

_MOST_UNPACKED = 16
"""Times its size that an Excel file may unpack to its limit; a bomb unpacks to a thousand."""


def read_table(content: bytes, limits: Limits) -> list[Sheet]:
    """Return the sheets of a table, told by its first bytes; a CSV file is one.

    Raises:
        FileError: why the file cannot be used.
    """
    if content.startswith(_OLE):
        what = "found an old or locked Excel file, expected .xlsx without a password, or .csv"
        raise FileError(Reason.BAD_VALUE, what)
    if content.startswith(ZIP):
        return excel_sheets(content, _MOST_UNPACKED * limits.label_bytes)
    return [csv_sheet(content)]


def read(content: bytes, limits: Limits) -> str:
    """Return the sheets of a table as a text for the private state, or why it has none."""
    try:
        return sheets_to_json(read_table(content, limits))
    except FileError as error:
        return refusal_to_json(error)  # so that explain can say what was found


def label_sets(files: Iterable[LabelFile], recipe: Label) -> Iterator[LabelSet]:
    """Yield what every table says by itself; its images may lie anywhere."""
    for file in files:
        try:
            yield label_set(file.number, sheets_from_json(file.text), recipe)
        except FileError as error:
            yield LabelSet(file.number, (file.number,), (), refused=error)


def label_set(number: int, sheets: Sequence[Sheet], recipe: Label) -> LabelSet:
    """Return what one table says: all its sheets that name the columns of the recipe."""
    found: list[Entry | FileError] = []
    refused: list[tuple[Sheet, FileError]] = []
    headers: list[Header] = []
    for count, sheet in enumerate(sheets, 1):
        where = f"sheet {count}, " if len(sheets) > 1 else ""
        try:
            headers.append(header := find_header(sheet, recipe))
            found += line_entries(sheet, header, recipe, where)
        except FileError as error:
            refused.append((sheet, FileError(error.reason, where + error.what)))
    named = entries((each for each in found if isinstance(each, Entry)), recipe)
    faults = [each for each in found if isinstance(each, FileError)]
    whole_table = None if headers else _of_all([error for _, error in refused])
    if faults and not named:
        whole_table = faults[0]
    faults += [error for sheet, error in refused if _is_meant(sheet, headers, recipe)]
    told = tuple(fault.what for fault in faults)
    return LabelSet(number, (number,), named, refused=whole_table, faults=told)


def _is_meant(sheet: Sheet, headers: Sequence[Header], recipe: Label) -> bool:
    """Tell whether a sheet that is refused beside others is one of labels, and no legend.

    It has a header of which the recipe knows something, or goes on without one.
    """
    lines = [line.cells for line in sheet.lines[:LOOKED_AT]]
    if any(known_names(tuple(map(column_name, cells)), recipe) > 1 for cells in lines):
        return True
    columns = {each for header in headers for each in header.level}
    return any(
        column < len(cells) and level_of(cells[column], recipe) is not None
        for column in columns
        for cells in lines[:1]
    )


def _of_all(refused: Sequence[FileError]) -> FileError:
    """Return why none of the sheets says anything."""
    if not refused:
        return FileError(Reason.BAD_VALUE, "found no sheet that is shown")
    return FileError(refused[0].reason, "; ".join(dict.fromkeys(each.what for each in refused)))
