"""What became of the frames of a file that somebody asks about."""

import sqlite3
from typing import NamedTuple

from hnp_etl.reading.sealed import reason_of
from hnp_etl.state.database import SINGLE
from hnp_etl.state.rows import IN_ORDER
from hnp_shared.vocabulary import Reason

# The frames of a file, the one that came furthest first: stored ones, then by the order of gates.
_FRAMES = f"""
SELECT look.frame, outcome.reason, outcome.detail, EXISTS (
    SELECT 1 FROM slice JOIN sample USING (id)
    WHERE slice.file = look.id AND slice.frame = look.frame
) AS stored
FROM look LEFT JOIN outcome ON outcome.file = look.id AND outcome.frame = look.frame
WHERE look.id = ? AND look.frame > {SINGLE}
ORDER BY stored DESC, outcome.reason IS NULL DESC, CASE outcome.reason {IN_ORDER} END DESC, 1
"""


class Frames(NamedTuple):
    """The frames of a file that may give several slices.

    Attributes:
        shown: the one that came furthest, from 1; it stands for the file.
        reason: why that one is no slice.
        detail: what was found there, in words.
        told: how many frames became what, most first.
    """

    shown: int
    reason: Reason | None
    detail: str | None
    told: str


def frames_of(state: sqlite3.Connection, file: int) -> Frames | None:
    """Return what became of the frames of a file; None for one that gives at most one slice."""
    rows = state.execute(_FRAMES, (file,)).fetchall()
    if not rows:
        return None
    counts: dict[str, int] = {}
    for _, reason, _, stored in rows:
        outcome = "accepted" if stored else reason or "wanted"
        counts[outcome] = counts.get(outcome, 0) + 1
    frame, reason, detail, _ = rows[0]
    told = ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
    return Frames(
        frame,
        reason_of(reason) if reason else None,
        detail,
        f"{len(rows)} frames: {told}; frame {frame} is told here",
    )
