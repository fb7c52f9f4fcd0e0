"""Label files that hold many labels: their entries, and the images that these name."""

import sqlite3
from collections.abc import Iterator
from functools import partial

from hnp_etl.labels.label import LabelReader
from hnp_etl.labels.sources.entry import Entry
from hnp_etl.labels.sources.match import image_keys
from hnp_etl.labels.sources.rows import LabelFile, LabelSet, reader_of, rows_from_json
from hnp_etl.reading.meaning import LabelMeaning, meaning_of_label
from hnp_etl.reading.sealed import unseal
from hnp_etl.recipes.recipe import Label
from hnp_etl.state.database import Row, pages, write_many
from hnp_etl.state.pairs import OUT_OF_PLAY
from hnp_shared.vocabulary import UNKNOWN_HOSPITAL

_ID_BITS = 32
_READ = (
    "SELECT id, path, facts FROM file WHERE id > ? "
    "AND kind = 'label' AND early IS NULL AND facts IS NOT NULL"
)
# Entries meet images by a key that names the image; of what lies in another hospital or partition
# than the file of the entry it says nothing, and who is named twice, or by two, stays alone.
_PAIR = f"""
INSERT INTO pair
WITH met AS (
    SELECT image.id AS image, entry.id AS entry FROM entry
    JOIN named USING (key) JOIN file AS image ON image.id = named.image
    JOIN file AS source ON source.id = entry.file
    WHERE (source.partition IS NULL OR source.partition IS image.partition)
    AND (source.hospital = '{UNKNOWN_HOSPITAL}' OR source.hospital = image.hospital)
)
SELECT image, entry, 'd' FROM met
WHERE entry IN (SELECT entry FROM met GROUP BY entry HAVING count(*) = 1)
AND image IN (SELECT image FROM met GROUP BY image HAVING count(*) = 1)
"""


def forget(state: sqlite3.Connection) -> None:
    """Forget what entries said."""
    with state:
        for table in ("entry", "part", "named", "series", "told"):
            state.execute(f"DELETE FROM {table}")
        state.execute("DELETE FROM label WHERE id < 0")


def interpret(state: sqlite3.Connection, recipe: Label) -> None:
    """Read the entries of every label file under the recipe."""
    for whole in reader_of(recipe).label_sets(_files(state), recipe):
        _note(state, whole, recipe)
        parts = ((number, whole.number) for number in whole.parts)
        write_many(state, "INSERT INTO part VALUES (?, ?)", parts)
        series = ((f"series {key}", weighting) for key, weighting in whole.weightings)
        write_many(state, "INSERT INTO series VALUES (?, ?)", series)


def _files(state: sqlite3.Connection) -> Iterator[LabelFile]:
    for number, path, facts in pages(state, _READ):
        folder = path.decode("utf-8", "surrogateescape").rpartition("/")[0]
        yield LabelFile(number, folder, rows_from_json(unseal(facts)))


def pair_entries(state: sqlite3.Connection) -> None:
    """Give each image the entry that names it and no other image."""
    keys = {key for (key,) in state.execute("SELECT DISTINCT key FROM entry")}
    depths = frozenset(key.rpartition("\0")[2].count("/") + 1 for key in keys)
    folders = frozenset(key.rpartition("\0")[0] for key in keys)
    images = pages(
        state,
        "SELECT id, path, name, uid FROM file WHERE id > ? AND kind = 'image' "
        f"AND (early IS NULL OR early NOT IN {OUT_OF_PLAY})",
    )
    naming = partial(_names, depths=depths, folders=folders)
    write_many(
        state, "INSERT INTO named VALUES (?, ?)", (row for image in images for row in naming(image))
    )
    with state:
        state.execute(_PAIR)
        state.execute(
            "INSERT OR IGNORE INTO told SELECT image, weighting FROM named JOIN series USING (key)"
        )


def _names(image: Row, depths: frozenset[int], folders: frozenset[str]) -> Iterator[Row]:
    number, path, name, uid = image
    folder = path.decode("utf-8", "surrogateescape").rpartition("/")[0]
    stem = name.decode("utf-8", "surrogateescape")
    parts = folder.split("/")
    ends = range(1, len(parts) + 1)
    above = {"", *(_text("/".join(parts[:end])) for end in ends)} & folders
    for key in image_keys(folder, stem, uid, depths):
        yield from ((number, _text(f"{place}\0{key}")) for place in above)
    yield (number, _text("series " + "/".join(parts[-2:])))


def _text(key: str) -> str:
    return key.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _note(state: sqlite3.Connection, whole: LabelSet, recipe: Label) -> None:
    file = whole.number
    numbered = [(-(file << _ID_BITS | count), each) for count, each in enumerate(whole.entries, 1)]
    keys = ((number, file, _text(f"{whole.below}\0{each.key}")) for number, each in numbered)
    write_many(state, "INSERT INTO entry VALUES (?, ?, ?)", keys)
    reader = LabelReader(recipe)
    said = ((number, *_said(each, reader)) for number, each in numbered)
    names = "id, facts, refusal, name, uid, detail"
    write_many(state, f"INSERT INTO label ({names}) VALUES (?, ?, ?, ?, ?, ?)", said)


def _said(entry: Entry, reader: LabelReader) -> LabelMeaning:
    """Return what an entry says under the recipe, or why it cannot be used."""
    if entry.leaves is None:
        return LabelMeaning(None, entry.refusal, detail=entry.detail)
    return meaning_of_label(entry.leaves, reader)
