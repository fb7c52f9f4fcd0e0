"""Pairs images with entries of label files, from the longest name that both share to the shortest.

What an entry names may lack folders that an image has, or have some of another machine: the
longest tail that any image has decides, as it is written or else without case and zeros in front.
"""

import sqlite3
from collections.abc import Callable, Container, Iterator

from hnp_etl.labels.sources.match import image_keys, is_foreign, loose, same_place, tail
from hnp_etl.recipes.label_table import Label
from hnp_etl.state.database import pages, write_many
from hnp_etl.state.entries import as_text
from hnp_etl.state.entry_claims import settle_claims
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
    SELECT image.id AS image, entry.id AS entry
    FROM asking JOIN named USING (key) JOIN file AS image ON image.id = named.image
    JOIN entry ON entry.id = asking.entry JOIN file AS source ON source.id = entry.file
    WHERE (source.partition IS NULL OR source.partition IS image.partition)
    AND (source.hospital = '{UNKNOWN_HOSPITAL}' OR source.hospital = image.hospital)
)
"""
# Who names two images stays alone. Of an image that is one picture, a frame tells nothing.
_CLAIMS = f"""
{_MET} SELECT met.image, CASE WHEN file.frames > 1 THEN coalesce(entry.frame, 0) ELSE 0 END,
met.entry, entry.key, file.path, file.name, file.hospital FROM met
JOIN entry ON entry.id = met.entry JOIN file ON file.id = met.image
WHERE met.entry IN (SELECT entry FROM met GROUP BY entry HAVING count(*) = 1)
"""
_HEARD = f"INSERT OR IGNORE INTO heard {_MET} SELECT entry FROM met"

Fold = Callable[[str], str]


def pair_entries(state: sqlite3.Connection, recipe: Label) -> None:
    """Give each image the entry that names it and no other image."""
    with state:
        for table in ("named", "asking", "heard", "claim"):
            state.execute(f"DELETE FROM {table}")
    _note_series(state)
    deepest = _deepest(state)
    whole = recipe.source == "rsna"  # ids from the study down: a part of them names nothing
    for depth in range(deepest, deepest - 1 if whole else 0, -1):
        for fold in (str, loose):
            _pair(state, recipe, depth, fold)
    settle_claims(state)


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
    uids, exact = recipe.table.key == "uid", fold is str
    beside = _Folders(state, depth)
    found = (
        (entry, image, frame, 2 * depth + exact, whole)
        for image, frame, entry, key, path, name, hospital in state.execute(_CLAIMS).fetchall()
        if (whole := uids or _is_whole(_name(key), depth))
        or _fits(_name(key), _shown(path, name), hospital, depth, beside.of(entry))
    )
    write_many(state, "INSERT INTO claim VALUES (?, ?, ?, ?, ?)", found)
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


def _is_whole(named: str, depth: int) -> bool:
    """Tell whether a tail is all that is named, be it a name alone."""
    return named.count("/") + 1 == depth


def _fits(named: str, image: str, hospital: str, depth: int, beside: Container[str]) -> bool:
    """Tell whether a path that only ends as the image's may be the image's.

    A name alone is enough where the image lies in no folder of its own.

    Args:
        named: the path in a table.
        image: that of the image, hospital likewise.
        hospital: in which the image lies.
        depth: how many segments both share.
        beside: folders that the table names where the first of both paths differ.
    """
    if is_foreign(named, hospital):
        return False
    whole = image.count("/") <= depth
    return whole or (depth > 1 and same_place(named, image, depth, beside))


class _Folders:
    """The folders that each table names in front of what is shared, looked up when asked for."""

    def __init__(self, state: sqlite3.Connection, depth: int) -> None:
        self._state, self._depth = state, depth
        self._known: dict[int, frozenset[str]] = {}

    def of(self, entry: int) -> Container[str]:
        """Return those of the table of an entry, without case."""
        (file,) = self._state.execute("SELECT file FROM entry WHERE id = ?", (entry,)).fetchone()
        if file not in self._known:
            keys = self._state.execute("SELECT key FROM entry WHERE file = ?", (file,))
            parts = (_name(key).split("/") for (key,) in keys)
            self._known[file] = frozenset(
                each[-self._depth - 1].casefold() for each in parts if len(each) > self._depth
            )
        return self._known[file]


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


def _shown(path: bytes, name: bytes) -> str:
    return as_text(f"{_folder(path)}/{name.decode('utf-8', 'surrogateescape')}")


def _folder(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape").rpartition("/")[0]


def _name(key: str) -> str:
    """Return the path or UID in the key of an entry."""
    return key.rpartition("\0")[2].partition(" ")[2]
