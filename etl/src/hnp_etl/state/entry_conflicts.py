"""Refuses entries that another one of their file contradicts under a name that is all but the same.

`x1` and `X1`, `007` and `7` name one image where only one of both is there: what spreadsheets and
file systems make of names must not decide which of two statements counts.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace

from hnp_etl.labels.sources.match import loose
from hnp_etl.reading.sealed import unpack_label
from hnp_etl.state.database import pages, write_many
from hnp_shared.vocabulary import Reason

# Names of which some entries found an image and others none, though not all say the same.
_DOUBTFUL = """
SELECT entry.file, asking.key FROM asking JOIN entry ON entry.id = asking.entry
JOIN label ON label.id = entry.id LEFT JOIN pair ON pair.label = entry.id
GROUP BY entry.file, asking.key
HAVING count(pair.label) BETWEEN 1 AND count(*) - 1
AND count(DISTINCT coalesce(label.facts, label.refusal)) > 1
"""
_MEMBERS = """
SELECT entry.id, label.facts, pair.label IS NOT NULL FROM asking
JOIN entry ON entry.id = asking.entry JOIN label ON label.id = entry.id
LEFT JOIN pair ON pair.label = entry.id WHERE entry.file = ? AND asking.key = ?
"""
_WHAT = "names the image of another line, but for case or zeros, and says otherwise"


def refuse_contradicted(state: sqlite3.Connection) -> None:
    """Refuse what found its image although another name for it says otherwise."""
    with state:
        state.execute("DELETE FROM asking")
    write_many(state, "INSERT INTO asking VALUES (?, ?)", _folded(state))
    refused = list(_contradicted(state))
    write_many(
        state,
        f"UPDATE label SET facts = NULL, refusal = '{Reason.DUPLICATE_KEY}' WHERE id = ?",
        ((entry,) for _, entry in refused),
    )
    told = ((file, entry, _WHAT) for file, entry in refused)
    write_many(state, "INSERT INTO fault VALUES (?, ?, ?)", told)


def _folded(state: sqlite3.Connection) -> Iterator[tuple[int, str]]:
    for number, key in pages(state, "SELECT -id, key FROM entry WHERE -id > ?"):  # ids lie below 0
        below, _, named = key.partition("\0")
        yield -number, f"{below}\0{loose(named)}"


def _contradicted(state: sqlite3.Connection) -> Iterator[tuple[int, int]]:
    """Yield file and number of each paired entry that is contradicted."""
    for file, key in state.execute(_DOUBTFUL).fetchall():
        members = state.execute(_MEMBERS, (file, key)).fetchall()
        said = {_said(facts) for _, facts, _ in members}
        if len(said) > 1:
            yield from ((file, entry) for entry, _, paired in members if paired)


def _said(facts: str | None) -> object:
    """Return what an entry says, without how it names its image."""
    return replace(unpack_label(facts), file_name=None, sop_uid=None) if facts else None
