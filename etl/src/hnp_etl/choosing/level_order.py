"""Whether disc levels run down the spine in the order of their slices, study by study. Pure.

A study may hold several axial stacks and oblique blocks, one a disc. Slices that are parallel make
one stack, whatever series they are in; stacks are compared along the mean of their normals.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hnp_etl.choosing.geometry import Vector, slice_normal
from hnp_etl.dicom.header import HeaderFacts

PARALLEL_DEG = 2.0
"""Normals this close make one stack; blocks of neighbouring discs differ by more or fit anyway."""

ORDER_TOLERANCE_MM = 2.0
"""A patient moves this much between series; discs lie 25 mm or more apart."""

MAX_STACKS = 64
"""A study with more is no examination of five discs, and its order cannot be trusted."""


@dataclass(frozen=True, slots=True)
class LevelSlice:
    """A slice with its level.

    Attributes:
        level: 0..4 from the head down.
        normal: unit vector towards the head.
        centre_mm: of the image.
    """

    level: int
    normal: Vector
    centre_mm: Vector


def level_slice(facts: HeaderFacts, level: int) -> LevelSlice | None:
    """Return a slice's place, None where the header does not tell it (PS3.3 C.7.6.2.1.1)."""
    normal = slice_normal(facts.orientation)
    known = facts.orientation and facts.position_mm and facts.row_mm and facts.column_mm
    if normal is None or not known:
        return None
    right = ((facts.columns or 1) - 1) / 2 * (facts.column_mm or 0)
    down = ((facts.rows or 1) - 1) / 2 * (facts.row_mm or 0)
    cosines, corner = facts.orientation or (), facts.position_mm or ()
    x, y, z = (corner[axis] + right * cosines[axis] + down * cosines[axis + 3] for axis in range(3))
    sign = 1.0 if normal[2] >= 0 else -1.0
    return LevelSlice(level, (sign * normal[0], sign * normal[1], sign * normal[2]), (x, y, z))


def levels_descend(slices: Sequence[LevelSlice]) -> bool:
    """Tell whether no slice of a higher disc lies below one of a lower disc in one study."""
    stacks = _stacks(slices)
    if len(stacks) > MAX_STACKS:
        return False
    pairs = ((one, other) for one in stacks for other in stacks)
    return all(_in_order(one, other) for one, other in pairs)


def _stacks(slices: Sequence[LevelSlice]) -> list[list[LevelSlice]]:
    """Group slices that are parallel, up to one stack more than is looked at."""
    stacks: list[list[LevelSlice]] = []
    for each in sorted(slices, key=lambda each: (each.normal, each.centre_mm, each.level)):
        stack = next((it for it in stacks if _parallel(it[0].normal, each.normal)), None)
        if stack is not None:
            stack.append(each)
        elif len(stacks) <= MAX_STACKS:
            stacks.append([each])
    return stacks


def _in_order(one: Sequence[LevelSlice], other: Sequence[LevelSlice]) -> bool:
    """Tell whether the slices of ``one`` lie above those of lower discs in ``other``."""
    x, y, z = (a + b for a, b in zip(one[0].normal, other[0].normal, strict=True))
    length = math.hypot(x, y, z)
    if length < 1:  # more than 120 degrees apart: no common way down
        return False
    axis = (x / length, y / length, z / length)
    lowest: dict[int, float] = {}
    highest: dict[int, float] = {}
    for each in one:
        lowest[each.level] = min(_along(axis, each), lowest.get(each.level, math.inf))
    for each in other:
        highest[each.level] = max(_along(axis, each), highest.get(each.level, -math.inf))
    return all(
        low + ORDER_TOLERANCE_MM >= high
        for level, low in lowest.items()
        for lower, high in highest.items()
        if level < lower
    )


def _along(axis: Vector, each: LevelSlice) -> float:
    return sum(a * b for a, b in zip(axis, each.centre_mm, strict=True))


def _parallel(one: Vector, other: Vector) -> bool:
    cosine = sum(a * b for a, b in zip(one, other, strict=True))
    return math.degrees(math.acos(max(-1.0, min(1.0, cosine)))) <= PARALLEL_DEG
