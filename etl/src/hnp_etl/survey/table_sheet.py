"""Sheets of tables, with the line that looks like their header. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hnp_etl.labels.document import Scalar
from hnp_etl.labels.sources.decimals import with_points
from hnp_etl.labels.sources.header import LOOKED_AT, column_name
from hnp_etl.labels.sources.lines import Line, Sheet
from hnp_etl.labels.sources.table_lines import SIZES
from hnp_etl.survey.key_guess import KeyGuesser, level_named
from hnp_etl.survey.masking import key_words
from hnp_etl.survey.table_files import TableFile

_LOOKED_THROUGH = 20_000
"""Lines of a sheet that are looked at."""

_CODES = """code grade grading severity stenosis finding findings label class diagnosis dx result
    score herniation hnp status reading 코드 등급 판정 소견 진단 중증도 결과"""
_KEYS = "file filename image img path dcm dicom slice uid stem name study series 파일 영상"
_LEVELS = "level disc disk segment 레벨 부위 디스크 추간판"
CODE_WORDS = frozenset(_CODES.split())
"""Words in the names of columns of codes."""
_HEADER_WORDS = frozenset([*_KEYS.split(), *_LEVELS.split(), *CODE_WORDS])


@dataclass(frozen=True, slots=True)
class TableSheet:
    """One sheet with a header.

    Attributes:
        number: of the table, from 1; sheet likewise.
        lines: below the header.
        header_line: its number in the file; None when no line looks like one.
        columns: their names; empty for one without.
        key, level, code: the columns that may be these, from 0; None for none.
        discs: columns of single discs.
        naming: share of the lines that name an image.
        by_uid: whether the key is a SOP Instance UID.
        refused: why a table has no sheets.
    """

    number: int
    sheet: int
    lines: tuple[Line, ...] = ()
    header_line: int | None = None
    columns: tuple[str, ...] = ()
    key: int | None = None
    level: int | None = None
    code: int | None = None
    discs: tuple[int, ...] = ()
    naming: float = 0.0
    by_uid: bool = False
    refused: str | None = None

    @property
    def is_labels(self) -> bool:
        """Whether it names images and tells discs with codes."""
        told = self.discs or None not in (self.level, self.code)
        return self.key is not None and bool(told)

    def column(self, number: int | None) -> str | None:
        """Return the name of a column."""
        return None if number is None else self.columns[number]


def sheets_of(number: int, table: TableFile, guesser: KeyGuesser) -> Iterator[TableSheet]:
    """Yield the sheets of a table; one without a header has its lines alone."""
    if table.refused is not None or not table.sheets:
        yield TableSheet(number, 1, refused=table.refused or "found no sheet that is shown")
    for count, sheet in enumerate(table.sheets, 1):
        index = _header_index(sheet)
        if index is None:
            yield TableSheet(number, count, sheet.lines)
        else:
            head, lines = sheet.lines[index], sheet.lines[index + 1 :][:_LOOKED_THROUGH]
            names = tuple(map(column_name, head.cells))
            if sheet.commas:
                lines = _pointed(lines, names, guesser)
            yield TableSheet(number, count, lines, head.number, names)


def _pointed(lines: Sequence[Line], names: Sequence[str], guesser: KeyGuesser) -> tuple[Line, ...]:
    """Return lines with a point for each decimal comma of an age or a width."""
    guesses = [guesser.guess((name,)) for name in names]
    sizes = {number for number, guess in enumerate(guesses) if guess and guess.field in SIZES}
    lists = frozenset(range(len(names))) - sizes  # a code of "3,0" may be two
    return tuple(Line(number, with_points(cells, sizes, lists)) for number, cells in lines)


def _header_index(sheet: Sheet) -> int | None:
    """Return the first line that is all words, as wide as most, and has words that are known."""
    lines = sheet.lines[:LOOKED_AT]
    width = max((sum(map(_is_said, line.cells)) for line in lines), default=0)
    for index, line in enumerate(lines):
        said = [str(cell) for cell in line.cells if _is_said(cell)]
        words = {word for cell in said for word in key_words(cell)}
        discs = sum(
            level_named(cell) is not None for cell in said
        )  # a line of data names one or two
        known = bool(words & _HEADER_WORDS) or discs > 2
        plain = not any(cell.replace(".", "").strip().isdecimal() for cell in said)
        if len(said) > 1 and len(said) >= width - 1 and plain and known:
            return index
    return None


def _is_said(cell: Scalar) -> bool:
    return cell not in (None, "")
