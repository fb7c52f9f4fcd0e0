"""Where a slice lies: plane, tilt and position from the patient-based coordinates.

Source: DICOM PS3.3 C.7.6.2.1.1 (x to the left, y to the back, z to the head; mm).
"""

import math

from hnp_etl.imaging import Plane

UNIT_TOLERANCE = 0.05
"""How far direction cosines may be from unit length and right angles: rounded texts."""

Vector = tuple[float, float, float]


def slice_normal(orientation: tuple[float, ...] | None) -> Vector | None:
    """Return the unit normal of a slice, None without a usable orientation.

    Args:
        orientation: direction cosines of the row and of the column, six numbers.
    """
    if orientation is None:
        return None
    row, column = orientation[:3], orientation[3:]
    if any(abs(math.hypot(*side) - 1) > UNIT_TOLERANCE for side in (row, column)):
        return None
    if abs(sum(a * b for a, b in zip(row, column, strict=True))) > UNIT_TOLERANCE:
        return None
    x = row[1] * column[2] - row[2] * column[1]
    y = row[2] * column[0] - row[0] * column[2]
    z = row[0] * column[1] - row[1] * column[0]
    length = math.hypot(x, y, z)
    return (x / length, y / length, z / length)


def tilt_deg(normal: Vector) -> float:
    """Return the angle between a slice's normal and the body axis, 0 to 90 degrees."""
    return math.degrees(math.acos(min(1.0, abs(normal[2]))))


def plane_of(normal: Vector, max_tilt_deg: float) -> Plane:
    """Return axial up to the tilt, beyond it the larger of the other two components."""
    if tilt_deg(normal) <= max_tilt_deg:
        return Plane.AXIAL
    return Plane.SAGITTAL if abs(normal[0]) >= abs(normal[1]) else Plane.CORONAL


def slice_position_mm(normal: Vector, position_mm: tuple[float, ...]) -> float:
    """Return the position of a slice along its normal."""
    return sum(a * b for a, b in zip(normal, position_mm, strict=True))
