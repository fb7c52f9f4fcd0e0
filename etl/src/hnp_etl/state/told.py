"""What a build tells beside its counts; reading it takes no time and imports next to nothing."""

import sqlite3

from hnp_etl.archives.told import ArchivesMet
from hnp_etl.state.database import get_meta
from hnp_shared.vocabulary import Kind

GARBLED = "garbled folders"
IDLE = "idle patterns"
ARCHIVE_COUNTS = "counts of archives"
"""Keys of what a walk has noted."""


def garbled_folders(state: sqlite3.Connection) -> int:
    """Return how many names of folders told something only once they were read as Korean."""
    return int(get_meta(state, GARBLED) or 0)


def idle_patterns(state: sqlite3.Connection) -> list[int]:
    """Return the patterns of `layout.exclude`, by number from 1, that no path fitted."""
    return [int(number) for number in (get_meta(state, IDLE) or "").split()]


def archives_met(state: sqlite3.Connection) -> ArchivesMet:
    """Return what is told of archives."""
    found = state.execute(
        f"SELECT early, count(*) FROM file WHERE kind = '{Kind.ARCHIVE}' AND early IS NOT NULL "
        "AND id NOT IN (SELECT file FROM opened) GROUP BY 1 ORDER BY 1"
    )
    counts = map(int, (get_meta(state, ARCHIVE_COUNTS) or "").split())
    return ArchivesMet(dict(found.fetchall()), *counts)
