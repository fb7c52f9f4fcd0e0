"""A JSON file that labels the images of a study: one object an image, in a list. Pure."""

from collections.abc import Iterable, Iterator

from hnp_etl.errors import FileError
from hnp_etl.labels.document import Json, Leaf, leaves_of, read_json
from hnp_etl.labels.sources.entry import Entry, entries, entry_key, first_value, level_cell
from hnp_etl.labels.sources.rows import LabelFile, LabelSet, Rows, rows_from_json, rows_to_json
from hnp_etl.labels.values import is_missing, known_codes
from hnp_etl.limits import Limits
from hnp_etl.recipes.recipe import Label
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
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise FileError(Reason.BAD_JSON, "expected a list of objects, one an image")
    return rows_to_json([leaves_of({**beside, **item}) for item in items if isinstance(item, dict)])


def label_sets(files: Iterable[LabelFile], recipe: Label) -> Iterator[LabelSet]:
    """Yield what every file says by itself, of images below its own folder."""
    for file in files:
        found = entries(_entries(rows_from_json(file.text), recipe), recipe)
        yield LabelSet(file.number, (file.number,), found, file.folder)


def _entries(rows: Rows, recipe: Label) -> Iterator[Entry]:
    codes, missing = known_codes(recipe.codes), recipe.missing_words
    for number, leaves in enumerate(rows, 1):
        named = first_value(leaves, recipe.table.column, missing=recipe.missing_names)
        if is_missing(named):
            continue
        key, place = entry_key(named, recipe), f"object {number}"
        stated = first_value(leaves, recipe.table.level, missing=missing)
        code = Leaf((), (first_value(leaves, recipe.table.code, codes, missing),))
        try:
            yield Entry(key, (*leaves, *level_cell(stated, code, recipe)), place=place)
        except FileError as error:
            yield Entry(key, None, error.reason, place, error.what)
