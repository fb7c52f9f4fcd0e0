"""Files whose paths stand in each other's way: equal ones, and those that were corrected."""

import sqlite3

from hnp_etl.state.database import EXCLUDED, pages, write_many
from hnp_etl.walking.paths import PathReader, path_bytes
from hnp_shared.vocabulary import Reason


def note_collisions(state: sqlite3.Connection) -> None:
    """Note files of one path: which of them counts is not told."""
    with state:
        state.execute(
            "UPDATE file SET early = ? WHERE kind <> 'other' "
            "AND (early IS NULL OR early NOT IN (?, ?)) AND path IN "
            "(SELECT path FROM file GROUP BY path HAVING count(*) > 1)",
            (Reason.NAME_COLLISION, Reason.NOT_REGULAR, EXCLUDED),
        )


def note_superseded(state: sqlite3.Connection, reader: PathReader) -> None:
    """Note files in whose place a folder of corrections has another."""
    with state:
        state.execute("DELETE FROM shadow")
    patched = pages(state, "SELECT id, path FROM file WHERE id > ? AND patched AND early IS NULL")
    shadows = (
        (path_bytes(shadow),)
        for _, path in patched
        for shadow in reader.facts(path.decode("utf-8", "surrogateescape")).shadows
    )
    write_many(state, "INSERT OR IGNORE INTO shadow VALUES (?)", shadows)
    stronger = (Reason.NOT_REGULAR, Reason.NAME_COLLISION, Reason.NOT_PROCEDURE, EXCLUDED)
    with state:
        state.execute(
            "UPDATE file SET early = ? WHERE kind IN ('image', 'label') "
            "AND path IN (SELECT path FROM shadow) "
            "AND (early IS NULL OR early NOT IN (?, ?, ?, ?))",
            (Reason.SUPERSEDED, *stronger),
        )
