"""What the exports of annotation tools say, read as a build reads them."""

import json
from typing import cast

from hnp_etl.errors import FileError
from hnp_etl.labels.label import LabelReader
from hnp_etl.labels.sources.rows import LabelFile, LabelSet, reader_of
from hnp_etl.limits import Limits
from hnp_etl.recipes.label_table import Label
from hnp_etl.recipes.loading import load_recipe
from hnp_shared.vocabulary import LEVEL_NAMES, Reason

Discs = dict[str, str] | Reason


def recipe_for(source: str, **table: object) -> Label:
    """Return the generic recipe for a source."""
    label = load_recipe("generic").label
    entries = label.table.model_copy(update=table)
    return label.model_copy(update={"source": source, "table": entries})


def sets_of(recipe: Label, files: dict[str, object]) -> list[LabelSet]:
    """Return what files, as folder -> content, say."""
    source = reader_of(recipe)
    read = [
        LabelFile(number, folder, source.read(as_bytes(content), Limits()))
        for number, (folder, content) in enumerate(files.items(), 1)
    ]
    return list(source.label_sets(read, recipe))


def said(recipe: Label, content: object, folder: str = "src") -> dict[str, Discs]:
    """Return key -> disc -> code, or why an image's label is refused."""
    (found,) = sets_of(recipe, {folder: content})
    return discs_of(found, recipe)


def discs_of(found: LabelSet, recipe: Label) -> dict[str, Discs]:
    """Return what one set says, as `said` does; a frame stands behind its key."""
    told: dict[str, Discs] = {}
    reader = LabelReader(recipe)
    for each in found.entries:
        key = each.key.removeprefix("path ") + (f" #{each.frame}" if each.frame else "")
        if each.leaves is None:
            told[key] = cast("Reason", each.refusal)
            continue
        try:
            cells = reader.read(each.leaves).cells
        except FileError as error:
            told[key] = error.reason
        else:
            pairs = zip(LEVEL_NAMES, cells, strict=True)
            told[key] = {name: str(cell[0]) for name, cell in pairs if cell}
    return told


def as_bytes(content: object) -> bytes:
    """Return the bytes of a file."""
    if isinstance(content, str):
        return content.encode()
    return content if isinstance(content, bytes) else json.dumps(content).encode()
