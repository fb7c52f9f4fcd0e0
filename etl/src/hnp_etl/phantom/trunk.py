"""What surrounds spine and muscles in a slice across the body, pure: outline, bowel, vessels."""

import numpy as np

from hnp_etl.phantom.muscles import ILIAC_STATION
from hnp_etl.phantom.people import Patient
from hnp_etl.phantom.seeds import Chance
from hnp_etl.phantom.shapes import Shape, band, bone, mirrored, oval
from hnp_etl.phantom.tissues import Tissue

_AORTA_FORK_STATION, _CAVA_FORK_STATION = 2.7, 3.2
"""The aorta forks below the body of L4, the vena cava a little lower."""

_FASCIA_MM = 48.0
"""From the back of the canal to the fascia of the back."""


def trunk_shapes(
    patient: Patient, station: float, canal_back_mm: float, chance: Chance
) -> list[Shape]:
    """Return the shapes from the skin inward, in mm of an average person.

    Args:
        patient: whose trunk it is.
        station: where along the spine.
        canal_back_mm: posterior edge of the canal.
        chance: makes people and places differ.
    """
    return [
        *_outline(patient, canal_back_mm + _FASCIA_MM, chance.here),
        *_belly(station, chance.here),
        *_pelvis(station),
        *_vessels(station, patient.age, chance.body),
    ]


def _outline(patient: Patient, fascia_mm: float, rng: np.random.Generator) -> list[Shape]:
    fat_mm = patient.fat_mm / patient.size
    half_depth_mm = 100.0 + 1.5 * fat_mm
    half_width_mm = 145.0 + 1.5 * fat_mm
    middle = (0.0, fascia_mm + fat_mm - half_depth_mm)
    wall_radii = (half_width_mm - fat_mm - 4, half_depth_mm - fat_mm - 2)
    inner = (0.0, middle[1] + 2)
    layers = (
        (Tissue.SKIN, middle, (half_width_mm, half_depth_mm)),
        (Tissue.FAT, middle, (half_width_mm - 2, half_depth_mm - 2)),
        (Tissue.LIGAMENT, middle, wall_radii),
        (Tissue.MUSCLE, middle, (wall_radii[0] - 1, wall_radii[1] - 1)),
        (Tissue.FAT, inner, (wall_radii[0] - 12, wall_radii[1] - 3)),
    )
    ovals = [oval(tissue, at, radii, squareness=2.6) for tissue, at, radii in layers]
    return [*ovals[:2], *_septa(fascia_mm, fat_mm, rng), *ovals[2:]]


def _septa(fascia_mm: float, fat_mm: float, rng: np.random.Generator) -> list[Shape]:
    """Return the thin strands that part the fat under the skin into lobules."""
    shapes = []
    for left_mm in rng.uniform(-100, 100, 16):
        back_mm = fascia_mm - 0.0028 * left_mm**2 + fat_mm * rng.uniform(-0.2, 0.6)
        drift, length = rng.uniform(-0.3, 0.3), rng.uniform(6, 18)
        line = [(left_mm - length, back_mm - drift * 3), (left_mm + length, back_mm + drift * 3)]
        shapes.append(band(Tissue.FAT, line, 0.5))
    return [Shape(shape.tissue, shape.points_mm, 1.0) for shape in shapes]


def _belly(station: float, rng: np.random.Generator) -> list[Shape]:
    """Return loops of bowel, each a wall around gas, fluid or pulp."""
    loops = []
    for _ in range(34):
        at = (rng.uniform(-110, 110), rng.uniform(-125, -48))
        radii = (rng.uniform(9, 20), rng.uniform(8, 14))
        turn_deg, filling = rng.uniform(0, 180), round(rng.random(), 1)
        inner = (radii[0] - 1.6, radii[1] - 1.6)
        loops += [
            oval(Tissue.MUSCLE, at, radii, turn_deg=turn_deg, squareness=2.4),
            oval(Tissue.BOWEL, at, inner, turn_deg=turn_deg, squareness=2.4, wear=filling),
        ]
    return loops if station > 1.6 else [*loops, *_kidneys(rng)]


def _kidneys(rng: np.random.Generator) -> list[Shape]:
    at = (rng.uniform(58, 66), rng.uniform(-2, 8))
    organ = [
        oval(Tissue.KIDNEY, at, (25, 21), turn_deg=30),
        oval(Tissue.KIDNEY, at, (19, 15), turn_deg=30, wear=0.6),
        oval(Tissue.FAT, (at[0] - 12, at[1] - 6), (9, 6), turn_deg=30),
    ]
    return mirrored(organ)


def _pelvis(station: float) -> list[Shape]:
    if station < ILIAC_STATION:
        return []
    wing = oval(Tissue.CORTEX, (68.0, 14.0), (7.0, 34.0), turn_deg=38, squareness=2.4)
    iliacus = oval(Tissue.MUSCLE, (60.0, -4.0), (9.0, 28.0), turn_deg=38)
    gluteus = oval(Tissue.MUSCLE, (82.0, 26.0), (12.0, 32.0), turn_deg=38)
    return mirrored([iliacus, gluteus, *bone(wing, 1.2)])


def _vessels(station: float, age: int, rng: np.random.Generator) -> list[Shape]:
    """Return aorta and vena cava, or below their forks the iliac vessels."""
    front_mm = -16.5 - 0.3 * station
    sway_mm = rng.normal(0, 2.0)
    width_mm = 7.5 + 0.025 * (age - 40) + rng.normal(0, 0.5)
    flow = round(float(rng.uniform(0.1, 0.6)), 2)
    apart_mm = 9.0 * (station - 1.6)
    if station < _AORTA_FORK_STATION:
        arteries = _vessel((8.0 + sway_mm, front_mm - 10.5), (width_mm, width_mm), 0.0)
    else:
        at = (apart_mm, front_mm - 12.0)
        arteries = mirrored(_vessel(at, (0.62 * width_mm, 0.62 * width_mm), 0.0))
    if station < _CAVA_FORK_STATION:
        low = max(station - 2.0, 0.0)
        cava = (-13.0 + sway_mm, front_mm - 7.5 + 2.0 * low)
        return [*_vessel(cava, (10.5 + 3.0 * low, 7.0 - low), flow), *arteries]
    vein = _vessel((0.85 * apart_mm, front_mm - 4.0), (8.0, 4.6), flow)
    return [*mirrored(vein), *arteries]


def _vessel(at: tuple[float, float], radii: tuple[float, float], flow: float) -> list[Shape]:
    """Return wall and lumen; slow flow gives some signal."""
    wall = oval(Tissue.MUSCLE, at, radii)
    return [wall, oval(Tissue.VESSEL, at, (radii[0] - 0.9, radii[1] - 0.9), wear=flow)]
