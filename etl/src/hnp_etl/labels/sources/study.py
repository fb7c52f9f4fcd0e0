"""A JSON file that labels the images of a study: one object an image, in a list. Pure."""

from collections.abc import Iterable, Iterator

from hnp_etl.errors import FileError
from hnp_etl.labels.document import Json, Leaf, leaves_of, read_json
from hnp_etl.labels.sources.entry import (
    Entry,
    entries,
    entry_key,
    first_value,
    frame_of,
    level_cell,
)
from hnp_etl.labels.sources.rows import LabelFile, LabelSet, Rows, rows_from_json, rows_to_json
from hnp_etl.labels.values import is_missing, known_codes
from hnp_etl.limits import Limits
from hnp_etl.recipes.label_table import Label
from hnp_shared.vocabulary import Reason

IMAGES = "images"


def read(content: bytes, limits: Limits) -> str:
    """Return the leaves of each image's object; what stands beside the list holds for all.

    The list is the root, or the root's `images`.

    Raises:
        FileError: BAD_ENCODING, TOO_DEEP, BAD_JSON or DUPLICATE_KEY.
    """
    root = read_json(content, limits.depth)
    beside: dict[str, Json] = {}
    items: Json = root
    if isinstance(root, dict):
        beside = {key: value for key, value in root.items() if key != IMAGES}
        items = root.get(IMAGES)
    if not isinstance(items, list) or (items and not any(isinstance(each, dict) for each in items)):
        found = f"no list of objects in `{IMAGES}`" if isinstance(root, dict) else "no such list"
        raise FileError(Reason.BAD_JSON, f"found {found}, expected a list of objects, one an image")
    rows = ({**beside, **item} if isinstance(item, dict) else {} for item in items)
    return rows_to_json([leaves_of(row) if row else () for row in rows])


def label_sets(files: Iterable[LabelFile], recipe: Label) -> Iterator[LabelSet]:
    """Yield what every file says by itself, of images below its own folder.

    An object that is wrong, or names no image, costs itself.
    """
    for file in files:
        found = list(_entries(rows_from_json(file.text), recipe))
        named = entries((each for each in found if isinstance(each, Entry)), recipe)
        faults = [each for each in found if isinstance(each, FileError)]
        refused = faults[0] if faults and not named else None
        told = tuple(each.what for each in faults)
        yield LabelSet(
            file.number, (file.number,), named, file.folder, refused=refused, faults=told
        )


def _entries(rows: Rows, recipe: Label) -> Iterator[Entry | FileError]:
    codes, missing = known_codes(recipe.codes), recipe.missing_words
    for number, leaves in enumerate(rows, 1):
        named = first_value(leaves, recipe.table.column, missing=recipe.missing_names)
        if is_missing(named):
            what = "names no image" if leaves else "is empty, or no object"
            yield FileError(Reason.BAD_VALUE, f"object {number} {what}")
            continue
        key, place = entry_key(named, recipe), f"object {number}"
        stated = first_value(leaves, recipe.table.level, missing=missing)
        frame = frame_of(first_value(leaves, recipe.table.frame, missing=missing), missing)
        code = Leaf((), (first_value(leaves, recipe.table.code, codes, missing),))
        try:
            found = (*leaves, *level_cell(stated, code, recipe))
            yield Entry(key, found, place=place, frame=frame)
        except FileError as error:
            yield Entry(key, None, error.reason, place, error.what, frame)
