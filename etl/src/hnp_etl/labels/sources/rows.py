"""Label files of many labels as rows of leaves, free of what a recipe makes of them."""

import json
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from typing import NamedTuple, Protocol, cast

from hnp_etl.labels.document import Leaf, leaves_from_json, leaves_to_json
from hnp_etl.labels.sources.entry import Entry, entries
from hnp_etl.limits import Limits
from hnp_etl.recipes.recipe import Label

Rows = Sequence[tuple[Leaf, ...]]


class LabelFile(NamedTuple):
    """A file that was read; `folder` as in the contract's path."""

    number: int
    folder: str
    rows: Rows


class LabelSet(NamedTuple):
    """What files that belong together say.

    Attributes:
        number: of the file that stands for them.
        parts: numbers of all of them.
        entries: at most one for an image.
        below: folder in which the named images lie; empty for anywhere.
        weightings: study/series -> weighting, where the files tell it.
    """

    number: int
    parts: Sequence[int]
    entries: Iterable[Entry]
    below: str = ""
    weightings: Iterable[tuple[str, str]] = ()


class EntrySource(Protocol):
    """A module of this folder: it reads one source's files."""

    def rows(self, content: bytes, limits: Limits, *, excel: bool) -> Rows:
        """Return the rows of a file.

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


def each_alone(files: Iterable[LabelFile], recipe: Label) -> Iterator[LabelSet]:
    """Yield what every file says by itself; the rule of sources that need no other file."""
    for file in files:
        below = "" if recipe.origin.anywhere else file.folder
        yield LabelSet(file.number, (file.number,), entries(file.rows, recipe), below)


def rows_to_json(rows: Rows) -> str:
    """Return rows as JSON, for the private state."""
    return json.dumps([leaves_to_json(row) for row in rows])


def rows_from_json(text: str) -> list[tuple[Leaf, ...]]:
    """Return the rows that `rows_to_json` wrote."""
    return [leaves_from_json(row) for row in json.loads(text)]
