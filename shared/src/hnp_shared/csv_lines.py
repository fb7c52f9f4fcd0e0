"""A CSV as lines of cells, however a spreadsheet saved it. Pure.

Spreadsheets change the encoding and the separator, quote cells, fill lines up with empty ones,
break lines within a cell, and make cells of comment lines too.
"""

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from hnp_shared.errors import InputError

SEPARATORS = (",", ";", "\t")
"""What spreadsheets put between cells: the comma, or what the language of the computer asks for."""

_NO_TEXT = {
    b"PK\x03\x04": "an Excel workbook or another zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"\x1f\x8b": "a gzip archive",
    b"PAR1": "a Parquet file",
}
"""First bytes of what is given in the place of a CSV."""

Cells = Sequence[str]


class Line(NamedTuple):
    """One line that says something.

    Attributes:
        number: of its first line in the file, from 1.
        cells: without the empty ones at its end; stripped unless it is a comment.
    """

    number: int
    cells: Cells

    @property
    def is_comment(self) -> bool:
        """Whether it begins with ``#``."""
        return self.cells[0].startswith("#")


def decode(content: bytes, *, role: str) -> str:
    """Return the text of a CSV: UTF-8, UTF-16 (Excel's "Unicode Text") or CP949 (Korean Excel).

    Args:
        content: of the file.
        role: what the file is, for messages.

    Raises:
        InputError: it is no text, or in another encoding.
    """
    for mark, kind in _NO_TEXT.items():
        if content.startswith(mark):
            raise InputError(f"{role} is {kind}, expected CSV (in spreadsheets: CSV UTF-8)")
    for encoding in _encodings_of(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise InputError(f"{role} is no UTF-8 text, expected CSV (in spreadsheets: CSV UTF-8)")


def parse_lines(text: str, is_header: Callable[[Cells], bool], *, role: str) -> list[Line]:
    """Return the lines that are not empty.

    Args:
        text: of the file.
        is_header: tells the line that names the columns, and so what separates cells.
        role: what the file is, for messages.

    Raises:
        InputError: a line is none of a CSV; names it.
    """
    lines = list(_whole_lines(text))
    separator = next(
        (one for _, line in lines for one in SEPARATORS if is_header(_cells(line, one) or ())),
        ",",
    )
    found = []
    for number, line in lines:
        cells = _cells(line, separator)
        if cells is None:
            raise InputError(f"{role}, line {number}: no line of a CSV, a cell is too long")
        if cells:
            found.append(Line(number, cells))
    return found


def _encodings_of(content: bytes) -> Sequence[str]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    if b"\0" in content[:2]:  # a letter of ASCII without a mark before it
        return ("utf-16-be" if content[:1] == b"\0" else "utf-16-le",)
    return ("utf-8-sig", "cp949")


def _whole_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield lines with their numbers; a cell in quotes may hold ends of lines."""
    lines = list(io.StringIO(text, newline=None))
    first = 0
    while first < len(lines):
        after = _end_of(lines, first)
        yield first + 1, "".join(lines[first:after]).removesuffix("\n")
        first = after


def _end_of(lines: list[str], first: int) -> int:
    """Return the line after the one that begins here: a quote that stays open opens nothing."""
    if lines[first].count('"') % 2 == 0 or lines[first].startswith("#"):
        return first + 1
    closing = (number for number in range(first + 1, len(lines)) if lines[number].count('"') % 2)
    return next(closing, first) + 1


def _cells(line: str, separator: str) -> Cells | None:
    """Return a line's cells, none of them of Excel's own first line; None when one is too long.

    A whole line may be one cell.
    """
    if line.startswith("sep="):
        return []
    try:
        cells = _filled(next(csv.reader([line], delimiter=separator), []))
        if len(cells) == 1 and cells[0] != line:
            cells = _filled(next(csv.reader(cells), []))
    except csv.Error:
        return None
    is_comment = cells and cells[0].startswith("#")
    return cells if is_comment else [cell.strip() for cell in cells]


def _filled(cells: list[str]) -> list[str]:
    while cells and not cells[-1].strip():
        cells = cells[:-1]
    return cells
