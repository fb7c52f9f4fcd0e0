"""The disc of an axial slice, by points of its study in the patient's coordinates."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.facts import facts_of
from hnp_etl.choosing.disc_reach import DiscPoint, level_reached, point_mm
from hnp_etl.dicom.header import HeaderFacts


def tilted(degrees: float) -> tuple[float, ...]:
    """Return the orientation of an axial slice, tilted about the left-right axis."""
    angle = math.radians(degrees)
    return (1.0, 0.0, 0.0, 0.0, math.cos(angle), math.sin(angle))


def slice_at(z: float, *, degrees: float = 0.0, **changes: object) -> HeaderFacts:
    """Return a slice whose plane crosses the canal, x = y = 0, at a height."""
    orientation = np.array(tilted(degrees))
    corner = np.array([0, 0, z]) - 100 * orientation[:3] - 100 * orientation[3:]
    return facts_of(orientation=(*orientation,), position_mm=(*corner,), **changes)


def canal(level: int, z: float, **changes: object) -> DiscPoint:
    return DiscPoint(level, (0.0, 0.0, z), aside=False, space=None)._replace(**changes)  # type: ignore[arg-type]


SPINE = [canal(level, 70.0 - 35 * level) for level in range(5)]


@pytest.mark.parametrize(
    ("z", "level"),
    [(70, 0), (78, 0), (78.5, None), (62, 0), (61.5, None), (52.5, None), (37, 1), (-70, 4)],
)
def test_the_nearest_disc_counts_within_eight_millimetres(z: float, level: int | None) -> None:
    assert level_reached(slice_at(z), SPINE) == level


@pytest.mark.parametrize(("z", "level"), [(4.9, 2), (5, None), (5.1, 3), (-5, 2), (15.1, None)])
def test_half_the_gap_to_the_next_disc_is_the_reach_where_discs_are_close(
    z: float, level: int | None
) -> None:
    assert level_reached(slice_at(z), [canal(2, 0), canal(3, 10)]) == level


def test_the_recipe_may_reach_farther_or_not_at_all() -> None:
    assert level_reached(slice_at(58), SPINE, 12) == 0
    assert level_reached(slice_at(66), SPINE, 3) is None
    assert level_reached(slice_at(70), SPINE, 0) == 0
    assert level_reached(slice_at(52.5), SPINE, 40) is None  # as near to the next


@given(st.integers(0, 4), st.floats(-40, 40), st.floats(-7.5, 7.5))
def test_a_block_that_is_tilted_to_its_disc_is_measured_along_its_own_normal(
    level: int, degrees: float, off: float
) -> None:
    lift = off / math.cos(math.radians(degrees))
    found = level_reached(slice_at(70 - 35 * level + lift, degrees=degrees), SPINE)
    assert found == level


def test_points_beside_a_disc_count_where_it_has_no_other() -> None:
    foramen = canal(3, 12.0, aside=True)
    assert level_reached(slice_at(12), [foramen]) == 3
    assert level_reached(slice_at(12), [foramen, canal(3, 0)]) is None
    both = [canal(3, 0.0, at_mm=(-20.0, 0.0, -2.0)), canal(3, 0.0, at_mm=(20.0, 0.0, 2.0))]
    assert level_reached(slice_at(7), both) == 3


def test_coordinates_of_another_frame_of_reference_cannot_be_compared() -> None:
    here, there = slice_at(0, space_uid="1.2"), slice_at(0, space_uid="1.3")
    points = [canal(3, 0, space="1.2")]
    assert level_reached(here, points) == 3
    assert level_reached(there, points) is None
    assert level_reached(slice_at(0), points) == 3  # many sets tell none


def test_a_disc_beside_the_picture_is_not_on_it() -> None:
    assert level_reached(slice_at(0), [canal(3, 0, at_mm=(0.0, 150.0, 0.0))]) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"orientation": (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)},
        {"orientation": None},
        {"position_mm": None},
    ],
    ids=["sagittal", "no-orientation", "no-position"],
)
def test_what_is_no_axial_slice_is_at_no_disc(changes: dict[str, object]) -> None:
    assert level_reached(slice_at(0)._replace(**changes), SPINE) is None  # type: ignore[arg-type]


def test_no_points_tell_no_disc() -> None:
    assert level_reached(slice_at(0), []) is None


def test_a_pixel_lies_where_the_standard_puts_it() -> None:
    # PS3.3 C.7.6.2.1.1: x goes along a row by the column spacing, y down a column by the row's
    sagittal = facts_of(
        orientation=(0.0, 1.0, 0.0, 0.0, 0.0, -1.0),
        position_mm=(3.0, -90.0, 110.0),
        row_mm=0.5,
        column_mm=0.25,
    )
    assert point_mm(sagittal, 40, 60) == (3.0, -80.0, 80.0)
    assert point_mm(sagittal._replace(row_mm=None), 40, 60) is None
    assert point_mm(sagittal._replace(position_mm=None), 40, 60) is None
