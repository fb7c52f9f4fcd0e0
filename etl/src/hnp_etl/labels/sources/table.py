"""A CSV or Excel table as rows of leaves, free of any recipe: strict, bounded, never guessing."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence

from hnp_etl.errors import FileError
from hnp_etl.labels.document import Leaf, Number, Scalar, encoding_of
from hnp_etl.labels.sources.rows import Rows, each_alone
from hnp_etl.limits import Limits
from hnp_etl.walking.paths import nfc
from hnp_shared.vocabulary import Reason

_DELIMITERS = ",;\t"
_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 1024  # rows: Excel's own bound
_MOST_UNPACKED = 16
"""Times its size that an Excel file may unpack to its limit; a bomb unpacks to a thousand."""


label_sets = each_alone


def rows(content: bytes, limits: Limits, *, excel: bool) -> Rows:
    """Return the rows of a table.

    Raises:
        FileError: why the file cannot be used.
    """
    return excel_rows(content, limits.label_bytes) if excel else csv_rows(content)


def csv_rows(content: bytes) -> list[tuple[Leaf, ...]]:
    """Return the rows of a CSV file with a header line; `,`, `;` or tab between.

    Raises:
        FileError: BAD_ENCODING, DUPLICATE_KEY or BAD_VALUE.
    """
    text = content.decode(encoding_of(content))
    head = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=head.count)
    try:
        read = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise FileError(Reason.BAD_VALUE, "no sound CSV") from error
    return _rows(read)


def excel_rows(content: bytes, most_bytes: int) -> list[tuple[Leaf, ...]]:
    """Return the rows of the first sheet of an Excel file (.xlsx) with a header line.

    Args:
        content: of the file.
        most_bytes: limit of a label file; unpacked it may be sixteen times that.

    Raises:
        FileError: TOO_LARGE, DUPLICATE_KEY or BAD_VALUE.
    """
    return _rows(_same_width(_cells(content, _MOST_UNPACKED * most_bytes)))


def _cells(content: bytes, most_unpacked: int) -> Iterator[Sequence[object]]:
    """Yield the rows of the first sheet as the library reads them, and what it raises as ours."""
    from openpyxl import load_workbook  # noqa: PLC0415  # an extra: only who has tables needs it

    try:
        _refuse_bomb(content, most_unpacked)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # a file may claim a million rows that are not there
        yield from sheet.iter_rows(max_row=_MOST_ROWS, values_only=True)
    except FileError:
        raise
    except Exception as error:  # over foreign bytes it raises anything
        raise FileError(Reason.BAD_VALUE, "no sound Excel file") from error


def _refuse_bomb(content: bytes, most_unpacked: int) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        unpacked = sum(item.file_size for item in packed.infolist())
    if unpacked > most_unpacked:
        raise FileError(Reason.TOO_LARGE, "an Excel file that unpacks to too much")


def _same_width(rows: Iterable[Sequence[object]]) -> Iterator[list[Scalar]]:
    """Yield rows without the empty cells behind them, then as wide as the first, the header."""
    width = 0
    for row in rows:
        if len(row) > _MOST_COLUMNS:
            raise FileError(Reason.TOO_LARGE, "an Excel sheet of too many columns")
        cells = [_cell(value) for value in row]
        while cells and cells[-1] is None:
            cells.pop()
        width = width or len(cells)
        yield cells + [None] * (width - len(cells))


def _cell(value: object) -> Scalar:
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, float) and value.is_integer():
        return Number(f"{value:.0f}")
    return Number(f"{value}") if isinstance(value, (int, float)) else f"{value}"


def _rows(table: Iterable[Sequence[Scalar]]) -> list[tuple[Leaf, ...]]:
    lines = _filled(table)
    columns = [nfc(str(name)).strip() if name else "" for name in next(lines, ())]
    named = [name for name in columns if name]
    if len(set(named)) != len(named):
        raise FileError(Reason.DUPLICATE_KEY, "a table has a column twice")
    if not named:
        raise FileError(Reason.BAD_VALUE, "a table without a header line")
    found = []
    for line in lines:
        if len(line) != len(columns):
            raise FileError(Reason.BAD_VALUE, "a line has other columns than the header")
        pairs = zip(columns, line, strict=True)
        found.append(tuple(Leaf((name,), (value,)) for name, value in pairs if name))
    return found


def _filled(table: Iterable[Sequence[Scalar]]) -> Iterator[Sequence[Scalar]]:
    return (line for line in table if any(value not in ("", None) for value in line))
