"""Paths of files met that are worth a look by name; nobody but who builds may see them."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from hnp_etl.reading.sealed import unpack_header
from hnp_etl.state.database import EXCLUDED
from hnp_etl.walking.paths import path_bytes
from hnp_shared.vocabulary import UNKNOWN_HOSPITAL, Reason

_MET = f"early IS NOT '{EXCLUDED}'"


def image_copies(state: sqlite3.Connection) -> Iterator[list[str]]:
    """Yield the paths of images of one series, SOP Instance UID and size, ascending.

    SOP Instance UIDs alone repeat: in RSNA 2024 across series.
    """
    images = "FROM file WHERE kind = 'image' AND early IS NULL AND facts IS NOT NULL"
    rows = state.execute(
        f"SELECT uid, size, path, facts {images} AND (uid, size) IN "
        f"(SELECT uid, size {images} GROUP BY 1, 2 HAVING count(*) > 1) ORDER BY 1, 2, 3"
    )
    for _, group in groupby(rows, key=itemgetter(0, 1)):
        by_series = defaultdict[str | None, list[str]](list)
        for *_, path, facts in group:
            by_series[unpack_header(facts).series_uid].append(_text(path))
        yield from (paths for paths in by_series.values() if len(paths) > 1)


def files_below(state: sqlite3.Connection, folder: str, *, images: bool = False) -> int:
    """Return how many files, or images, lie below a folder."""
    low, high = path_bytes(f"{folder}/"), path_bytes(f"{folder}0")  # "0" follows "/" in ASCII
    found = state.execute(
        "SELECT count(*) FROM file WHERE path >= ? AND path < ? AND (kind = 'image' OR ?)",
        (low, high, not images),
    )
    return int(found.fetchone()[0])


def homeless_folders(state: sqlite3.Connection) -> set[str]:
    """Return the folders of images and labels whose path tells no hospital."""
    found = state.execute(
        f"SELECT path FROM file WHERE hospital = '{UNKNOWN_HOSPITAL}' "
        f"AND kind IN ('image', 'label') AND early IS NOT '{Reason.UNREADABLE}' AND {_MET}"
    )
    return {_text(path).rpartition("/")[0] for (path,) in found}


def find_path(state: sqlite3.Connection, path: str) -> int | None:
    """Return the number of a file by the contract's path, of several the first."""
    row = state.execute("SELECT min(id) FROM file WHERE path = ?", (path_bytes(path),)).fetchone()
    return None if row[0] is None else int(row[0])


def path_at(state: sqlite3.Connection, raw: bytes) -> str:
    """Return the contract's path of the file at a place."""
    (path,) = state.execute("SELECT path FROM file WHERE raw = ?", (raw,)).fetchone()
    return str(path.decode("utf-8", "surrogateescape"))


def closed_paths(state: sqlite3.Connection) -> list[str]:
    """Return the paths of folders and files that could not be read, ascending."""
    found = state.execute(
        f"SELECT path FROM file WHERE coalesce(early, refusal) = '{Reason.UNREADABLE}' "
        "ORDER BY path"
    )
    return [_text(path) for (path,) in found]


def _text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")
