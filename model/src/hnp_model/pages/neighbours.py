"""Which slices lie beside a slice in its series. Pure."""

from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd


class Neighbour(NamedTuple):
    """A slice beside another; `offset_mm` along the normal of the slice, None where not told."""

    row: int
    offset_mm: float | None


def neighbours_of(manifest: pd.DataFrame, row: int, each_side: int) -> list[Neighbour]:
    """Return the slice itself and its neighbours, by their place along the normal.

    Args:
        manifest: in its order, in which slices of a series stand by their position.
        row: of the slice.
        each_side: how many are wanted before and behind it.
    """
    series, position = manifest["series_id"].to_numpy(), manifest["slice_position_mm"].to_numpy()
    return [
        Neighbour(other, None if pd.isna(gap := position[other] - position[row]) else float(gap))
        for other in _around(row, each_side, len(manifest))
        if series[other] == series[row]
    ]


def _around(row: int, each_side: int, count: int) -> Iterator[int]:
    yield from range(max(0, row - each_side), min(count, row + each_side + 1))
