"""Which disc an axial slice is at, by points that images of its study show of discs. Pure.

A point is a place in the patient (DICOM PS3.3 C.7.6.2.1.1), so that one marked on a sagittal image
tells of axial slices too. Distances are taken along each slice's own normal: blocks of slices that
are tilted to their discs need no common axis.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from hnp_etl.choosing.geometry import Vector, slice_normal
from hnp_etl.dicom.header import HeaderFacts

MOST_REACH_MM = 8.0
"""Half the height of a lumbar disc with its endplates: a slice farther off shows a vertebra."""

_LEAST_UP = math.cos(math.radians(60))
"""A slice that is steeper crosses several discs."""

_TIE_MM = 1e-3
"""Two discs as near as that: neither is the nearest."""


class DiscPoint(NamedTuple):
    """A place at a disc.

    Attributes:
        level: 0..4 from the head down.
        aside: beside the disc, such as a foramen; counts where a disc has no other.
        space: Frame of Reference UID of the image that shows it.
    """

    level: int
    at_mm: Vector
    aside: bool
    space: str | None


def point_mm(facts: HeaderFacts, x: float, y: float) -> Vector | None:
    """Return the place of a pixel, None where the header does not tell it.

    Args:
        facts: of the image.
        x: column, from 0 at the centre of the first; y likewise the row.
        y: row.
    """
    corner, cosines = facts.position_mm, facts.orientation
    if not corner or not cosines or facts.row_mm is None or facts.column_mm is None:
        return None
    right, down = x * facts.column_mm, y * facts.row_mm
    a, b, c = (corner[axis] + right * cosines[axis] + down * cosines[axis + 3] for axis in range(3))
    return (a, b, c)


def level_reached(
    facts: HeaderFacts, points: Sequence[DiscPoint], reach_mm: float | None = None
) -> int | None:
    """Return the level of the nearest disc, None when none is near enough.

    Args:
        facts: of the slice.
        points: of discs of its study.
        reach_mm: how far a disc may be along the slice normal; by default half the gap to the next
            disc, at most `MOST_REACH_MM`.
    """
    normal = slice_normal(facts.orientation)
    if normal is None or facts.position_mm is None or abs(normal[2]) < _LEAST_UP:
        return None
    heights = _heights(facts, normal, points)
    nearest = sorted((abs(height), level) for level, height in heights.items())
    if not nearest or (len(nearest) > 1 and nearest[1][0] - nearest[0][0] < _TIE_MM):
        return None
    distance, level = nearest[0]
    return level if distance <= _reach(heights, level, reach_mm) else None


def _reach(heights: Mapping[int, float], level: int, reach_mm: float | None) -> float:
    if reach_mm is not None:
        return reach_mm
    gaps = [abs(each - heights[level]) for other, each in heights.items() if other != level]
    return min([MOST_REACH_MM, *(gap / 2 for gap in gaps)])


def _heights(
    facts: HeaderFacts, normal: Vector, points: Iterable[DiscPoint]
) -> Mapping[int, float]:
    """Return how far each disc that the slice may show lies from it, along its normal."""
    found: dict[tuple[int, bool], list[float]] = {}
    for each in points:
        apart = None not in (each.space, facts.space_uid) and each.space != facts.space_uid
        if not apart and _is_within(facts, each.at_mm):
            height = _dot(normal, _from_corner(facts, each.at_mm))
            found.setdefault((each.level, each.aside), []).append(height)
    means = {
        level: sum(heights) / len(heights)
        for (level, aside), heights in sorted(found.items(), key=lambda item: not item[0][1])
    }
    return dict(sorted(means.items()))


def _is_within(facts: HeaderFacts, at_mm: Vector) -> bool:
    """Tell whether a place lies above or below the picture, and not beside it."""
    cosines, offset = facts.orientation or (), _from_corner(facts, at_mm)
    sides = (
        (cosines[:3], facts.column_mm, facts.columns),
        (cosines[3:], facts.row_mm, facts.rows),
    )
    return all(
        size_mm is None or -0.5 <= _dot(side, offset) / size_mm <= (count or 0) - 0.5
        for side, size_mm, count in sides
    )


def _from_corner(facts: HeaderFacts, at_mm: Vector) -> Vector:
    x, y, z = (a - b for a, b in zip(at_mm, facts.position_mm or (), strict=True))
    return (x, y, z)


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))
