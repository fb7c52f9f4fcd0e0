"""Files that could not be read or decoded in this build, and sources in which nothing is left."""

import sqlite3
from collections.abc import Iterator, Sequence

from hnp_etl.paths import path_bytes
from hnp_etl.state.database import pages
from hnp_shared.vocabulary import UNCACHED_REASONS, Reason

_UNCACHED = ", ".join(f"'{reason}'" for reason in sorted(UNCACHED_REASONS))


def paths(state: sqlite3.Connection) -> Iterator[str]:
    """Yield the path of every file that was lost, whether met, read or decoded."""
    found = pages(
        state,
        "SELECT file.id, path FROM file LEFT JOIN outcome USING (id) WHERE file.id > ? "
        f"AND coalesce(early, refusal, outcome.reason) IN ({_UNCACHED})",
    )
    for _, path in found:
        yield _text(path)


def folders(state: sqlite3.Connection) -> list[str]:
    """Return what could not be listed when it was met: it may be a folder of many files."""
    found = state.execute("SELECT path FROM file WHERE early = ?", (Reason.UNREADABLE,))
    return [_text(path) for (path,) in found]


def empty_sources(state: sqlite3.Connection, labels: Sequence[str]) -> list[str]:
    """Return the labels of sources below which no file was met."""
    return [label for label in labels if not _any_below(state, label)]


def _any_below(state: sqlite3.Connection, label: str) -> bool:
    low, high = path_bytes(f"{label}/"), path_bytes(f"{label}0")  # "0" follows "/" in ASCII
    found = state.execute(
        "SELECT 1 FROM file WHERE path = ? OR path >= ? AND path < ? LIMIT 1",
        (path_bytes(label), low, high),
    )
    return found.fetchone() is not None


def _text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")
