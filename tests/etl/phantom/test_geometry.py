import numpy as np
import pytest

from hnp_etl.phantom.geometry import Chart, Grid, axial_plane, backward, spine_of
from hnp_etl.phantom.people import make_patients
from hnp_etl.phantom.scanners import SeriesKind
from hnp_etl.phantom.study import plan_study

PATIENT = next(make_patients(1, 1))


def test_axial_slices_follow_the_disc() -> None:
    for patient in make_patients(1, 20):
        spine = spine_of(patient)
        for level, disc in enumerate(patient.discs):
            normal = axial_plane(spine, level, 0.0, np.zeros(2)).normal
            assert np.degrees(np.arccos(normal[2])) == pytest.approx(abs(disc.tilt_deg))
        assert 25.0 <= patient.discs[4].tilt_deg <= 35.0


def test_sagittal_slices_have_their_normal_along_x() -> None:
    planned = [each for each in plan_study(1, PATIENT) if each.kind is SeriesKind.T2_SAGITTAL]
    assert len(planned) == 5
    for each in planned:
        assert np.abs(each.plane.normal) == pytest.approx([1, 0, 0])


def test_slices_are_numbered_from_the_head_down() -> None:
    heights = [
        each.plane.centre_mm[2]
        for each in plan_study(1, PATIENT)
        if each.kind is SeriesKind.T2_AXIAL
    ]
    assert heights == sorted(heights, reverse=True)


def test_the_spine_has_lordosis() -> None:
    spine = spine_of(PATIENT)
    middle, ends = spine.centre_mm(2.5), (spine.centre_mm(-1.0), spine.centre_mm(5.0))
    assert all(middle[1] < end[1] for end in ends)


def test_a_chart_and_a_plane_agree_on_where_a_pixel_lies() -> None:
    spine, grid = spine_of(PATIENT), Grid(rows=300, columns=200, pixel_mm=0.7)
    plane = axial_plane(spine, 4.0, 1.5, np.array([3.0, 16.0]))
    axes = (np.array([1.0, 0.0, 0.0]), backward(spine.tilt_deg(4.0)))
    to_pixels = Chart(spine.centre_mm(4.0), axes).to_pixels(plane, grid)
    column, row = to_pixels @ (10.0, -5.0, 1.0)
    steps = plane.row_direction * column + plane.column_direction * row
    place = plane.first_pixel_mm(grid) + steps * grid.pixel_mm
    expected = spine.centre_mm(4.0) + 10.0 * axes[0] - 5.0 * axes[1] + 1.5 * plane.normal
    assert place == pytest.approx(expected)
