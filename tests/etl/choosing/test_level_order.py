"""Levels run down the spine."""

import math
from itertools import chain

import pytest

from etl.facts import facts_of
from hnp_etl.choosing.level_order import MAX_STACKS, LevelSlice, level_slice, levels_descend

UP = (0.0, 0.0, 1.0)


def flat(*places: tuple[int, float]) -> list[LevelSlice]:
    """Return slices of one straight stack: level and height."""
    return [LevelSlice(level, UP, (0.0, 0.0, height)) for level, height in places]


def block(level: int, height: float, tilt_deg: float, forward: float = 0.0) -> list[LevelSlice]:
    """Return three oblique slices through a disc, tilted about the left-right axis."""
    tilt = math.radians(tilt_deg)
    normal = (0.0, math.sin(tilt), math.cos(tilt))
    return [
        LevelSlice(level, normal, (0.0, forward + step * normal[1], height + step * normal[2]))
        for step in (-4.0, 0.0, 4.0)
    ]


def test_a_straight_stack_in_order_passes() -> None:
    assert levels_descend(flat((0, 140), (0, 136), (1, 105), (3, 36), (4, 4), (4, 0)))


def test_a_level_out_of_order_does_not() -> None:
    assert not levels_descend(flat((0, 140), (2, 105), (1, 70), (3, 36)))


def test_oblique_blocks_in_order_pass_and_exchanged_ones_do_not() -> None:
    tilts = (12.0, 6.0, -2.0, -15.0, -35.0)
    discs = [
        block(level, 140 - 35 * level, tilt, forward=3.0 * level)
        for level, tilt in enumerate(tilts)
    ]
    assert levels_descend(list(chain.from_iterable(discs)))
    exchanged = [*discs[:3], block(4, 35, -15.0), block(3, 0, -35.0)]
    assert not levels_descend(list(chain.from_iterable(exchanged)))


def test_a_second_stack_and_a_little_motion_pass() -> None:
    first, second = flat((3, 36), (4, 0)), flat((3, 1.0), (4, 1.5))
    assert levels_descend(first + first)
    assert levels_descend(second)
    assert not levels_descend(first + flat((4, 40)))


def test_nothing_to_compare_is_in_order() -> None:
    assert levels_descend([])
    assert levels_descend(flat((2, 0)))


def test_a_slice_of_every_tilt_is_no_examination() -> None:
    tilted = [block(2, 0, 2.5 * step)[1] for step in range(30)]
    turned = [
        LevelSlice(2, (math.sin(t), 0.6 * math.cos(t), 0.8 * math.cos(t)), (0.0, 0.0, 0.0))
        for t in (math.radians(2.5 * step) for step in range(1, 41))
    ]
    assert len(tilted + turned) > MAX_STACKS
    assert not levels_descend(tilted + turned)


@pytest.mark.parametrize("flip", [1.0, -1.0])
def test_the_centre_is_told_by_corner_cosines_and_spacing(flip: float) -> None:
    placed = level_slice(facts_of(orientation=(flip, 0.0, 0.0, 0.0, 1.0, 0.0)), 3)
    assert placed is not None
    assert placed.normal == (0.0, 0.0, 1.0)
    assert placed.centre_mm == pytest.approx((-100 + flip * 99.75, -0.25, 40.0))


@pytest.mark.parametrize("missing", ["orientation", "position_mm", "row_mm"])
def test_a_slice_without_a_place_is_left_out(missing: str) -> None:
    assert level_slice(facts_of(**{missing: None}), 3) is None
