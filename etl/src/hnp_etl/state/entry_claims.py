"""Gives each image what the entries that name it say together, or why they cannot be used.

`x1` and `X1`, `scan` and `P01/scan`, a line of one table and a line of another: which of two
statements counts must not be decided by how the image is named or in which file it stands.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from hnp_etl.labels.agreement import agreed
from hnp_etl.labels.label import LabelFacts
from hnp_etl.reading.sealed import pack_label, unpack_label
from hnp_etl.state.database import write_many
from hnp_shared.vocabulary import Reason

# A longer tail of what is named tells more, unless all of it was found: `scan` is a whole name,
# while `P01/scan` of another machine's `H03/P01/scan` is only what is left of one.
_DROP_SHORTER = """
DELETE FROM claim WHERE NOT whole AND rank / 2 < (
    SELECT max(other.rank) / 2 FROM claim AS other
    WHERE other.image = claim.image AND other.frame = claim.frame
)
"""
# A claim that cannot be used stands first, as it does where it is the only one; then the longest
# name, and of equal ones the first by path.
_FIRST = """
INSERT INTO pair (image, frame, label, step) SELECT image, frame, entry, 'd' FROM (
    SELECT image, frame, entry, row_number() OVER (
        PARTITION BY image, frame ORDER BY facts IS NOT NULL, rank DESC, path, entry DESC
    ) AS place
    FROM (
        SELECT claim.image, claim.frame, claim.entry, claim.rank, label.facts, file.path FROM claim
        JOIN entry ON entry.id = claim.entry JOIN label ON label.id = claim.entry
        JOIN file ON file.id = entry.file
    )
) WHERE place = 1
"""
_SEVERAL = """
SELECT claim.image, claim.frame, claim.entry, entry.file, label.facts, pair.label = claim.entry
FROM claim JOIN entry ON entry.id = claim.entry JOIN label ON label.id = claim.entry
JOIN pair ON pair.image = claim.image AND pair.frame = claim.frame
WHERE (claim.image, claim.frame) IN (
    SELECT image, frame FROM claim GROUP BY 1, 2 HAVING count(*) > 1
)
ORDER BY claim.image, claim.frame, claim.entry DESC
"""
# Entries that name a frame beyond the last, or none that is one.
_BEYOND = """
SELECT entry.file, entry.id FROM claim JOIN entry ON entry.id = claim.entry
JOIN file ON file.id = claim.image WHERE claim.frame < 0 OR claim.frame > file.frames
ORDER BY entry.id DESC
"""
_HERE = "names the image of another line, but for case, zeros or folders, and says otherwise"
_ELSEWHERE = "names the image of another table's line and says otherwise"


class _Claim(NamedTuple):
    """An entry among several that name an image; `facts` is None when it cannot be used."""

    image: int
    frame: int
    entry: int
    file: int
    facts: str | None
    paired: int


def settle_claims(state: sqlite3.Connection) -> None:
    """Pair each image with the entry that names it; of several, what they agree on counts."""
    with state:
        _refuse_frames(state)
        state.execute(_DROP_SHORTER)
        state.execute(_FIRST)
    refused: list[tuple[Reason, str, int]] = []
    faults: list[tuple[int, int, str]] = []
    joined: list[tuple[str, int]] = []
    for claims in _several(state):
        found = _together(claims)
        if found is not None:
            joined += [(pack_label(found), each.entry) for each in claims if each.paired]
            continue
        alone = len({each.file for each in claims}) == 1
        reason, what = (
            (Reason.DUPLICATE_KEY, _HERE) if alone else (Reason.FIELD_CONFLICT, _ELSEWHERE)
        )
        refused += [(reason, what, each.entry) for each in claims]
        faults += [(each.file, each.entry, what) for each in claims]
    write_many(state, "UPDATE label SET facts = ? WHERE id = ?", joined)
    write_many(
        state, "UPDATE label SET facts = NULL, refusal = ?, detail = ? WHERE id = ?", refused
    )
    write_many(state, "INSERT INTO fault VALUES (?, ?, ?)", faults)


def _refuse_frames(state: sqlite3.Connection) -> None:
    """Refuse entries of a frame that the file which they name does not have."""
    what = "names a frame that its image does not have"
    told = state.execute(_BEYOND).fetchall()
    state.executemany("INSERT INTO fault VALUES (?, ?, ?)", [(*each, what) for each in told])
    state.executemany(
        "UPDATE label SET facts = NULL, refusal = ?, detail = ? WHERE id = ?",
        [(Reason.BAD_VALUE, what, entry) for _, entry in told],
    )


def _several(state: sqlite3.Connection) -> Iterator[Sequence[_Claim]]:
    """Yield the claims on each frame that has several, where all can be used and some differ."""
    rows = map(_Claim._make, state.execute(_SEVERAL))
    for _, group in groupby(rows, key=lambda each: (each.image, each.frame)):
        claims = tuple(group)
        if None not in (said := {each.facts for each in claims}) and len(said) > 1:
            yield claims


def _together(claims: Sequence[_Claim]) -> LabelFacts | None:
    return agreed([unpack_label(each.facts) for each in claims if each.facts is not None])
