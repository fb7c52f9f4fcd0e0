"""The three tables of RSNA 2024: coordinates, series and severities, joined to labels. Pure.

SOP Instance UIDs repeat across series there and instance numbers are no order: an image is named
by study, series and instance number, which is its path. Source: the data set's description.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from hnp_etl.descriptions.series import read_series_text
from hnp_etl.errors import FileError
from hnp_etl.imaging import Weighting
from hnp_etl.labels.document import Leaf, Scalar
from hnp_etl.labels.sources.csv_lines import csv_sheet
from hnp_etl.labels.sources.decimals import with_points
from hnp_etl.labels.sources.entry import Entry, level_of
from hnp_etl.labels.sources.header import LOOKED_AT, column_name, shown_columns
from hnp_etl.labels.sources.lines import Sheet, sheets_from_json, sheets_to_json
from hnp_etl.labels.sources.match import path_key
from hnp_etl.labels.sources.rows import LabelFile, LabelSet, Pointed
from hnp_etl.labels.sources.rsna_severities import Severities
from hnp_etl.labels.values import is_missing
from hnp_etl.limits import Limits
from hnp_etl.recipes.grammar import bare, whole
from hnp_etl.recipes.grammar import number as number_of
from hnp_etl.recipes.label_table import Label
from hnp_shared.vocabulary import LEVEL_NAMES, Reason

Row = Mapping[str, Scalar]


def read(content: bytes, limits: Limits) -> str:  # noqa: ARG001  # a label file is small enough
    """Return the lines of one of the tables as a text for the private state.

    Raises:
        FileError: why the file cannot be used.
    """
    return sheets_to_json([csv_sheet(content)])


def label_sets(files: Iterable[LabelFile], recipe: Label) -> Iterator[LabelSet]:
    """Yield what the tables say together; the last that places images stands for all.

    A table that lacks a column is refused beside.
    """
    tables, places, parts = Tables(recipe, Severities(recipe)), None, list[int]()
    refused: dict[int, str] = {}
    for file in files:
        parts.append(file.number)
        try:
            placed = tables.add(file.number, sheets_from_json(file.text)[0])
        except FileError as error:
            refused[file.number] = error.what
            continue
        if placed or places is None:
            places = file.number
    if not tables.severe:  # one table with the severities is enough
        refused |= tables.without_severities
    for number, what in refused.items():
        yield LabelSet(number, (number,), (), refused=FileError(Reason.BAD_VALUE, what))
    if places is not None:
        parts = [number for number in parts if number not in refused]
        weightings = ((series, each.value) for series, each in tables.weightings.items())
        yield LabelSet(
            places,
            parts,
            tables.entries(),
            weightings=weightings,
            faults=tables.faults,
            points=tables.points,
            label_at=lambda image, level: tables.entry(image, {LEVEL_NAMES[level]}),
        )


@dataclass(slots=True)
class Tables:
    """Rows of the three tables, told apart by their columns.

    Attributes:
        recipe: names discs and the condition whose severities are wanted.
        severities: what tables state of it.
        severe: whether a table has columns of that condition.
        without_severities: tables of studies that have none -> what was expected.
        levels: study/series/instance -> levels.
        points: of discs.
        weightings: study/series -> weighting.
        faults: what is wrong in single lines.
    """

    recipe: Label
    severities: Severities
    severe: bool = False
    without_severities: dict[int, str] = field(default_factory=dict)
    levels: dict[str, set[str]] = field(default_factory=dict)
    points: list[Pointed] = field(default_factory=list)
    weightings: dict[str, Weighting] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def add(self, number: int, sheet: Sheet) -> bool:
        """Take in one table; True if it places images. One of other columns says nothing.

        Raises:
            FileError: BAD_VALUE; it lacks a column.
        """
        placed, names, places = len(self.levels), tuple[str, ...](), set[int]()
        for index, line in enumerate(sheet.lines):
            cells = tuple(map(column_name, line.cells))
            if not names and index < LOOKED_AT and "studyid" in set(map(bare, cells)):
                names = cells
                places = {index for index, name in enumerate(cells) if bare(name) in ("x", "y")}
                self._check(number, names)
            elif names and len(cells) == len(names):
                row = with_points(line.cells, places, ()) if sheet.commas else line.cells
                self._add(dict(zip(map(bare, names), row, strict=True)), line.number)
            elif names and not (cells[0] == "" or str(line.cells[0]).startswith("#")):
                told = f"line {line.number} has {len(cells)} columns, the header {len(names)}"
                self.faults.append(told)
        return len(self.levels) > placed

    def entries(self) -> Iterator[Entry]:
        """Yield one entry for each image that the coordinates name."""
        for image, levels in self.levels.items():
            yield self.entry(image, levels)

    def entry(self, image: str, levels: Iterable[str]) -> Entry:
        """Return what the tables say of an image at some discs."""
        try:
            return Entry(f"path {image}", tuple(self._cells(image.partition("/")[0], levels)))
        except FileError as error:
            return Entry(f"path {image}", None, error.reason, "its study", error.what)

    def _check(self, number: int, names: tuple[str, ...]) -> None:
        """Refuse a table of coordinates without instances; note one without severities."""
        bares, found = set(map(bare, names)), f"found columns {shown_columns(names)}; expected"
        if {"seriesid", "level"} <= bares and "instancenumber" not in bares:
            raise FileError(Reason.BAD_VALUE, f"{found} instance_number")
        severe = any(map(self.severities.names, bares))
        self.severe |= severe
        if "seriesid" not in bares and not severe:
            what = f"{found} columns that begin with the recipe's label.condition"
            self.without_severities[number] = what

    def _add(self, row: Row, line: int) -> None:
        study, series = _number(row, "study_id"), _number(row, "series_id")
        level = row.get("level")
        if series and not is_missing(level, self.recipe.missing_words):
            image = path_key(f"{study}/{series}/{_number(row, 'instance_number')}")
            self._point(row, image, line)
            self.levels.setdefault(image, set()).add(str(level).strip())
        elif series:
            weighting = read_series_text(_text(row, "series_description")).weighting
            if weighting is not None:
                self.weightings[path_key(f"{study}/{series}")] = weighting
        elif study:
            self.severities.add(study, row)

    def _point(self, row: Row, image: str, line: int) -> None:
        """Note where the image shows the disc."""
        disc = level_of(row.get("level"), self.recipe)
        if disc is None:
            self.faults.append(f"line {line} names a level that [label.levels] does not know")
            return
        x, y = (number_of(_text(row, name)) for name in ("x", "y"))
        aside = "foramin" in bare(_text(row, "condition"))
        if x is not None and y is not None:
            self.points.append(Pointed(image, LEVEL_NAMES.index(disc), x, y, aside))

    def _cells(self, study: str, levels: Iterable[str]) -> Iterator[Leaf]:
        stated = {bare(level) for level in levels}
        for name in LEVEL_NAMES:
            aliases = self.recipe.levels.get(name, ())
            if stated & {bare(alias) for alias in (name, *aliases)} and aliases:
                yield Leaf((aliases[0],), (self.severities.at(study, name),))


def _number(row: Row, column: str) -> str:
    """Return an id; tables that went through other programs hold them as floats."""
    return whole(_text(row, column))


def _text(row: Row, column: str) -> str:
    value = row.get(bare(column))
    return "" if is_missing(value) else str(value).strip()
