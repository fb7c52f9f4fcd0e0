"""A hospital's table as lines that each name somebody by a key, however it was saved. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from hnp_etl.further.wanted import Wanted
from hnp_etl.labels.document import Scalar
from hnp_etl.labels.sources.decimals import with_points
from hnp_etl.labels.sources.header import LOOKED_AT, column_name, shown_columns
from hnp_etl.labels.sources.lines import Line, NoValue, Sheet
from hnp_etl.labels.values import is_boolean, is_missing
from hnp_etl.recipes.grammar import bare, identifier
from hnp_etl.walking.paths import nfc
from hnp_shared.errors import InputError


@dataclass(frozen=True, slots=True)
class Asked:
    """What the header must name.

    Attributes:
        key: names of the column of the key, any of them.
        columns: that are wanted.
        hospital: name of the column that tells the hospital of each line; None for none.
        missing: words for a missing value, beside the usual ones.
    """

    key: Sequence[str]
    columns: Sequence[Wanted]
    hospital: str | None = None
    missing: frozenset[str] = frozenset()


class KeyedLine(NamedTuple):
    """One line of the table.

    Attributes:
        place: for people, `line 7`.
        key: as identifiers are compared; None where the line has none.
        hospital: as the line tells it; None where none was asked for.
        cells: of the wanted columns, in their order.
    """

    place: str
    key: str | None
    hospital: str | None
    cells: tuple[Scalar, ...]


class _Columns(NamedTuple):
    """Where columns stand in a sheet: line of the header, then columns from 0."""

    header: int
    width: int
    key: int
    hospital: int | None
    wanted: tuple[int, ...]


def keyed_lines(sheets: Sequence[Sheet], asked: Asked) -> list[KeyedLine]:
    """Return the lines of all sheets that name the key and every wanted column.

    Raises:
        InputError: no sheet does, a name stands twice, or a line is wider than the header.
    """
    found: list[KeyedLine] = []
    read = 0
    for number, sheet in enumerate(sheets, 1):
        columns = _columns(sheet, asked)
        if columns is not None:
            read += 1
            where = f"sheet {number}, " if len(sheets) > 1 else ""
            found += _lines(sheet, columns, asked, where)
    if not read:
        raise InputError(_lacking(sheets, asked))
    return found


def _columns(sheet: Sheet, asked: Asked) -> _Columns | None:
    for index, line in enumerate(sheet.lines[:LOOKED_AT]):
        names = [bare(column_name(cell)) for cell in line.cells]
        keys = _places(names, asked.key)
        headers = [each.header for each in asked.columns]
        headers += [asked.hospital] if asked.hospital else []
        wanted = [_places(names, [each]) for each in headers]
        if not keys or not all(wanted):
            continue
        twice = [each for each, places in zip(headers, wanted, strict=True) if places[1:]]
        if twice or keys[1:]:
            named = shown_columns(twice or [column_name(line.cells[place]) for place in keys])
            raise InputError(
                f"the table names {named} {'twice' if twice else 'as columns of the key'}, "
                f"expected one{'' if twice else '; --key-column NAME says which'}"
            )
        width = max(number for number, name in enumerate(names, 1) if name)
        first = tuple(places[0] for places in wanted)
        hospital = first[-1] if asked.hospital else None
        return _Columns(index, width, keys[0], hospital, first[: len(asked.columns)])
    return None


def _places(names: Sequence[str], aliases: Sequence[str]) -> list[int]:
    said = {bare(alias) for alias in aliases}
    return [place for place, name in enumerate(names) if name and name in said]


def _lines(sheet: Sheet, columns: _Columns, asked: Asked, where: str) -> Iterator[KeyedLine]:
    for line in sheet.lines[columns.header + 1 :]:
        place = f"{where}line {line.number}"
        cells = _filled(line, columns.width, place)
        if sheet.commas:
            cells = with_points(cells, sizes=set(columns.wanted), lists=())
        key = _key(cells[columns.key], asked.missing)
        said = None if columns.hospital is None else nfc(str(cells[columns.hospital] or "")).strip()
        yield KeyedLine(place, key, said, tuple(cells[column] for column in columns.wanted))


def _filled(line: Line, width: int, place: str) -> Sequence[Scalar]:
    """Return as many cells as the header has; what stands behind them would be of no column."""
    cells = list(line.cells)
    while len(cells) > width and cells[-1] in ("", None):
        cells.pop()
    if len(cells) > width or (len(cells) == 1 < width and isinstance(cells[0], NoValue)):
        raise InputError(
            f"the table, {place}: found {len(cells)} values under a header of {width} columns, "
            "expected as many; is a quote or a separator lost?"
        )
    return [*cells, *[None] * (width - len(cells))]


def _key(cell: Scalar, missing: frozenset[str]) -> str | None:
    if isinstance(cell, NoValue) or is_missing(cell, missing) or is_boolean(cell):
        return None
    return identifier(str(cell))


def _lacking(sheets: Sequence[Sheet], asked: Asked) -> str:
    """Return what the likeliest header names, and what it lacks."""
    wanted = [[each.header] for each in asked.columns]
    wanted += [[asked.hospital]] if asked.hospital else []
    lines = [line for sheet in sheets for line in sheet.lines[:LOOKED_AT]]
    best = max(lines, key=lambda line: _score(line, [list(asked.key), *wanted]), default=None)
    names = [] if best is None else list(map(column_name, best.cells))
    known = [bare(name) for name in names]
    lacking = [aliases[0] for aliases in wanted if not _places(known, aliases)]
    if not _places(known, asked.key):
        lacking.insert(0, f"one for the key ({' or '.join(asked.key)}; or give --key-column NAME)")
    if best is None or not _score(best, [list(asked.key), *wanted]):
        return f"found no header in the table, expected columns {', '.join(lacking)}"
    return f"the table has columns {shown_columns(names)}, expected also {', '.join(lacking)}"


def _score(line: Line, groups: Sequence[Sequence[str]]) -> int:
    names = [bare(column_name(cell)) for cell in line.cells]
    return sum(bool(_places(names, group)) for group in groups)
