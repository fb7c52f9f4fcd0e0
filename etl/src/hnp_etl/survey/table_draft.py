"""What the columns of tables may be, by their values before their names, and how a recipe says so.

The column that names the most images is the key, the one whose values name discs the level, and
the one with few harmless values the code. Pure.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from hnp_etl.labels.document import Leaf
from hnp_etl.labels.sources.entry import entry_key
from hnp_etl.labels.sources.lines import Line
from hnp_etl.labels.sources.match import loose, tail
from hnp_etl.labels.values import is_missing
from hnp_etl.recipes.grammar import bare
from hnp_etl.recipes.label_table import Entries, Label
from hnp_etl.survey.key_guess import KeyGuesser, level_named
from hnp_etl.survey.masking import harmless_value, is_shown_whole, key_words
from hnp_etl.survey.table_files import TableFile
from hnp_etl.survey.table_sheet import CODE_WORDS, TableSheet, sheets_of

_MOST_CODES = 24
_STEM, _UID = 1, 2
"""What of an image a value names; 0 for nothing."""

_FEW_NAME = 0.2
"""Share of a column's values that must name an image, or a disc, for the column to be a key."""

_RSNA = frozenset(["studyid", "seriesid", "instancenumber"])


def look_at_tables(
    tables: Sequence[TableFile], images: Iterable[tuple[str, str | None]], start: Label
) -> list[TableSheet]:
    """Return what the sheets of tables may be.

    Args:
        tables: as they were read.
        images: stem and SOP Instance UID of each image.
        start: spellings to try first.
    """
    guesser = KeyGuesser(start)
    found = [
        sheet
        for number, table in enumerate(tables, 1)
        for sheet in sheets_of(number, table, guesser)
    ]
    stems = start.model_copy(update={"table": Entries(key="stem")})
    names = {_folded(text, stems): 0 for sheet in found for text in _texts(sheet)}
    for stem, uid in images:
        for text in (stem, uid):
            key = _folded(text, stems) if text else ""
            if key in names:
                names[key] = _STEM if text is stem else _UID
    return [_with_roles(sheet, names, stems, guesser) for sheet in found]


def draft_entries(sheets: Sequence[TableSheet], start: Entries) -> Entries | None:
    """Return how a recipe reads the tables of labels; None when none looks like one."""
    labels = [sheet for sheet in sheets if sheet.is_labels]
    if not labels or are_rsna(sheets):
        return None
    return Entries(
        key="uid" if all(sheet.by_uid for sheet in labels) else "stem",
        column=_columns(labels, [sheet.key for sheet in labels]) or start.column,
        level=_columns(labels, [sheet.level for sheet in labels]) or start.level,
        code=_columns(labels, [sheet.code for sheet in labels]) or start.code,
    )


def are_rsna(sheets: Sequence[TableSheet]) -> bool:
    """Tell whether tables name images by study, series and instance, as those of RSNA 2024 do."""
    return any(set(map(bare, sheet.columns)) >= _RSNA for sheet in sheets)


def _columns(sheets: Sequence[TableSheet], numbers: Sequence[int | None]) -> tuple[str, ...]:
    names = (each.column(number) for each, number in zip(sheets, numbers, strict=True))
    return tuple(dict.fromkeys(name for name in names if name and is_shown_whole(name)))


def rows_of(sheets: Iterable[TableSheet], start: Label) -> Iterator[tuple[Leaf, ...]]:
    """Yield the lines of tables of labels as labels, a disc as if it had a column of its own."""
    aliases = {name: each[0] for name, each in start.levels.items() if each}
    for sheet in sheets:
        if not sheet.is_labels:
            continue
        roles = {sheet.key, sheet.level, sheet.code}
        for line in sheet.lines:
            leaves = [
                Leaf((name,), (cell,))
                for number, (name, cell) in enumerate(zip(sheet.columns, line.cells, strict=False))
                if name and number not in roles
            ]
            disc = level_named(_text(line, sheet.level))
            if disc in aliases and sheet.code is not None and sheet.code < len(line.cells):
                leaves.append(Leaf((aliases[disc],), (line.cells[sheet.code],)))
            yield tuple(leaves)


def _texts(sheet: TableSheet) -> Iterator[str]:
    for line in sheet.lines if sheet.header_line else ():
        yield from (str(cell) for cell in line.cells if not is_missing(cell))


def _folded(text: str, stems: Label) -> str:
    return loose(tail(entry_key(text, stems), 1) or "").removeprefix("path ")


def _text(line: Line, column: int | None) -> str:
    known = column is not None and column < len(line.cells)
    return str(line.cells[column]).strip() if known and column is not None else ""


def _with_roles(
    sheet: TableSheet, names: Mapping[str, int], stems: Label, guesser: KeyGuesser
) -> TableSheet:
    """Return a sheet with what its columns may be."""
    if sheet.header_line is None or not sheet.lines:
        return sheet
    columns = range(len(sheet.columns))
    told = {each: [text for line in sheet.lines if (text := _text(line, each))] for each in columns}
    hits = {each: [names.get(_folded(text, stems), 0) for text in told[each]] for each in columns}
    naming = {each: sum(map(bool, hits[each])) / len(sheet.lines) for each in columns}
    key = max(columns, key=lambda each: (naming[each], -each))
    discs = tuple(each for each in columns if level_named(sheet.columns[each]))
    named = {each: _share_of_discs(told[each]) for each in columns if each not in discs}
    level = max(named, key=lambda each: (named[each], -each), default=None)
    level = level if level is not None and named[level] > _FEW_NAME else None
    free = [each for each in named if each not in (key, level) and sheet.columns[each]]
    code = _code_column(sheet.columns, {each: told[each] for each in free}, guesser)
    return replace(
        sheet,
        key=key if naming[key] > _FEW_NAME else None,
        level=level,
        code=code if level is not None else None,
        discs=discs,
        naming=naming[key],
        by_uid=_UID in hits[key],
    )


def _share_of_discs(texts: Sequence[str]) -> float:
    return sum(level_named(text) is not None for text in texts) / max(1, len(texts))


def _code_column(
    names: Sequence[str], told: Mapping[int, Sequence[str]], guesser: KeyGuesser
) -> int | None:
    """Return the column of codes: few values that could be shown, and named so or the only one."""
    likely = [
        number
        for number, texts in told.items()
        if texts
        and guesser.guess((names[number],)) is None
        and len(set(texts)) <= _MOST_CODES
        and all(map(harmless_value, set(texts)))
    ]
    named = [number for number in likely if set(key_words(names[number])) & CODE_WORDS]
    return named[0] if named else likely[0] if len(likely) == 1 else None
