"""Which slices a model that sees several is shown; one that sees one needs nothing of this."""

from collections.abc import Iterable
from itertools import groupby, pairwise
from typing import Any

Row = dict[str, Any]

FARTHEST_MM, SAME_PLACE_MM, SAME_TILT_DEG = 10.0, 0.1, 1.0


def rows_seen(rows: list[Row], channels: int) -> list[list[Row | None]]:
    """Return for each row of a manifest its neighbours by position, itself in the middle.

    None: there is no neighbour. They share the series and lie at most 10 mm from one to the next.
    """
    above: dict[str, Row] = {}
    below: dict[str, Row] = {}
    for _, series in groupby(sorted(rows, key=series_of), series_of):
        for stack in runs(series, "tilt_deg", SAME_TILT_DEG):
            placed = [row for row in stack if row["slice_position_mm"] is not None]
            for lower, upper in pairwise(runs(placed, "slice_position_mm", SAME_PLACE_MM)):
                ends = [min(place, key=lambda row: row["slice_id"]) for place in (lower, upper)]
                if ends[1]["slice_position_mm"] - ends[0]["slice_position_mm"] <= FARTHEST_MM:
                    above |= {row["slice_id"]: ends[1] for row in lower}
                    below |= {row["slice_id"]: ends[0] for row in upper}
    return [
        [*follow(row, below, channels // 2)[::-1], row, *follow(row, above, channels // 2)]
        for row in rows
    ]


def series_of(row: Row) -> tuple[str, str, str]:
    """Return what tells a series."""
    return row["patient_id"], row["study_id"], row["series_id"]


def runs(rows: Iterable[Row], name: str, farthest: float) -> list[list[Row]]:
    """Return rows in runs: from one value to the next it is no further than that."""
    found: list[list[Row]] = []
    for row in sorted(rows, key=lambda row: (row[name] is None, row[name] or 0.0)):
        before = found[-1][-1][name] if found else None
        same = before == row[name] or (
            None not in (before, row[name]) and row[name] - before <= farthest
        )
        if found and same:
            found[-1].append(row)
        else:
            found.append([row])
    return found


def follow(row: Row, steps: dict[str, Row], count: int) -> list[Row | None]:
    """Return the next rows that way, and None where they end."""
    found: list[Row | None] = []
    here: Row | None = row
    for _ in range(count):
        here = steps.get(here["slice_id"]) if here else None
        found.append(here)
    return found
