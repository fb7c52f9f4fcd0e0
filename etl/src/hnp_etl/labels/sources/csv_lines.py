"""A CSV file as lines: what stands between the values is found by looking at the lines."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from hnp_etl.errors import FileError
from hnp_etl.labels.document import encoding_of
from hnp_etl.labels.sources.lines import Line, NoValue, Sheet, sound_cell
from hnp_etl.labels.sources.table_bounds import refuse_many_cells
from hnp_shared.vocabulary import Reason

_DELIMITERS = ",;\t|"
_LOOKED_AT = 64
"""Lines by which the delimiter is found: more than a title and a legend take."""

# "sep=;" in the first line, bare or quoted: Excel's word to itself.
_SEPARATOR = re.compile(r'"?sep=(.)"?[ ,;\t|]*(?:\r\n|\r|\n|$)', re.IGNORECASE)
_PADDING = "\0\x1a"
"""NULs of a file that was made longer, and the end mark of DOS."""


def csv_sheet(content: bytes) -> Sheet:
    """Return the lines of a CSV file; `,`, `;`, tab or `|` between.

    A line with a quote that does not end becomes one cell without a value.

    Raises:
        FileError: BAD_ENCODING or TOO_LARGE.
    """
    refuse_many_cells(content)
    text = content.decode(encoding_of(content)).rstrip(_PADDING)
    if 4 * text.count("\0") > len(text) > 0:
        what = "found a NUL beside each letter, expected UTF-8, or UTF-16 with its mark"
        raise FileError(Reason.BAD_ENCODING, what)
    stated = _SEPARATOR.match(text)
    first = 2 if stated else 1
    body = text[stated.end() :] if stated else text
    delimiter = stated[1] if stated else _delimiter(body)
    lines = _whole(body, delimiter, first) or list(_each_alone(body, delimiter, first))
    return Sheet("", tuple(line for line in lines if line.is_filled), delimiter != ",")


def _delimiter(text: str) -> str:
    """Return what makes the most lines equally wide, the wider the better."""
    head = list(islice(io.StringIO(text, newline=""), _LOOKED_AT))
    return max(_DELIMITERS, key=lambda mark: _evenness(head, mark))


def _evenness(head: Sequence[str], delimiter: str) -> tuple[int, int]:
    try:
        widths = Counter(map(len, csv.reader(head, delimiter=delimiter)))
    except csv.Error:
        return (0, 0)
    return max(((count, width) for width, count in widths.items() if width > 1), default=(0, 0))


def _whole(text: str, delimiter: str, first: int) -> list[Line]:
    """Return all lines, none where a quote does not end; `a, "b, c"` opens one after a blank."""
    for is_loose in (True, False) if f'{delimiter} "' in text else (False,):
        try:
            return list(_lines(text, delimiter, first, is_loose=is_loose))
        except csv.Error:
            continue
    return []


def _lines(text: str, delimiter: str, first: int, *, is_loose: bool = False) -> Iterator[Line]:
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=is_loose
    )
    start = first
    for cells in reader:  # a value in quotes may go over several lines: the first one counts
        yield Line(start, tuple(map(sound_cell, cells)))
        start = first + reader.line_num


def _each_alone(text: str, delimiter: str, first: int) -> Iterator[Line]:
    """Yield the lines one by one, so that a lost quote costs its own line only."""
    for number, line in enumerate(io.StringIO(text, newline=""), first):
        try:
            yield from _lines(line, delimiter, number)
        except csv.Error:
            yield Line(number, (NoValue("a quote that does not end"),))
