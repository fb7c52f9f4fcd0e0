"""The header line of a table: where the recipe's columns stand, looked for once. Pure."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from hnp_etl.errors import FileError
from hnp_etl.labels.document import Scalar
from hnp_etl.labels.sources.lines import Line, Sheet
from hnp_etl.recipes.grammar import bare
from hnp_etl.recipes.label_table import Label
from hnp_etl.walking.paths import nfc
from hnp_shared.vocabulary import Reason

LOOKED_AT = 64
"""Filled lines among which the header is looked for; titles and legends stand above it."""

_MOST_NAMED = 12
_AROUND = " \t\r\n\xa0\u200b\ufeff"
"""What may stand around a name unseen: a second mark of the encoding, say."""

# A name of a column as it may be told: short, and no number that a person could have.
_PLAIN_NAME = re.compile(r"(?!.*\d{5})[\w .,()/%-]{1,32}")


class Header(NamedTuple):
    """The header of a table.

    Attributes:
        line: its place in the sheet's lines, from 0.
        names: of all columns; empty for one without.
        key: columns, from 0, that may name the image, in the recipe's order; likewise level, code.
        wide: columns of single discs.
        frame: columns that may name a frame of the image.
    """

    line: int
    names: tuple[str, ...]
    key: tuple[int, ...]
    level: tuple[int, ...]
    code: tuple[int, ...]
    wide: tuple[int, ...]
    frame: tuple[int, ...]


def find_header(sheet: Sheet, recipe: Label) -> Header:
    """Return the first line that names the columns the recipe needs.

    Raises:
        FileError: BAD_VALUE; says which columns were found and expected. DUPLICATE_KEY.
    """
    lines = sheet.lines[:LOOKED_AT]
    for index, line in enumerate(lines):
        header = _read(index, line, recipe)
        named = [name for name in header.names if name]
        if header.key and len(named) > 1 and len(set(named)) != len(named):
            raise FileError(Reason.DUPLICATE_KEY, "found a column twice, expected one of each name")
        if header.key and not _missing(header, recipe):
            return header
    raise FileError(Reason.BAD_VALUE, _what(lines, recipe))


def known_names(names: Sequence[str], recipe: Label) -> int:
    """Return how many names of columns the recipe knows; a line of data may hold one disc."""
    discs = {bare(alias) for aliases in recipe.levels.values() for alias in aliases}
    wide = sum(bare(name) in discs for name in names if name)
    return _named_columns(names, recipe) + (wide if wide > 1 else 0)


def _named_columns(names: Sequence[str], recipe: Label) -> int:
    """Return how many columns a line names that are no discs: a line of data names those too."""
    table = recipe.table
    groups = (table.column, table.level, table.code, *recipe.fields.values())
    known = {bare(alias) for aliases in groups for alias in aliases}
    return sum(bare(name) in known for name in names if name)


def column_name(cell: Scalar) -> str:
    """Return a cell of a header as a name: `#file` is a comment's mark and a name."""
    return nfc(str(cell)).strip(_AROUND).lstrip("#").strip() if cell not in (None, "") else ""


def shown_columns(names: Sequence[str]) -> str:
    """Return names of columns as they may be told: long ones and those with numbers as `?`."""
    told = [name if _PLAIN_NAME.fullmatch(name) else "?" for name in names if name]
    more = [f"{len(told) - _MOST_NAMED} more"] if len(told) > _MOST_NAMED else []
    return ", ".join(told[:_MOST_NAMED] + more)


def _read(index: int, line: Line, recipe: Label) -> Header:
    names, table = tuple(map(column_name, line.cells)), recipe.table
    key, level, code = (_columns(names, each) for each in (table.column, table.level, table.code))
    wide = sum((_columns(names, each) for each in recipe.levels.values()), start=())
    return Header(index, names, key, level, code, wide, _columns(names, table.frame))


def _columns(names: Sequence[str], aliases: Sequence[str]) -> tuple[int, ...]:
    return tuple(
        number
        for alias in aliases
        for number, name in enumerate(names)
        if name and bare(name) == bare(alias)
    )


def _missing(header: Header, recipe: Label) -> str | None:
    """Return what is expected and not there, None when the table tells discs and codes."""
    if header.wide or (header.level and header.code):
        return None
    if header.level:
        return f"{' or '.join(recipe.table.code)} for the code (label.table.code)"
    named = " or ".join(recipe.table.level)
    long = f"{named} for the disc (label.table.level), or " if named else ""
    return f"{long}a column a disc ([label.levels])"


def _what(lines: Sequence[Line], recipe: Label) -> str:
    """Return what the most likely header names, and what it lacks."""
    read = [_read(index, line, recipe) for index, line in enumerate(lines)]
    best = max(read, key=lambda each: known_names(each.names, recipe), default=None)
    key = f"{' or '.join(recipe.table.column)} for the image (label.table.column)"
    if best is None or not _named_columns(best.names, recipe):
        return f"found no header in the first {len(lines)} lines; expected {key}"
    missing = (None if best.key else key, _missing(best, recipe))
    expected = " and ".join(each for each in missing if each)
    return f"found columns {shown_columns(best.names)}; expected {expected}"
