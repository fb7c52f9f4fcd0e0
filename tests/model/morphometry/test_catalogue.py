"""Measures of shapes that a formula draws are what the formula says."""

import math
from dataclasses import replace

import numpy as np
import pytest

from hnp_model.morphometry.catalogue import MEASURES, NAMES, Missing, measure_slice
from model.morphometry.shapes import TOLD, Drawn, Mask

ROUND = Drawn(half_width=20, half_depth=20, nucleus_width=12, nucleus_depth=12, sac_back=30)


def values(mask: Mask, pixel_mm: tuple[float, float] = (0.25, 0.25)) -> dict[str, float | None]:
    found = measure_slice(mask, pixel_mm, TOLD)
    return {name: one.value for name, one in zip(NAMES, found, strict=True)}


@pytest.mark.parametrize("turn_deg", [0.0, 12.0, -25.0])
@pytest.mark.parametrize("pixel_mm", [(0.25, 0.25), (0.2, 0.35)])
def test_an_oval_has_its_area_and_extents_however_it_lies(
    turn_deg: float, pixel_mm: tuple[float, float]
) -> None:
    found = values(Drawn(turn_deg=turn_deg, pixel_mm=pixel_mm).draw(), pixel_mm)
    assert found["disc_area_mm2"] == pytest.approx(math.pi * 22 * 16, rel=2e-3)
    assert found["disc_width_mm"] == pytest.approx(44, abs=0.3)
    assert found["disc_ap_mm"] == pytest.approx(32, abs=0.3)
    assert found["nucleus_share"] == pytest.approx(15 * 9 / (22 * 16), abs=2e-3)
    assert found["sac_area_mm2"] == pytest.approx(math.pi * 49, rel=1e-2)
    assert found["sac_disc_ratio"] == pytest.approx(49 / (22 * 16), rel=1e-2)
    assert found["asymmetry"] == pytest.approx(0, abs=0.02)


def test_an_annulus_between_circles_is_as_thick_everywhere() -> None:
    found = values(ROUND.draw())
    assert found["annulus_mean_mm"] == pytest.approx(8, abs=0.06)
    assert found["annulus_sd_mm"] == pytest.approx(0, abs=0.1)
    assert found["annulus_min_mm"] == pytest.approx(8, abs=0.25)
    octants = [
        found[name] for name in NAMES if name.startswith("annulus_") and "_m" not in name[7:9]
    ]
    assert len(octants) >= 8
    assert found["risk_zone_mm"] == pytest.approx(8, abs=0.1)


def test_a_nucleus_that_lies_back_thins_the_risk_zone_and_its_octant() -> None:
    mask = ROUND.draw()
    shifted = np.where(mask == 1, 2, mask).astype(np.uint8)
    rows, columns = np.nonzero(mask == 1)
    shifted[rows + round(3 / 0.25), columns] = 1
    found = values(shifted)
    assert found["annulus_min_mm"] == pytest.approx(5, abs=0.25)
    assert found["risk_zone_min_mm"] == pytest.approx(5, abs=0.25)
    assert found["annulus_posterior_mm"] == pytest.approx(5.15, abs=0.25)
    assert found["annulus_anterior_mm"] == pytest.approx(10.85, abs=0.25)


@pytest.mark.parametrize("bulge_mm", [2.0, 4.0, 6.0])
def test_what_stands_out_is_measured_beyond_the_sound_margin(bulge_mm: float) -> None:
    found = values(Drawn(bulge_mm=bulge_mm).draw())
    assert found["focal_mm"] == pytest.approx(bulge_mm, abs=0.5)
    flat = values(Drawn().draw())
    assert flat["focal_mm"] == pytest.approx(0, abs=0.35)
    grown = (found["protrusion_mm"] or 0) - (flat["protrusion_mm"] or 0)
    assert grown == pytest.approx(bulge_mm, abs=0.3)


def test_a_flat_back_does_not_stand_out_beyond_its_corners() -> None:
    mask = np.zeros((200, 240), np.uint8)
    mask[60:140, 40:200] = 2
    mask[90:110, 100:140] = 1
    mask[150:170, 105:135] = 3
    assert values(mask)["protrusion_mm"] == pytest.approx(0, abs=0.01)
    mask[140:152, 110:130] = 2
    assert values(mask)["protrusion_mm"] == pytest.approx(12 * 0.25, abs=0.01)


