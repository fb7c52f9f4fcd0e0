"""One label of many in a file: which image it names, and its leaves under the recipe. Pure."""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from hnp_etl.errors import FileError
from hnp_etl.labels.document import Leaf, Scalar
from hnp_etl.labels.label import LabelReader
from hnp_etl.labels.sources.match import path_key
from hnp_etl.labels.transitional import names_sixth
from hnp_etl.labels.values import NO_CODES, is_missing, recipe_code
from hnp_etl.recipes.grammar import bare, whole
from hnp_etl.recipes.label_table import Label
from hnp_etl.walking.paths import nfc
from hnp_shared.vocabulary import LEVEL_NAMES, Reason

# "scan.dcm", "scan.DICOM", "scan.ima": what a table names may lack the ending, or have one.
SUFFIX = re.compile(r"(?i)\.(dcm|dicom|ima)$")
# "2024-04-05 00:00:00": what Excel makes of 4-5.
_DATE = re.compile(r"\d{4}-\d\d-\d\d.*")


# "3", "0012": a frame; longer ones are no number of a frame.
_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Entry:
    """What one row or object says of one image.

    Attributes:
        key: names the image, as `image_keys` names it.
        leaves: None when refused.
        refusal: why it cannot be used.
        place: of the row in its file, for people.
        what: found and expected, where it is refused; never a value.
        frame: of the image, from 1; None where none is named, `NO_FRAME` where it is none.
    """

    key: str
    leaves: tuple[Leaf, ...] | None
    refusal: Reason | None = None
    place: str = ""
    what: str = ""
    frame: int | None = None


NO_FRAME = -1
"""Stands for what is said to be a frame and is no number from 1."""


def frame_of(stated: Scalar, missing: Container[str]) -> int | None:
    """Return the frame that a cell or key names.

    >>> frame_of("3.0", ()), frame_of("", ()), frame_of("last", ())
    (3, None, -1)
    """
    if is_missing(stated, missing):
        return None
    text = whole(str(stated).strip())
    if not _NUMBER.fullmatch(text) or not int(text):
        return NO_FRAME
    return int(text)


def entries(found: Iterable[Entry], recipe: Label) -> list[Entry]:
    """Return entries, one a key and frame; what is said twice counts once.

    What disagrees is refused. Two say the same when they are read as the same, `3.0` and `3`,
    whatever is written.
    """
    kept: dict[tuple[str, int | None], Entry] = {}
    reader = LabelReader(recipe)
    for each in found:
        before = kept.setdefault((each.key, each.frame), each)
        if before is not each and not _say_the_same(each, before, reader):
            what = f"names the image of {before.place} and says otherwise"
            refused = Entry(each.key, None, Reason.DUPLICATE_KEY, each.place, what, each.frame)
            kept[each.key, each.frame] = refused
    return list(kept.values())


def _say_the_same(one: Entry, other: Entry, reader: LabelReader) -> bool:
    if one.leaves is None or other.leaves is None:
        return False
    if one.leaves == other.leaves:
        return True
    try:
        read = [replace(reader.read(each), file_name=None) for each in (one.leaves, other.leaves)]
    except FileError:
        return False
    return read[0] == read[1]


def entry_key(named: Scalar, recipe: Label) -> str:
    """Return by what an image is found that is named so."""
    text = nfc(str(named)).strip()
    if recipe.table.key == "uid":
        return f"uid {text}"
    return f"path {path_key(SUFFIX.sub('', text.replace(chr(92), '/')))}"


def level_cell(stated: Scalar, code: Leaf, recipe: Label) -> tuple[Leaf, ...]:
    """Return the disc that a level and a code tell, as if it had a key of its own.

    Raises:
        FileError: BAD_VALUE; the level names no disc.
    """
    if is_missing(stated, recipe.missing_words):
        return ()
    name = level_of(stated, recipe)
    if name is not None:
        return (Leaf((recipe.levels[name][0],), code.values, code.readable),)
    date = _DATE.fullmatch(str(stated).strip())
    found = "found a date, as Excel makes of 4-5," if date else "found a level"
    if names_sixth(str(stated)):
        found = "found a disc of L6 or T13, which only [label.levels] can map: a level"
    raise FileError(Reason.BAD_VALUE, f"{found} that names no disc, expected one of [label.levels]")


def level_of(stated: Scalar, recipe: Label) -> str | None:
    """Return the disc that a text names under the recipe."""
    said = bare(str(stated).strip())
    for name in LEVEL_NAMES:
        aliases = recipe.levels.get(name, ())
        if aliases and said in {bare(alias) for alias in (name, *aliases)}:
            return name
    return None


def first_value(
    leaves: Sequence[Leaf],
    aliases: Sequence[str],
    codes: Mapping[str, str] = NO_CODES,
    missing: Container[str] = (),
) -> Scalar:
    """Return the first key of these names that holds a value; a code may look like none.

    Args:
        leaves: of an object.
        aliases: names of the key, the preferred one first.
        codes: of the recipe, as `known_codes` gives them.
        missing: its words for a missing value.
    """
    for alias in aliases:
        for leaf in leaves:
            same = leaf.keys and bare(leaf.keys[-1]) == bare(alias)
            if same and leaf.readable and len(leaf.values) == 1:
                value = leaf.values[0]
                if not is_missing(value, missing) or recipe_code(str(value), codes):
                    return value
    return None
