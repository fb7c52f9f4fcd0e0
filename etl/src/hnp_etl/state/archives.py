"""What lies in archives, remembered while they do not change; and which of them were of use."""

import json
import sqlite3
import time
from dataclasses import dataclass

from hnp_etl.archives.member import Listing
from hnp_etl.archives.unfolding import Unfolder
from hnp_etl.files.file_stat import FileStat
from hnp_etl.files.place import archives_above, whole_of
from hnp_etl.limits import YOUNG_FILE_S
from hnp_etl.reading.sealed import reason_of, seal, unseal
from hnp_etl.recipes.recipe import Recipe
from hnp_etl.state.database import get_meta, pages, set_meta, write_many
from hnp_etl.state.files import path_reader
from hnp_etl.state.rows import used_places
from hnp_etl.state.told import ARCHIVE_COUNTS
from hnp_shared.vocabulary import Kind

_LIMITS = "limits of listings"


@dataclass(frozen=True, slots=True)
class KeptListings:
    """Listings that lie in the state."""

    state: sqlite3.Connection

    def get(self, raw: bytes, stat: FileStat) -> Listing | None:
        """Return what lies in an archive, None when it is not known or another was met."""
        row = self.state.execute("SELECT told FROM listing WHERE archive = ?", (raw,)).fetchone()
        if row is None:
            return None
        met, refusal, korean = json.loads(unseal(row[0]))
        if not FileStat(*met).same_file(stat):
            return None
        rows = self.state.execute(
            "SELECT members FROM listed WHERE archive = ? ORDER BY number", (raw,)
        )
        chunks = tuple(chunk for (chunk,) in rows)
        return Listing(chunks, reason_of(refusal) if refusal else None, korean)

    def put(self, raw: bytes, stat: FileStat, listing: Listing) -> None:
        """Keep what lies in an archive, unless that is so young that it may change unseen."""
        if stat.mtime_ns > time.time_ns() - int(YOUNG_FILE_S * 1e9):
            return
        told = seal(json.dumps([list(stat), listing.refusal, listing.korean]))
        with self.state:
            self.state.execute("INSERT OR REPLACE INTO listing VALUES (?, ?)", (raw, told))
            self.state.execute("DELETE FROM listed WHERE archive = ?", (raw,))
            self.state.executemany(
                "INSERT INTO listed VALUES (?, ?, ?)",
                [(raw, number, chunk) for number, chunk in enumerate(listing.chunks)],
            )


def unfolder(state: sqlite3.Connection, recipe: Recipe) -> Unfolder:
    """Return what meets the members of archives; what it finds out stays in the state."""
    limits = recipe.limits.model_dump_json()
    if get_meta(state, _LIMITS) != limits:
        with state:
            state.execute("DELETE FROM listing")
            state.execute("DELETE FROM listed")
        set_meta(state, _LIMITS, limits)
    return Unfolder(recipe.limits, path_reader(recipe).excludes, KeptListings(state))


def note_unfolded(state: sqlite3.Connection, done: Unfolder) -> None:
    """Remember what is told of archives, and forget listings of those that are gone."""
    set_meta(state, ARCHIVE_COUNTS, f"{done.korean} {done.beside} {done.partly}")
    rows = pages(state, f"SELECT id, raw FROM file WHERE id > ? AND kind = '{Kind.ARCHIVE}'")
    met = frozenset(raw for _, raw in rows)
    kept = state.execute("SELECT archive FROM listing").fetchall()
    gone = [(raw,) for (raw,) in kept if not _is_met(raw, met)]
    write_many(state, "DELETE FROM listing WHERE archive = ?", iter(gone))
    write_many(state, "DELETE FROM listed WHERE archive = ?", iter(gone))


def _is_met(raw: bytes, met: frozenset[bytes]) -> bool:
    return raw in met or any(above in met for above in archives_above(raw))


def note_used(state: sqlite3.Connection) -> None:
    """Note the archives of which a member is of use; asked once all outcomes are known."""
    used = {whole_of(above) for raw in used_places(state) for above in archives_above(raw)}
    rows = pages(state, f"SELECT id, raw FROM file WHERE id > ? AND kind = '{Kind.ARCHIVE}'")
    with state:
        state.execute("DELETE FROM opened")
    write_many(
        state,
        "INSERT INTO opened VALUES (?)",
        ((number,) for number, raw in rows if whole_of(raw) in used),
    )
