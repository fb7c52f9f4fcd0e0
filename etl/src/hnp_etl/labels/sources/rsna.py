"""The three tables of RSNA 2024: coordinates, series and severities, joined to labels. Pure.

SOP Instance UIDs repeat across series there and instance numbers are no order: an image is named
by study, series and instance number, which is its path. Source: the data set's description.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from hnp_etl.descriptions.series import read_series_text
from hnp_etl.grammar import bare
from hnp_etl.imaging import Weighting
from hnp_etl.labels.document import Leaf, Scalar
from hnp_etl.labels.sources.entry import Entry
from hnp_etl.labels.sources.match import path_key
from hnp_etl.labels.sources.rows import LabelFile, LabelSet, Rows
from hnp_etl.labels.sources.table import csv_rows
from hnp_etl.labels.values import is_missing
from hnp_etl.limits import Limits
from hnp_etl.recipes.recipe import Label
from hnp_shared.vocabulary import LEVEL_NAMES

Row = dict[str, Scalar]


def rows(content: bytes, limits: Limits, *, excel: bool) -> Rows:  # noqa: ARG001  # CSV alone
    """Return the rows of one of the tables.

    Raises:
        FileError: why the file cannot be used.
    """
    return csv_rows(content)


def label_sets(files: Iterable[LabelFile], recipe: Label) -> Iterator[LabelSet]:
    """Yield what the tables say together; the last that places images stands for all."""
    tables, places, read = Tables(), None, list[int]()
    for file in files:
        read.append(file.number)
        if tables.add(file.rows) or places is None:
            places = file.number
    if places is not None:
        weightings = ((series, each.value) for series, each in tables.weightings.items())
        yield LabelSet(places, read, tables.entries(recipe), weightings=weightings)


@dataclass(slots=True)
class Tables:
    """Rows of the three tables, told apart by their columns.

    Attributes:
        severities: (study, condition and level) -> severity.
        levels: study/series/instance -> levels.
        weightings: study/series -> weighting.
    """

    severities: dict[tuple[str, str], Scalar] = field(default_factory=dict)
    levels: dict[str, set[str]] = field(default_factory=dict)
    weightings: dict[str, Weighting] = field(default_factory=dict)

    def add(self, rows: Rows) -> bool:
        """Take in one table; True if it places images. One of other columns says nothing."""
        placed = len(self.levels)
        for leaves in rows:
            row = {bare(leaf.keys[0]): leaf.values[0] for leaf in leaves}
            study, series = _text(row, "study_id"), _text(row, "series_id")
            if series and _text(row, "level"):
                image = path_key(f"{study}/{series}/{_text(row, 'instance_number')}")
                self.levels.setdefault(image, set()).add(_text(row, "level"))
            elif series:
                weighting = read_series_text(_text(row, "series_description")).weighting
                if weighting is not None:
                    self.weightings[path_key(f"{study}/{series}")] = weighting
            elif study:
                self.severities.update(((study, name), value) for name, value in row.items())
        return len(self.levels) > placed

    def entries(self, recipe: Label) -> Iterator[Entry]:
        """Yield one entry for each image that the coordinates name."""
        for image, levels in self.levels.items():
            study = image.partition("/")[0]
            yield Entry(f"path {image}", tuple(self._cells(study, levels, recipe)))

    def _cells(self, study: str, levels: Iterable[str], recipe: Label) -> Iterator[Leaf]:
        stated = {bare(level) for level in levels}
        for name in LEVEL_NAMES:
            aliases = recipe.levels.get(name, ())
            if stated & {bare(alias) for alias in (name, *aliases)} and aliases:
                column = bare(recipe.condition + _COLUMNS[name])
                yield Leaf((aliases[0],), (self.severities.get((study, column)),))


_COLUMNS = {
    name: f"_l{name[1:].replace('-', '_' if 'S' in name else '_l')}" for name in LEVEL_NAMES
}
"""How the severity columns write a level: `_l4_l5`, `_l5_s1`."""


def _text(row: Row, column: str) -> str:
    value = row.get(bare(column))
    return "" if is_missing(value) else str(value).strip()