@pytest.mark.parametrize(
    ("at", "side", "zone"),
    [(0.0, 0, 1), (4.0, 1, 1), (-8.0, -1, 2), (9.5, 1, 2), (-15.0, -1, 3)],
)
@pytest.mark.parametrize("turn_deg", [0.0, 10.0])
def test_side_and_zone_are_the_patients(at: float, side: int, zone: int, turn_deg: float) -> None:
    found = values(Drawn(bulge_mm=4, bulge_left=at, turn_deg=turn_deg).draw())
    assert (found["side"], found["zone"]) == (side, zone)


@pytest.mark.parametrize(("bulge_mm", "size"), [(0.5, 0), (2.5, 1), (6.0, 2), (12.0, 3)])
def test_msu_size_is_told_against_the_line_between_the_facets(bulge_mm: float, size: int) -> None:
    drawn = Drawn(bulge_mm=bulge_mm, sac_back=30, sac_radius=9)  # facets' medial edge 9 mm behind
    assert values(drawn.draw())["msu_size"] == size


def test_asymmetry_grows_with_what_stands_out_on_one_side() -> None:
    found = [values(Drawn(bulge_mm=6, bulge_left=at).draw())["asymmetry"] or 0 for at in (0, 11)]
    assert found[1] > found[0] + 0.02


def test_what_is_missing_has_a_reason() -> None:
    mask = Drawn(facets=False).draw()
    found = dict(zip(NAMES, measure_slice(mask, (0.25, 0.25), TOLD), strict=True))
    assert found["zone"].reason is Missing.NO_FACETS
    no_sac = np.where(mask == 3, 0, mask).astype(np.uint8)
    found = dict(zip(NAMES, measure_slice(no_sac, (0.25, 0.25), TOLD), strict=True))
    assert found["sac_area_mm2"].reason is found["risk_zone_mm"].reason is Missing.NO_SAC
    assert found["disc_area_mm2"].value is not None
    disc_only = np.where(mask == 1, 2, mask).astype(np.uint8)
    found = dict(zip(NAMES, measure_slice(disc_only, (0.25, 0.25), ("disc", "sac")), strict=True))
    assert found["annulus_mean_mm"].reason is Missing.NOT_OUTLINED
    assert found["disc_ap_mm"].value == pytest.approx(32, abs=0.3)


@pytest.mark.parametrize(
    ("mask", "pixel_mm", "reason"),
    [
        (np.zeros((9, 9), np.uint8), (0.25, 0.25), Missing.NO_DISC),
        (Drawn().draw(), (math.nan, 0.25), Missing.NO_PIXEL_SIZE),
        (Drawn(size_mm=40).draw(), (0.25, 0.25), Missing.CUT_OFF),
    ],
)
def test_no_slice_is_measured_that_cannot_be(
    mask: Mask, pixel_mm: tuple[float, float], reason: Missing
) -> None:
    found = measure_slice(mask, pixel_mm, TOLD)
    assert found[0].value is None
    assert found[0].reason is reason


def test_specks_and_holes_change_nothing() -> None:
    drawn = Drawn()
    clean, dirty = drawn.draw(), drawn.draw()
    dirty[3:5, 3:5] = 2
    dirty[20:22, 8:10] = 3
    dirty[180, 140:150] = 0  # a hole in the disc
    one, other = values(clean), values(dirty)
    for name in ("disc_area_mm2", "disc_ap_mm", "sac_area_mm2"):
        assert one[name] == pytest.approx(other[name])


def test_every_measure_has_a_unit_and_a_meaning() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert {measure.unit for measure in MEASURES} <= {"mm", "mm2", "share", "code"}
    assert all(measure.meaning for measure in MEASURES)


def test_a_disc_without_a_sac_looks_down_the_picture() -> None:
    mask = replace(Drawn(bulge_mm=5), facets=False).draw()
    bare = np.where(mask == 3, 0, mask).astype(np.uint8)
    assert values(bare)["focal_mm"] == pytest.approx(values(mask)["focal_mm"], abs=0.05)
