"""Dice and distances of shapes that are known."""

import numpy as np
import numpy.typing as npt
import pytest

from hnp_model.morphometry.overlap import dice, surface_mm


def square(first: int, size: int = 20) -> npt.NDArray[np.bool_]:
    mask = np.zeros((60, 60), bool)
    mask[first : first + size, first : first + size] = True
    return mask


def test_dice_is_twice_the_shared_area_by_both() -> None:
    assert dice(square(10), square(10)) == 1
    assert dice(square(10), square(20)) == pytest.approx(2 * 100 / 800)
    assert np.isnan(dice(square(10, 0), square(10, 0)))


@pytest.mark.parametrize("pixel_mm", [(1.0, 1.0), (0.5, 2.0)])
def test_distances_are_in_mm_and_the_same_both_ways(pixel_mm: tuple[float, float]) -> None:
    inner, outer = square(20, 10), square(17, 16)
    mean, worst = surface_mm(inner, outer, pixel_mm)
    assert 3 * min(pixel_mm) <= mean <= worst
    assert worst <= 3 * np.hypot(*pixel_mm) + 1e-9
    assert surface_mm(outer, inner, pixel_mm) == pytest.approx((mean, worst))
    assert surface_mm(inner, inner, pixel_mm) == (0, 0)


def test_nothing_has_no_distance() -> None:
    assert np.isnan(surface_mm(square(5), square(5, 0), (1, 1))).all()
    assert np.isnan(surface_mm(square(5), square(5), (np.nan, 1))).all()
