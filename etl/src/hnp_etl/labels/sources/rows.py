"""Label files of many labels, as a source reads them and as a recipe understands them."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import import_module
from typing import NamedTuple, Protocol, cast

from hnp_etl.errors import FileError
from hnp_etl.labels.document import Leaf, leaves_from_json, leaves_to_json
from hnp_etl.labels.sources.entry import Entry
from hnp_etl.limits import Limits
from hnp_etl.recipes.label_table import Label

ZIP = b"PK\x03\x04"
"""How an Excel file begins, whatever its name."""

Rows = Sequence[tuple[Leaf, ...]]


class LabelFile(NamedTuple):
    """A file that was read; `folder` as in the contract's path, `text` as its source left it."""

    number: int
    folder: str
    text: str


class Pointed(NamedTuple):
    """A disc as a point on an image tells it.

    Attributes:
        image: study/series/instance.
        level: 0..4 from the head down.
        x: column of the point, from 0; y likewise the row.
        aside: it is beside the disc.
    """

    image: str
    level: int
    x: float
    y: float
    aside: bool


class LabelSet(NamedTuple):
    """What files that belong together say.

    Attributes:
        number: of the file that stands for them.
        parts: numbers of all of them.
        entries: at most one for an image.
        below: folder in which the named images lie; empty for anywhere.
        weightings: study/series -> weighting, where the files tell it.
        refused: why the files say nothing.
        faults: what is wrong in single lines that name no image.
        points: of discs, by which other images are told.
        label_at: gives the entry of an image that shows a level.
    """

    number: int
    parts: Sequence[int]
    entries: Iterable[Entry]
    below: str = ""
    weightings: Iterable[tuple[str, str]] = ()
    refused: FileError | None = None
    faults: Sequence[str] = ()
    points: Sequence[Pointed] = ()
    label_at: Callable[[str, int], Entry] | None = None


class EntrySource(Protocol):
    """A module of this folder: it reads one source's files."""

    def read(self, content: bytes, limits: Limits) -> str:
        """Return what a file holds, free of any recipe, as a text for the private state.

        Raises:
            FileError: why the file cannot be used.
        """

    def label_sets(self, files: Iterable[LabelFile], recipe: Label) -> Iterator[LabelSet]:
        """Yield what all the files say under a recipe."""


def reader_of(recipe: Label) -> EntrySource:
    """Return the module that reads the recipe's source.

    Raises:
        ValueError: a file of this source is one label.
    """
    if recipe.origin.module is None:
        raise ValueError(f"found source {recipe.source}, expected one of many labels a file")
    return cast("EntrySource", import_module(recipe.origin.module))


def rows_to_json(rows: Rows) -> str:
    """Return rows as JSON, for the private state."""
    return json.dumps([leaves_to_json(row) for row in rows])


def rows_from_json(text: str) -> list[tuple[Leaf, ...]]:
    """Return the rows that `rows_to_json` wrote."""
    return [leaves_from_json(row) for row in json.loads(text)]
