"""Planes, tilts and positions."""

import math

import pytest

from hnp_etl.geometry import plane_of, slice_normal, slice_position_mm, tilt_deg
from hnp_etl.imaging import Plane


def tilted(degrees: float) -> tuple[float, ...]:
    """Return the orientation of an axial slice turned about the left-right axis."""
    angle = math.radians(degrees)
    return (1.0, 0.0, 0.0, 0.0, math.cos(angle), -math.sin(angle))


@pytest.mark.parametrize("degrees", [0, 16.6, 35, 49.9, -30])
def test_an_axial_slice_may_follow_its_disc(degrees: float) -> None:
    normal = slice_normal(tilted(degrees))
    assert normal is not None
    assert tilt_deg(normal) == pytest.approx(abs(degrees))
    assert plane_of(normal, 50) is Plane.AXIAL


def test_beyond_the_limit_it_is_no_axial_slice() -> None:
    normal = slice_normal(tilted(35))
    assert normal is not None
    assert plane_of(normal, 34.9) is Plane.CORONAL
    assert plane_of(normal, 35.1) is Plane.AXIAL


@pytest.mark.parametrize(
    ("orientation", "plane"),
    [
        ((0, 1, 0, 0, 0, -1), Plane.SAGITTAL),
        ((1, 0, 0, 0, 0, -1), Plane.CORONAL),
        ((-1, 0, 0, 0, 1, 0), Plane.AXIAL),
        ((0.05, 0.998, 0, 0, 0, -1), Plane.SAGITTAL),
    ],
)
def test_planes(orientation: tuple[float, ...], plane: Plane) -> None:
    normal = slice_normal(orientation)
    assert normal is not None
    assert plane_of(normal, 50) is plane


@pytest.mark.parametrize(
    "orientation",
    [None, (0, 0, 0, 0, 0, 0), (1, 0, 0, 1, 0, 0), (2, 0, 0, 0, 2, 0), (1, 0, 0, 0.7, 0.7, 0)],
)
def test_directions_that_are_no_right_angle_tell_nothing(
    orientation: tuple[float, ...] | None,
) -> None:
    assert slice_normal(orientation) is None


def test_the_position_is_measured_along_the_normal() -> None:
    normal = slice_normal(tilted(30))
    assert normal is not None
    step = tuple(4.0 * part for part in normal)
    assert slice_position_mm(normal, (0.0, 0.0, 0.0)) == 0
    assert slice_position_mm(normal, step) == pytest.approx(4.0)
