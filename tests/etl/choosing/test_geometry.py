"""Claims about plane, tilt and position."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hnp_etl.choosing.geometry import plane_of, slice_normal, slice_position_mm, tilt_deg
from hnp_etl.imaging import Plane

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)
CORONAL = (1.0, 0.0, 0.0, 0.0, 0.0, -1.0)


def tilted(degrees: float) -> tuple[float, ...]:
    """An axial slice turned about the left-right axis, as the L5-S1 disc lies."""
    angle = math.radians(degrees)
    return (1.0, 0.0, 0.0, 0.0, math.cos(angle), -math.sin(angle))


def plane(orientation: tuple[float, ...], limit: float = 50) -> Plane:
    normal = slice_normal(orientation)
    assert normal is not None
    return plane_of(normal, limit)


@pytest.mark.parametrize(
    ("orientation", "expected"),
    [
        (AXIAL, Plane.AXIAL),
        (SAGITTAL, Plane.SAGITTAL),
        (CORONAL, Plane.CORONAL),
        ((0.05, 0.998, 0.0, 0.0, 0.0, -1.0), Plane.SAGITTAL),
    ],
)
def test_the_three_planes(orientation: tuple[float, ...], expected: Plane) -> None:
    assert plane(orientation) is expected
    assert plane(tuple(-value for value in orientation)) is expected


@pytest.mark.parametrize("degrees", [0, 20, 40, 49.99, -49.99])
def test_up_to_the_limit_a_slice_is_axial(degrees: float) -> None:
    assert plane(tilted(degrees)) is Plane.AXIAL


@pytest.mark.parametrize("degrees", [50.01, 70, 90, -50.01])
def test_beyond_the_limit_it_is_not(degrees: float) -> None:
    assert plane(tilted(degrees)) is Plane.CORONAL


def test_the_limit_is_the_recipes() -> None:
    assert plane(tilted(30), limit=29.9) is Plane.CORONAL
    assert plane(tilted(30), limit=30.1) is Plane.AXIAL
    assert plane(AXIAL, limit=0) is Plane.AXIAL
    assert plane(SAGITTAL, limit=90) is Plane.AXIAL


@settings(derandomize=True, deadline=None, max_examples=100, database=None)
@given(st.floats(-90, 90))
def test_tilt_is_the_angle_to_the_body_axis(degrees: float) -> None:
    normal = slice_normal(tilted(degrees))
    assert normal is not None
    assert tilt_deg(normal) == pytest.approx(abs(degrees), abs=1e-5)
    assert math.hypot(*normal) == pytest.approx(1)


def test_position_is_measured_along_the_normal() -> None:
    assert slice_position_mm((0.0, 0.0, 1.0), (10.0, 20.0, -30.5)) == -30.5
    normal = slice_normal(tilted(30))
    assert normal is not None
    step = tuple(4 * part for part in normal)
    assert slice_position_mm(normal, step) == pytest.approx(4)
    across = (1.0, 0.0, 0.0)  # moving within the slice does not change it
    assert slice_position_mm(normal, across) == pytest.approx(0)


@pytest.mark.parametrize(
    "orientation",
    [
        None,
        (0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        (1.0, 0.0, 0.0, 1.0, 0.0, 0.0),
        (2.0, 0.0, 0.0, 0.0, 2.0, 0.0),
        (1.0, 0.0, 0.0, 0.1, 1.0, 0.0),
        (1e308, 0.0, 0.0, 0.0, 1e308, 0.0),
    ],
    ids=["none", "zeros", "parallel", "long", "skew", "huge"],
)
def test_no_orientation_no_normal(orientation: tuple[float, ...] | None) -> None:
    assert slice_normal(orientation) is None


def test_rounded_cosines_are_good_enough() -> None:
    assert slice_normal((0.99, 0.0, 0.1, 0.0, 1.02, 0.0)) is not None
