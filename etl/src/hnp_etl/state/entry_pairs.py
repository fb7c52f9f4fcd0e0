"""Pairs images with entries of label files, from the longest name that both share to the shortest.

What an entry names may lack folders that an image has, or have some of another machine: the
longest tail that any image has decides, as it is written or else without case and zeros in front.
"""

import sqlite3
from collections.abc import Callable, Iterator

from hnp_etl.labels.sources.match import image_keys, loose, same_place, tail
from hnp_etl.recipes.recipe import Label
from hnp_etl.state.database import pages, write_many
from hnp_etl.state.entries import as_text
from hnp_etl.state.entry_conflicts import refuse_contradicted
from hnp_etl.state.pairs import OUT_OF_PLAY
from hnp_shared.vocabulary import UNKNOWN_HOSPITAL

_IMAGES = (
    "SELECT id, path, name, uid FROM file WHERE id > ? AND kind = 'image' "
    f"AND (early IS NULL OR early NOT IN {OUT_OF_PLAY})"
)
_UNHEARD = "SELECT id, key FROM entry WHERE id NOT IN (SELECT entry FROM heard)"
# Entries meet images by a key that names the image; of what lies in another hospital or partition
# than the file of the entry it says nothing.
_MET = f"""
WITH met AS (
    SELECT image.id AS image, entry.id AS entry, source.path AS place,
           coalesce(label.facts, label.refusal) AS said
    FROM asking JOIN named USING (key) JOIN file AS image ON image.id = named.image
    JOIN entry ON entry.id = asking.entry JOIN label ON label.id = entry.id
    JOIN file AS source ON source.id = entry.file
    WHERE (source.partition IS NULL OR source.partition IS image.partition)
    AND (source.hospital = '{UNKNOWN_HOSPITAL}' OR source.hospital = image.hospital)
)
"""
# Who names two images, or is named by two that differ, stays alone; of several that say the same
# the first by path counts.
_SURE = f"""
{_MET}, ranked AS (
    SELECT image, entry, row_number() OVER (PARTITION BY image ORDER BY place, entry DESC) AS rank
    FROM met
    WHERE entry IN (SELECT entry FROM met GROUP BY entry HAVING count(*) = 1)
    AND image IN (SELECT image FROM met GROUP BY image HAVING count(DISTINCT said) = 1)
)
SELECT ranked.image, ranked.entry, entry.key, file.path, file.name FROM ranked
JOIN entry ON entry.id = ranked.entry JOIN file ON file.id = ranked.image
WHERE rank = 1 AND ranked.image NOT IN (SELECT image FROM pair)
"""
_HEARD = f"INSERT OR IGNORE INTO heard {_MET} SELECT entry FROM met"

Fold = Callable[[str], str]


def pair_entries(state: sqlite3.Connection, recipe: Label) -> None:
    """Give each image the entry that names it and no other image."""
    with state:
        for table in ("named", "asking", "heard"):
            state.execute(f"DELETE FROM {table}")
    _note_series(state)
    deepest = _deepest(state)
    whole = recipe.source == "rsna"  # ids from the study down: a part of them names nothing
    for depth in range(deepest, deepest - 1 if whole else 0, -1):
        for fold in (str, loose):
            _pair(state, recipe, depth, fold)
    refuse_contradicted(state)


def _deepest(state: sqlite3.Connection) -> int:
    """Return how many segments an entry's name and an image's path may share at most."""
    named = max((_name(key).count("/") + 1 for _, key in state.execute(_UNHEARD)), default=0)
    there = max((path.count(b"/") + 1 for _, path, *_ in pages(state, _IMAGES)), default=0)
    return min(named, there)


def _pair(state: sqlite3.Connection, recipe: Label, depth: int, fold: Fold) -> None:
    with state:
        state.execute("DELETE FROM named")
        state.execute("DELETE FROM asking")
    write_many(state, "INSERT INTO asking VALUES (?, ?)", _asking(state, depth, fold))
    if state.execute("SELECT 1 FROM asking LIMIT 1").fetchone() is None:
        return
    write_many(state, "INSERT INTO named VALUES (?, ?)", _named(state, depth, fold))
    found = [
        (image, entry)
        for image, entry, key, path, name in state.execute(_SURE)
        if recipe.table.key == "uid" or _fits(_name(key), path, name, depth)
    ]
    write_many(state, "INSERT INTO pair VALUES (?, ?, 'd')", found)
    with state:
        state.execute(_HEARD)


def _asking(state: sqlite3.Connection, depth: int, fold: Fold) -> Iterator[tuple[int, str]]:
    """Yield the entries that no longer tail led to an image, by a tail of some segments."""
    for number, key in state.execute(_UNHEARD).fetchall():
        below, _, named = key.partition("\0")
        short = tail(named, depth)
        if short is not None:
            yield number, f"{below}\0{fold(short)}"


def _named(state: sqlite3.Connection, depth: int, fold: Fold) -> Iterator[tuple[int, str]]:
    """Yield all keys by which entries may ask for an image at a depth."""
    places = {key.partition("\0")[0] for (key,) in state.execute("SELECT key FROM asking")}
    for number, path, name, uid in pages(state, _IMAGES):
        folder, stem = _folder(path), name.decode("utf-8", "surrogateescape")
        parts = folder.split("/")
        ends = range(1, len(parts) + 1)
        above = {"", *(as_text("/".join(parts[:end])) for end in ends)} & places
        for key in image_keys(folder, stem, uid, depth):
            yield from ((number, f"{place}\0{fold(as_text(key))}") for place in above)


def _fits(named: str, path: bytes, name: bytes, depth: int) -> bool:
    """Tell whether a path that only ends as the image's may be the image's.

    A name alone is enough where the image lies in no folder of its own.
    """
    image = f"{_folder(path)}/{name.decode('utf-8', 'surrogateescape')}"
    if named.count("/") + 1 == depth:  # the whole of what is named, be it a name alone
        return True
    whole = image.count("/") <= depth
    return whole or (depth > 1 and same_place(named, as_text(image), depth))


def _note_series(state: sqlite3.Connection) -> None:
    """Note the weighting that a table tells of the series, study/series, of an image."""
    if state.execute("SELECT 1 FROM series LIMIT 1").fetchone() is None:
        return
    keys = (
        (number, as_text("series " + "/".join(_folder(path).split("/")[-2:])))
        for number, path, *_ in pages(state, _IMAGES)
    )
    write_many(state, "INSERT INTO named VALUES (?, ?)", keys)
    with state:
        state.execute(
            "INSERT OR IGNORE INTO told SELECT image, weighting FROM named JOIN series USING (key)"
        )


def _folder(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape").rpartition("/")[0]


def _name(key: str) -> str:
    """Return the path or UID in the key of an entry."""
    return key.rpartition("\0")[2].partition(" ")[2]
