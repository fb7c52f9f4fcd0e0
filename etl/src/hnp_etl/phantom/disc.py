"""Disc and vertebral body in a slice across the spine, pure, in mm of an average person."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from hnp_etl.phantom.geometry import Vector
from hnp_etl.phantom.people import Disc
from hnp_etl.phantom.shapes import Part, Shape, bone, oval, rounded, streak
from hnp_etl.phantom.tissues import Tissue

_OUTLINE_POINTS = 144

_RINGS = (
    (Tissue.LIGAMENT, 1.03, 1.0, Part.OTHER, 1.0),
    (Tissue.ANNULUS, 1.0, 1.0, Part.ANNULUS, 1.0),
    (Tissue.INNER_ANNULUS, 0.86, 0.85, Part.ANNULUS, 0.5),
    (Tissue.INNER_ANNULUS, 0.78, 0.7, Part.ANNULUS, 0.0),
    (Tissue.NUCLEUS, 0.70, 0.6, Part.NUCLEUS, 0.6),
    (Tissue.NUCLEUS, 0.62, 0.5, Part.NUCLEUS, 0.3),
    (Tissue.NUCLEUS, 0.53, 0.4, Part.NUCLEUS, 0.0),
)
"""From outside: tissue, share of the disc, share of the bulge it follows, part, least wear."""

_FISSURED_FROM = 0.35
"""Degeneration from which the annulus may be torn: a bright dot, herniated or not."""


@dataclass(frozen=True, slots=True)
class Margin:
    """The posterior margin of a disc or body.

    Attributes:
        left_mm: ascending, (corner,); back_mm likewise.
    """

    left_mm: Vector
    back_mm: Vector

    @classmethod
    def of(cls, outline: Vector) -> Self:
        """Return the rear edge of an outline, (corner, 2)."""
        behind = outline[outline[:, 1] > 0]
        behind = behind[np.argsort(behind[:, 0])]
        return cls(behind[:, 0], behind[:, 1])

    def at(self, left_mm: Vector) -> Vector:
        """Return how far back the margin lies at places from the midline."""
        return np.interp(left_mm, self.left_mm, self.back_mm, left=0.0, right=0.0)


def radii_mm(station: float) -> tuple[float, float]:
    """Return half the width and half the depth of the disc or body at a station."""
    waist_mm = 0.0 if station == int(station) else 2.0
    return 23.0 + 0.9 * station - waist_mm, 16.5 + 0.3 * station - waist_mm / 2


def hollow_mm(station: float) -> float:
    """Return how deep the posterior margin is hollow: deep above, flat at the sacrum."""
    return 2.2 - 0.5 * station


def disc_outline(station: float, disc: Disc, share: float = 1.0, pull: float = 1.0) -> Vector:
    """Return the outline of a disc or of a ring within it, (corner, 2).

    Args:
        station: where along the spine.
        disc: as the slice meets it.
        share: of the disc's radii.
        pull: share of the focal bulge that the ring follows.
    """
    radii = radii_mm(station)
    points = _round_body(radii, share, hollow_mm(station))
    backness = np.clip(points[:, 1] / (radii[1] * share), 0, 1) ** 0.5
    off = (points[:, 0] - disc.bulge_left_mm) / disc.bulge_width_mm
    focal_mm = pull * disc.bulge_mm * np.exp(-(off**2) / 2)
    points[:, 1] += backness * (focal_mm + share * disc.broad_bulge_mm)
    return points


def disc_shapes(station: float, disc: Disc, rng: np.random.Generator) -> list[Shape]:
    """Return ligament, annulus and nucleus, and at times a fissure of the annulus."""
    shapes = [
        Shape(
            tissue,
            disc_outline(station, disc, share, pull),
            least + (1 - least) * disc.degeneration,
            part,
        )
        for tissue, share, pull, part, least in _RINGS
    ]
    place_mm, dice = rng.normal(0, 4.0), rng.random()
    if disc.degeneration > _FISSURED_FROM and dice < 0.3:
        margin = Margin.of(disc_outline(station, disc, 0.94, 0.95))
        back_mm = float(margin.at(np.array([place_mm]))[0]) - 1.0
        fissure = oval(Tissue.NUCLEUS, (place_mm, back_mm), (2.0, 0.7), wear=0.2)
        shapes.append(replace(fissure, part=Part.ANNULUS))
    return shapes


def body_outline(station: float) -> Vector:
    """Return the outline of a vertebral body, (corner, 2)."""
    return _round_body(radii_mm(station), 1.0, hollow_mm(station))


def body_shapes(station: float) -> list[Shape]:
    """Return a vertebral body with the vein that leaves it at the back."""
    outline = Shape(Tissue.CORTEX, body_outline(station))
    back_mm = radii_mm(station)[1] - hollow_mm(station)
    branches = [
        streak(Tissue.FLUID, (side * 2.2, back_mm - 8.5), 4.0, 1.3, side * 35) for side in (-1, 1)
    ]
    stem = streak(Tissue.FLUID, (0.0, back_mm - 3.5), 4.5, 2.0, 0.0)
    return [*bone(outline, 0.9), *branches, stem]


def _round_body(radii: tuple[float, float], share: float, hollow: float) -> Vector:
    """Return a kidney-shaped outline, (corner, 2), shrunk by ``share``."""
    points: Vector = rounded(_OUTLINE_POINTS, 2.3) * radii * share
    behind = points[:, 1] > 0
    points[:, 1] -= behind * share * hollow * np.exp(-((points[:, 0] / (11 * share)) ** 2))
    return points
