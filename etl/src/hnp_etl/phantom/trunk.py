"""What surrounds the spine in a slice across the body, pure: outline, muscles, vessels, bowel."""

import numpy as np

from hnp_etl.phantom.people import Patient
from hnp_etl.phantom.shapes import Shape, bone, mirrored, oval
from hnp_etl.phantom.tissues import Tissue

_FORK_STATION = 2.7
"""Above it the aorta and the vena cava are one each, below they have forked."""

_ILIAC_STATION = 3.3
"""From here down the iliac wings flank the spine."""

_FASCIA_MM = 48.0
"""From the back of the canal to the fascia of the back."""


def trunk_shapes(
    patient: Patient, station: float, canal_back_mm: float, rng: np.random.Generator
) -> list[Shape]:
    """Return the shapes from the skin inward, in mm of an average person.

    Args:
        patient: whose trunk it is.
        station: where along the spine.
        canal_back_mm: posterior edge of the canal.
        rng: of this patient; it makes the two sides differ.
    """
    return [
        *_outline(patient, canal_back_mm + _FASCIA_MM),
        *_belly(station, rng),
        *_back_muscles(patient, station, canal_back_mm, rng),
        *_side_muscles(station, rng),
        *_pelvis(station),
        *_vessels(station, rng),
    ]


def _outline(patient: Patient, fascia_mm: float) -> list[Shape]:
    fat_mm = patient.fat_mm / patient.size
    half_depth_mm = 100.0 + 1.5 * fat_mm
    half_width_mm = 145.0 + 1.5 * fat_mm
    middle = (0.0, fascia_mm + fat_mm - half_depth_mm)
    wall_radii = (half_width_mm - fat_mm - 4, half_depth_mm - fat_mm - 2)
    layers = (
        (Tissue.SKIN, middle, (half_width_mm, half_depth_mm)),
        (Tissue.FAT, middle, (half_width_mm - 2, half_depth_mm - 2)),
        (Tissue.MUSCLE, middle, wall_radii),
        (Tissue.FAT, (0.0, middle[1] + 2), (wall_radii[0] - 12, wall_radii[1] - 4)),
    )
    return [oval(tissue, at, radii, squareness=2.6) for tissue, at, radii in layers]


def _belly(station: float, rng: np.random.Generator) -> list[Shape]:
    loops = [
        oval(
            Tissue.BOWEL,
            (rng.uniform(-110, 110), rng.uniform(-125, -44)),
            (rng.uniform(10, 22), rng.uniform(8, 16)),
            turn_deg=rng.uniform(0, 180),
        )
        for _ in range(34)
    ]
    if station > 1.6:
        return loops
    kidney = (rng.uniform(58, 66), rng.uniform(-2, 8))
    organ = [
        oval(Tissue.KIDNEY, kidney, (25, 21), turn_deg=30),
        oval(Tissue.FAT, (kidney[0] - 12, kidney[1] - 6), (9, 6), turn_deg=30),
    ]
    return [*loops, *mirrored(organ)]


def _back_muscles(
    patient: Patient, station: float, canal_back_mm: float, rng: np.random.Generator
) -> list[Shape]:
    """Return multifidus, which grows downward, and erector spinae, which shrinks."""
    shapes = []
    for side in (-1, 1):
        grow = rng.normal(1.0, 0.04)
        deep = (side * (15.5 + 0.6 * station), canal_back_mm + 25.0 - 0.5 * station)
        outer = (side * (46.0 - 1.5 * station), canal_back_mm + 20.0 + station)
        shapes += [
            oval(
                Tissue.MUSCLE,
                outer,
                ((27.0 - 2.2 * station) * grow, (25.0 - 1.5 * station) * grow),
                turn_deg=-side * 20,
                squareness=2.3,
                wear=0.6 * patient.muscle_fat,
            ),
            oval(
                Tissue.MUSCLE,
                deep,
                ((13.0 + 0.9 * station) * grow, (20.0 + 0.6 * station) * grow),
                turn_deg=-side * 8,
                squareness=2.3,
                wear=patient.muscle_fat,
            ),
        ]
    return shapes


def _side_muscles(station: float, rng: np.random.Generator) -> list[Shape]:
    """Return psoas, which grows downward, and quadratus lumborum above the pelvis."""
    shapes = []
    for side in (-1, 1):
        grow = rng.normal(1.0, 0.06)
        psoas = (side * (35.0 + 2.2 * station), 2.0 - 1.5 * station)
        shapes.append(
            oval(
                Tissue.MUSCLE,
                psoas,
                ((11.0 + 2.3 * station) * grow, (16.0 + 1.6 * station) * grow),
                turn_deg=side * 15,
            )
        )
        if station < _ILIAC_STATION:
            loin = (side * 62.0, 22.0)
            shapes.append(oval(Tissue.MUSCLE, loin, (17.0 * grow, 7.0), turn_deg=side * 25))
    return shapes


def _pelvis(station: float) -> list[Shape]:
    if station < _ILIAC_STATION:
        return []
    wing = oval(Tissue.CORTEX, (68.0, 14.0), (7.0, 34.0), turn_deg=38, squareness=2.4)
    iliacus = oval(Tissue.MUSCLE, (60.0, -4.0), (9.0, 28.0), turn_deg=38)
    gluteus = oval(Tissue.MUSCLE, (82.0, 26.0), (12.0, 32.0), turn_deg=38)
    return mirrored([iliacus, gluteus, *bone(wing, 1.6)])


def _vessels(station: float, rng: np.random.Generator) -> list[Shape]:
    front_mm = -16.5 - 0.3 * station
    sway_mm = rng.normal(0, 1.5)
    if station < _FORK_STATION:
        aorta = oval(Tissue.VESSEL, (8.0 + sway_mm, front_mm - 11.0), (8.5, 8.5))
        cava = oval(Tissue.VESSEL, (-14.0 + sway_mm, front_mm - 9.0), (11.0, 7.5), turn_deg=-10)
        return [aorta, cava]
    apart_mm = 9.0 * (station - 1.6)
    artery = oval(Tissue.VESSEL, (apart_mm, front_mm - 13.0), (5.2, 5.2))
    vein = oval(Tissue.VESSEL, (0.8 * apart_mm, front_mm - 4.0), (7.5, 5.0), turn_deg=15)
    return mirrored([artery, vein])
