"""Marks the chosen slices of studies in which levels do not run down the spine."""

import itertools
import sqlite3

from hnp_etl.choosing.level_order import level_slice, levels_descend
from hnp_etl.imaging import Plane
from hnp_etl.reading.sealed import unpack_frame
from hnp_etl.recipes.recipe import Selection
from hnp_etl.state.database import write_many


def mark_disorder(state: sqlite3.Connection, selection: Selection) -> None:
    """Mark every slice of such a study: which of its labels is wrong cannot be told."""
    if selection.plane is not Plane.AXIAL:
        return  # a sagittal slice crosses all levels
    cursor = state.execute(
        "SELECT study_id, level, facts, frame FROM slice "
        "JOIN file ON file.id = slice.file "  # whose header tells where it lies
        "WHERE slice.level IS NOT NULL "
        "AND slice.id NOT IN (SELECT id FROM correction WHERE excluded) ORDER BY study_id"
    )
    disordered = []
    for study_id, rows in itertools.groupby(cursor, key=lambda row: row[0]):
        placed = [level_slice(unpack_frame(facts, frame), level) for _, level, facts, frame in rows]
        if not levels_descend([each for each in placed if each is not None]):
            disordered.append((study_id,))
    write_many(state, "UPDATE slice SET disordered = 1 WHERE study_id = ?", disordered)
