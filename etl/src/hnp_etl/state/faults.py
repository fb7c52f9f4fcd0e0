"""What is wrong in tables of labels, as counts that a screen may show."""

import sqlite3
from typing import NamedTuple


class TableFaults(NamedTuple):
    """Faults in tables of labels.

    Attributes:
        refused: tables that cannot be used at all.
        lines: of the others, those that cannot be.
        alone: lines that name no image, or more than one.
        by_end: lines whose path is not their image's, but ends as it does.
    """

    refused: int
    lines: int
    alone: int
    by_end: int


def table_faults(state: sqlite3.Connection) -> TableFaults:
    """Return how many tables, and lines of tables, were refused."""
    # A table that is refused as a whole has a refusal of its own beside the fault that tells it.
    refused, lines = state.execute(
        "SELECT count(DISTINCT CASE WHEN entry IS NULL AND label.refusal IS NOT NULL THEN file END)"
        ", count(CASE WHEN entry IS NOT NULL OR label.refusal IS NULL THEN 1 END) "
        "FROM fault LEFT JOIN label ON label.id = fault.file"
    ).fetchone()
    (alone,) = state.execute(  # one label of many in a file, and no image that is its
        "SELECT count(*) FROM entry WHERE id NOT IN (SELECT entry FROM claim)"
    ).fetchone()
    (by_end,) = state.execute("SELECT count(*) FROM claim WHERE NOT whole").fetchone()
    return TableFaults(refused, lines, alone, by_end)
