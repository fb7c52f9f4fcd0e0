"""Muscles around the spine in a slice across the body, pure, in mm of an average person."""

from dataclasses import dataclass

import numpy as np

from hnp_etl.phantom.people import Patient
from hnp_etl.phantom.seeds import Chance
from hnp_etl.phantom.shapes import Shape, oval, spin, streak
from hnp_etl.phantom.tissues import Tissue

ILIAC_STATION = 3.3
"""From here down the iliac wings flank the spine."""

_FASCIA_MM = 0.7
_STREAKS = 34

_FAINT_SHARE = 0.6
"""Of the streaks; they are no wider than the slice is thick, and so half muscle."""


@dataclass(frozen=True, slots=True)
class _Muscle:
    """One muscle of the left side.

    Attributes:
        middle_mm: left, backward.
        turn_deg: see `shapes.oval`.
        grain_deg: in which direction streaks of fat run, 0 for backward.
        fat: 0 for lean, 1 for half fat.
    """

    middle_mm: tuple[float, float]
    radii_mm: tuple[float, float]
    turn_deg: float
    grain_deg: float
    fat: float
    squareness: float = 2.3


def muscle_shapes(
    patient: Patient, station: float, canal_back_mm: float, chance: Chance
) -> list[Shape]:
    """Return the muscles of both sides.

    Args:
        patient: whose they are.
        station: where along the spine.
        canal_back_mm: posterior edge of the canal.
        chance: makes the two sides differ.
    """
    left = [
        *_side_muscles(station),
        *_back_muscles(patient.muscle_fat, station, canal_back_mm),
    ]
    shapes = []
    for side in (-1, 1):
        grow = float(chance.body.normal(1.0, 0.05))
        for muscle in left:
            shapes += _drawn(muscle, side, grow, chance.here)
    return shapes


def _back_muscles(fat: float, station: float, canal_back_mm: float) -> list[_Muscle]:
    """Return erector spinae, which shrinks downward, and multifidus, which grows."""
    outer = (57.0 - 2.5 * station, canal_back_mm + 18.0 + station)
    middle = (38.0 - 1.2 * station, canal_back_mm + 22.0 + station)
    deep = (14.5 + 0.7 * station, canal_back_mm + 25.0 - 0.5 * station)
    return [
        _Muscle(outer, (17.0 - 2.0 * station, 20.0 - 2.0 * station), -35, -35, 0.5 * fat),
        _Muscle(middle, (16.5 - 1.0 * station, 22.5 - 1.3 * station), -14, -25, 0.6 * fat),
        _Muscle(deep, (12.5 + 0.9 * station, 20.0 + 0.6 * station), -8, -20, fat),
    ]


def _side_muscles(station: float) -> list[_Muscle]:
    """Return psoas, which grows downward, and quadratus lumborum above the pelvis."""
    middle = (33.5 + 2.2 * station, 2.0 - 1.5 * station)
    muscles = [_Muscle(middle, (11.0 + 2.3 * station, 16.0 + 1.6 * station), 15, 40, 0.0, 2.1)]
    if station < ILIAC_STATION:
        muscles.append(_Muscle((62.0, 22.0), (17.0, 7.0), 25, 70, 0.1))
    return muscles


def _drawn(muscle: _Muscle, side: int, grow: float, rng: np.random.Generator) -> list[Shape]:
    """Return a muscle in its fascia, streaked with fat, on one side of the body."""
    middle = (side * muscle.middle_mm[0], muscle.middle_mm[1])
    radii = (muscle.radii_mm[0] * grow, muscle.radii_mm[1] * grow)
    turn_deg = side * muscle.turn_deg
    fascia = (radii[0] + _FASCIA_MM, radii[1] + _FASCIA_MM)
    wear = round(0.45 * muscle.fat, 2)
    outlines = ((Tissue.LIGAMENT, fascia, 0.0), (Tissue.MUSCLE, radii, wear))
    shapes = [
        oval(tissue, middle, size, turn_deg=turn_deg, squareness=muscle.squareness, wear=worn)
        for tissue, size, worn in outlines
    ]
    return [*shapes, *_fat_streaks(muscle, middle, radii, side, rng)]


def _fat_streaks(
    muscle: _Muscle,
    middle: tuple[float, float],
    radii: tuple[float, float],
    side: int,
    rng: np.random.Generator,
) -> list[Shape]:
    """Return slivers of fat between the bundles, more and wider ones in a fatty muscle."""
    count = 4 + int(_STREAKS * muscle.fat)
    out, angle = np.sqrt(rng.random(count)) * 0.85, rng.uniform(0, 2 * np.pi, count)
    around = np.stack([np.cos(angle), np.sin(angle)], axis=1) * out[:, None]
    spots = around * radii @ spin(side * muscle.turn_deg)
    lengths = rng.uniform(1.5, 6.0, count)
    widths = rng.gamma(2.0, 0.2 + 0.5 * muscle.fat, count) + 0.2
    turns = side * muscle.grain_deg + rng.normal(0, 18, count)
    faint = rng.random(count) < _FAINT_SHARE
    return [
        streak(Tissue.FAT, spot, long, wide, tilt, wear=less)
        for spot, long, wide, tilt, less in zip(
            spots + middle, lengths, widths, turns, faint.astype(float), strict=True
        )
    ]
