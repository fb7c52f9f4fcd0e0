"""Spinal canal, sac and roots in a slice across the spine, pure, in mm of an average person."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from hnp_etl.phantom.disc import Margin, hollow_mm, radii_mm
from hnp_etl.phantom.geometry import Vector
from hnp_etl.phantom.shapes import Part, Shape, oval, polygon, rounded
from hnp_etl.phantom.tissues import Tissue

_SAC_POINTS = 96

_DURA_MM = 0.5
"""Between the margin of the disc and the fluid of the sac."""

_CORD_END_STATION = 0.25


@dataclass(frozen=True, slots=True)
class Canal:
    """The bony canal at a cut.

    Attributes:
        front_mm, back_mm: anterior and posterior edge in the midline.
    """

    front_mm: float
    back_mm: float

    @classmethod
    def at(cls, station: float, width_mm: float) -> Self:
        """Return the canal at a station, ``width_mm`` from front to back."""
        front_mm = radii_mm(station)[1] - hollow_mm(station) + 1.0
        return cls(front_mm, front_mm + width_mm)

    @property
    def depth_mm(self) -> float:
        """From front to back."""
        return self.back_mm - self.front_mm

    def along(self, share: float) -> float:
        """Return the place a share of the way from front to back."""
        return self.front_mm + share * self.depth_mm


def epidural_fat(canal: Canal) -> list[Shape]:
    """Return the fat that fills the canal outside the sac."""
    corners = ((11.0, -1.0), (11.5, 0.45), (2.5, 1.1))
    left = [
        (across, canal.front_mm - 1 if share < 0 else canal.along(share))
        for across, share in corners
    ]
    right = [(-across, back) for across, back in reversed(left)]
    return [polygon(Tissue.FAT, [*left, *right])]


def sac_outline(station: float, canal: Canal, margin: Margin) -> Vector:
    """Return the outline of the sac, (corner, 2), pushed back where the margin reaches it."""
    middle, radii = _sac_oval(station, canal)
    points = rounded(_SAC_POINTS, 2.2) * radii + middle
    floor = margin.at(points[:, 0]) + _DURA_MM
    points[:, 1] = np.maximum(points[:, 1], floor)
    return points


def sac_shapes(
    station: float, outline: Vector, margin: Margin, rng: np.random.Generator
) -> list[Shape]:
    """Return dura, fluid and the roots that float in it.

    Args:
        station: where along the spine.
        outline: from `sac_outline`.
        margin: of what lies before the sac.
        rng: of the patient: roots run on from slice to slice.
    """
    middle = (outline.max(axis=0) + outline.min(axis=0)) / 2
    dura = middle + (outline - middle) * (1 + _DURA_MM / np.ptp(outline, axis=0).clip(2.0) * 2)
    dura[:, 1] = np.maximum(dura[:, 1], margin.at(dura[:, 0]))
    return [
        Shape(Tissue.LIGAMENT, dura),
        Shape(Tissue.FLUID, outline, part=Part.SAC),
        *_roots(station, outline, rng),
    ]


def _sac_oval(station: float, canal: Canal) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return middle and radii of the sac that nothing touches; it ends within the sacrum."""
    depth_mm = canal.depth_mm * (0.86 - 0.05 * station)
    half_width_mm = 8.8 - 0.5 * station + 0.12 * depth_mm
    front_mm = canal.front_mm + 0.5 + 0.35 * station
    return (0.0, front_mm + depth_mm / 2), (half_width_mm, depth_mm / 2)


def _roots(station: float, outline: Vector, rng: np.random.Generator) -> list[Shape]:
    """Return the cauda equina, which settles at the back; at the top the tip of the cord."""
    front, back = Margin.of(outline * (1, -1) + (0, 200)), Margin.of(outline)
    half_width_mm = float(np.ptp(outline[:, 0])) / 2
    count = 20 - int(2.5 * station)
    across = np.linspace(-0.86, 0.86, 20)[:count] + rng.normal(0, 0.03, 20)[:count]
    across *= 0.86 / np.abs(across).max()
    settled = 0.88 - 0.28 * rng.random(20)[:count] - 0.4 * across**2
    left = across * half_width_mm
    first = 200 - front.at(left)
    depth = first + (back.at(left) - first) * settled
    roots = [oval(Tissue.NERVE, (x, y), (0.62, 0.55)) for x, y in zip(left, depth, strict=True)]
    if station < _CORD_END_STATION:
        tip = (0.0, float(outline[:, 1].mean()) + 0.8)
        roots.append(oval(Tissue.CORD, tip, (2.9, 2.3)))
    return [replace(root, part=Part.SAC) for root in roots]
