"""Pairs images with labels, by the first step that gives exactly one of each.

Steps that go by the path look at what is still unpaired; steps that go by a name or UID alone
look at everything, for there a second candidate anywhere makes the first one a guess.
"""

import sqlite3

from hnp_etl.state.database import EXCLUDED
from hnp_shared.vocabulary import Reason

OUT_OF_PLAY = f"('{Reason.NOT_PROCEDURE}', '{Reason.SUPERSEDED}', '{EXCLUDED}')"

_BY_PATH = {"a": ("folder_key", "short_folder_key"), "b": ("trunk_key", "short_trunk_key")}
_BY_STEM = ("stem_key", "short_stem_key")

# Images and labels with what they may be paired by; the join adds what a label says of its image.
_PLAYERS = f"""
SELECT file.id, kind, {{key}} AS key FROM file
LEFT JOIN label ON label.id = file.id AND kind = 'label'
WHERE kind IN ('image', 'label')
AND (early IS NULL OR early NOT IN {OUT_OF_PLAY}) AND {{key}} IS NOT NULL
"""  # constants only
_UNPAIRED = """
AND file.id NOT IN (SELECT image FROM pair) AND file.id NOT IN (SELECT label FROM pair)
"""
# A key that one image and one label share; what is paired already keeps its partner.
_MATCH = """
INSERT OR IGNORE INTO pair (image, frame, label, step)
SELECT image, 0, label, '{step}' FROM (
    SELECT max(CASE WHEN kind = 'image' THEN id END) AS image,
           max(CASE WHEN kind = 'label' THEN id END) AS label
    FROM ({players}) GROUP BY key
    HAVING sum(kind = 'image') = 1 AND sum(kind = 'label') = 1
)
WHERE image NOT IN (SELECT image FROM pair) AND label NOT IN (SELECT label FROM pair)
"""


def forget(state: sqlite3.Connection) -> None:
    """Forget which images and labels belong together."""
    with state:
        state.execute("DELETE FROM pair")


def pair_all(state: sqlite3.Connection) -> None:
    """Pair images and labels anew."""
    forget(state)
    for step, keys in _BY_PATH.items():
        for key in keys:
            _match(state, step, _PLAYERS.format(key=key) + _UNPAIRED)
    for key in _BY_STEM:
        _match(state, "c", _PLAYERS.format(key=key))
    for column in ("uid", "name"):
        value = f"CASE kind WHEN 'image' THEN file.{column} ELSE label.{column} END"
        key = f"coalesce(partition, '') || char(0) || {value}"
        _match(state, "d", _PLAYERS.format(key=key))


def _match(state: sqlite3.Connection, step: str, players: str) -> None:
    with state:
        state.execute(_MATCH.format(step=step, players=players))
