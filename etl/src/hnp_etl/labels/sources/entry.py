"""One label of many in a file: which image it names, and its leaves under the recipe. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hnp_etl.errors import FileError
from hnp_etl.labels.document import Leaf, Scalar
from hnp_etl.labels.label import bare
from hnp_etl.labels.sources.match import path_key
from hnp_etl.labels.values import is_missing
from hnp_etl.recipes.recipe import Label
from hnp_etl.walking.paths import nfc
from hnp_shared.vocabulary import LEVEL_NAMES, Reason

# "scan.dcm", "scan.DICOM", "scan.ima": what a table names may lack the ending, or have one.
_SUFFIX = re.compile(r"(?i)\.(dcm|dicom|ima)$")

_TWICE = "two rows name one image"


@dataclass(frozen=True, slots=True)
class Entry:
    """What one row or object says of one image.

    Attributes:
        key: names the image, as `image_keys` names it.
        leaves: None when refused.
        refusal: why it cannot be used.
        detail: what was found there, in words; never a value.
    """

    key: str
    leaves: tuple[Leaf, ...] | None
    refusal: Reason | None = None
    detail: str | None = None


def entries(rows: Sequence[tuple[Leaf, ...]], recipe: Label) -> list[Entry]:
    """Return what rows say, one entry a key; a key that is given twice is refused."""
    found: dict[str, Entry] = {}
    for each in _read(rows, recipe):
        twice = each.key in found
        found[each.key] = Entry(each.key, None, Reason.DUPLICATE_KEY, _TWICE) if twice else each
    return list(found.values())


def _read(rows: Sequence[tuple[Leaf, ...]], recipe: Label) -> Iterator[Entry]:
    for leaves in rows:
        named = _value(leaves, recipe.table.column)
        if is_missing(named):
            continue
        key = _key(nfc(str(named)).strip(), recipe)
        try:
            yield Entry(key, (*leaves, *_stated_level(leaves, recipe)))
        except FileError as error:
            yield Entry(key, None, error.reason, error.what)


def _key(named: str, recipe: Label) -> str:
    if recipe.table.key == "uid":
        return f"uid {named}"
    path = path_key(_SUFFIX.sub("", named.replace("\\", "/")))
    return f"path {path.rpartition('/')[2] if recipe.table.key == 'stem' else path}"


def _value(leaves: Sequence[Leaf], aliases: Sequence[str]) -> Scalar:
    """Return the first column of these names that holds a value."""
    for alias in aliases:
        for leaf in leaves:
            same = leaf.keys and bare(leaf.keys[-1]) == bare(alias)
            if same and leaf.readable and len(leaf.values) == 1 and not is_missing(leaf.values[0]):
                return leaf.values[0]
    return None


def _stated_level(leaves: Sequence[Leaf], recipe: Label) -> tuple[Leaf, ...]:
    """Return the disc that a level and a code column tell, as if it had a column of its own."""
    if not recipe.table.level:
        return ()
    stated = _value(leaves, recipe.table.level)
    if is_missing(stated):
        return ()
    for name in LEVEL_NAMES:
        aliases = recipe.levels.get(name, ())
        if bare(str(stated)) in {bare(alias) for alias in (name, *aliases)} and aliases:
            return (Leaf((aliases[0],), (_value(leaves, recipe.table.code),)),)
    raise FileError(Reason.BAD_VALUE, "a level column names no level of the recipe")
