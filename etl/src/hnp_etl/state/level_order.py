"""Marks the chosen slices of studies in which levels do not run down the spine."""

import itertools
import sqlite3

from hnp_etl.imaging import Plane
from hnp_etl.level_order import level_slice, levels_descend
from hnp_etl.recipe import Selection
from hnp_etl.state.database import write_many
from hnp_etl.state.records import header_facts, read_choice


def mark_disorder(state: sqlite3.Connection, selection: Selection) -> None:
    """Mark every slice of such a study: which of its labels is wrong cannot be told."""
    if selection.plane is not Plane.AXIAL:
        return  # a sagittal slice crosses all levels
    cursor = state.execute(
        "SELECT study_id, choice, facts FROM slice JOIN file USING (id) ORDER BY study_id"
    )
    disordered = []
    for study_id, rows in itertools.groupby(cursor, key=lambda row: row[0]):
        told = [(header_facts(facts), read_choice(choice).label.level) for _, choice, facts in rows]
        placed = [level_slice(facts, level) for facts, level in told if level is not None]
        if not levels_descend([each for each in placed if each is not None]):
            disordered.append((study_id,))
    write_many(state, "UPDATE slice SET disordered = 1 WHERE study_id = ?", disordered)
