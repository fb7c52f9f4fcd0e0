"""What a slice across the spine shows, pure: truth in, shapes out.

Coordinates: left, backward, from the centre of the disc or body, in mm of an average person.
"""

from dataclasses import dataclass, replace

import numpy as np

from hnp_etl.phantom.geometry import Vector
from hnp_etl.phantom.people import Disc, Patient
from hnp_etl.phantom.shapes import Shape, band, bone, mirrored, oval, polygon, rounded
from hnp_etl.phantom.tissues import Tissue
from hnp_etl.phantom.trunk import trunk_shapes

_OUTLINE_POINTS = 144


@dataclass(frozen=True, slots=True)
class AxialCut:
    """Where a slice crosses the spine.

    Attributes:
        station: 0..4 for the discs from L1-2, halves for the bodies between them.
        fullness: how much of the bulge the slice meets, 1 at the middle of the disc.
    """

    station: float
    fullness: float = 1.0

    @property
    def level(self) -> int | None:
        """The disc that the slice shows, None between two discs."""
        return int(self.station) if self.station == int(self.station) else None


@dataclass(frozen=True, slots=True)
class _Canal:
    """Spinal canal at the cut.

    Attributes:
        front_mm, back_mm: anterior and posterior edge in the midline.
    """

    front_mm: float
    back_mm: float

    @property
    def depth_mm(self) -> float:
        return self.back_mm - self.front_mm

    def at(self, share: float) -> float:
        """Return the place a share of the way from front to back."""
        return self.front_mm + share * self.depth_mm


def axial_shapes(patient: Patient, cut: AxialCut, rng: np.random.Generator) -> list[Shape]:
    """Return the shapes that ``cut`` shows, in mm of this patient."""
    disc = nearest_disc(patient, cut.station)
    radii_mm = _body_radii_mm(cut)
    front_mm = radii_mm[1] - _hollow_mm(cut) + 1.0
    canal = _Canal(front_mm, front_mm + disc.canal_width_mm / patient.size)
    shapes = trunk_shapes(patient, cut.station, canal.back_mm, rng)
    if cut.level is None:
        shapes += _arch(canal) + _canal_content(cut, canal, rng) + _body(cut, radii_mm)
    else:
        shapes += _joints(canal, patient.age) + _canal_content(cut, canal, rng)
        shapes += _disc(cut, radii_mm, disc, patient.size)
    return [replace(shape, points_mm=shape.points_mm * patient.size) for shape in shapes]


def nearest_disc(patient: Patient, station: float) -> Disc:
    """Return the disc at a station, or the one above it."""
    return patient.discs[min(max(int(station), 0), len(patient.discs) - 1)]


def _body_radii_mm(cut: AxialCut) -> tuple[float, float]:
    waist_mm = 0.0 if cut.level is not None else 2.0
    return 23.0 + 0.9 * cut.station - waist_mm, 16.5 + 0.3 * cut.station - waist_mm / 2


def _hollow_mm(cut: AxialCut) -> float:
    """Return how deep the posterior margin is hollow: deep above, flat at the sacrum."""
    return 2.2 - 0.5 * cut.station


def _disc(cut: AxialCut, radii_mm: tuple[float, float], disc: Disc, size: float) -> list[Shape]:
    bulge_mm = disc.bulge_mm * cut.fullness / size
    shapes = []
    for tissue, share, pull in (
        (Tissue.LIGAMENT, 1.03, 1.0),
        (Tissue.ANNULUS, 1.0, 1.0),
        (Tissue.INNER_ANNULUS, 0.80, 0.75),
        (Tissue.NUCLEUS, 0.62, 0.45),
    ):
        points = _round_body(radii_mm, share, _hollow_mm(cut))
        backness = np.clip(points[:, 1] / (radii_mm[1] * share), 0, 1) ** 0.5
        off_mm = (points[:, 0] - disc.bulge_left_mm / size) * size / disc.bulge_width_mm
        focal_mm = pull * bulge_mm * np.exp(-(off_mm**2) / 2)
        points[:, 1] += backness * (focal_mm + share * disc.broad_bulge_mm * cut.fullness)
        shapes.append(Shape(tissue, points, disc.degeneration))
    return shapes


def _body(cut: AxialCut, radii_mm: tuple[float, float]) -> list[Shape]:
    outline = Shape(Tissue.CORTEX, _round_body(radii_mm, 1.0, _hollow_mm(cut)))
    vein = band(Tissue.FLUID, [(0, radii_mm[1] - 8), (0, radii_mm[1] - 2)], 2.0)
    return [*bone(outline, 1.2), vein]


def _round_body(radii_mm: tuple[float, float], share: float, hollow_mm: float) -> Vector:
    """Return the kidney-shaped outline of a disc or body, (corner, 2), shrunk by ``share``."""
    points: Vector = rounded(_OUTLINE_POINTS, 2.3) * radii_mm * share
    behind = points[:, 1] > 0
    points[:, 1] -= behind * share * hollow_mm * np.exp(-((points[:, 0] / (11 * share)) ** 2))
    return points


def _canal_content(cut: AxialCut, canal: _Canal, rng: np.random.Generator) -> list[Shape]:
    """Return the sac with its roots; fat fills what it leaves, most of all at the sacrum."""
    depth_share = 0.84 - 0.05 * cut.station
    depth_mm = canal.depth_mm * depth_share
    half_width_mm = 8.6 - 0.5 * cut.station + 0.12 * depth_mm
    middle = (rng.normal(0, 0.4), canal.front_mm + 0.6 + depth_mm / 2)
    lateral_mm = half_width_mm + 2.5
    space = [
        (-lateral_mm, canal.front_mm - 1),
        (lateral_mm, canal.front_mm - 1),
        (lateral_mm, canal.at(0.55)),
        (2.0, canal.back_mm + 2.5),
        (-2.0, canal.back_mm + 2.5),
        (-lateral_mm, canal.at(0.55)),
    ]
    radii = (half_width_mm, depth_mm / 2)
    return [
        polygon(Tissue.FAT, space),
        oval(Tissue.LIGAMENT, middle, (radii[0] + 0.5, radii[1] + 0.5), squareness=2.3),
        oval(Tissue.FLUID, middle, radii, squareness=2.3),
        *_roots(cut, middle, radii, rng),
    ]


def _roots(
    cut: AxialCut, middle: tuple[float, float], radii: tuple[float, float], rng: np.random.Generator
) -> list[Shape]:
    """Return the cauda equina, which settles at the back; at the top the tip of the cord."""
    count = 16 - int(2 * cut.station)
    angles = np.radians(rng.uniform(15, 165, count))
    depths = rng.uniform(0.35, 0.82, count)
    roots = [
        oval(
            Tissue.NERVE,
            (
                middle[0] + radii[0] * depth * np.cos(angle),
                middle[1] + radii[1] * depth * np.sin(angle),
            ),
            (0.75, 0.75),
        )
        for angle, depth in zip(angles, depths, strict=True)
    ]
    if cut.station < 0.25:
        roots.append(oval(Tissue.CORD, (middle[0], middle[1] + 1.0), (2.6, 2.0)))
    return roots


def _joints(canal: _Canal, age: int) -> list[Shape]:
    """Return what surrounds the canal at a disc: foramina, yellow ligament, facets, spine."""
    thick_mm = 2.6 + 0.03 * (age - 40)
    joint = (17.5, canal.at(0.62) + 1.0)
    side = [
        oval(Tissue.FAT, (17.0, canal.at(0.1)), (8.0, 6.0), turn_deg=20),
        oval(Tissue.NERVE, (18.5, canal.at(0.05)), (2.8, 2.2)),
        *bone(oval(Tissue.CORTEX, joint, (6.5, 10.5), turn_deg=-32), 1.3),
        oval(Tissue.CORTEX, joint, (2.0, 9.5), turn_deg=-32),
        oval(Tissue.FLUID, joint, (0.6, 6.5), turn_deg=-32),
        band(Tissue.CORTEX, [(12.5, canal.at(0.8) + 2), (0, canal.back_mm + 9.0)], 5.0),
        band(Tissue.MARROW, [(12.5, canal.at(0.8) + 2), (0, canal.back_mm + 9.0)], 2.6),
        band(Tissue.LIGAMENT, [(12.0, canal.at(0.45)), (0.5, canal.back_mm + 3.4)], thick_mm),
    ]
    return [*mirrored(side), *_spinous(canal.back_mm + 17.0, 10.0)]


def _arch(canal: _Canal) -> list[Shape]:
    """Return the closed ring of bone around the canal at a body."""
    knee = (14.5, canal.at(0.6))
    lines = [
        [(14.0, canal.front_mm - 6), knee],
        [knee, (38.0, canal.at(0.75))],
        [knee, (0.0, canal.back_mm + 5.0)],
    ]
    widths = (9.0, 6.5, 6.5)
    shells = [band(Tissue.CORTEX, line, w) for line, w in zip(lines, widths, strict=True)]
    cores = [band(Tissue.MARROW, line, w - 2.6) for line, w in zip(lines, widths, strict=True)]
    return [*mirrored([*shells, *cores]), *_spinous(canal.back_mm + 15.0, 12.0)]


def _spinous(middle_mm: float, half_length_mm: float) -> list[Shape]:
    outline = oval(Tissue.CORTEX, (0, middle_mm), (3.6, half_length_mm), squareness=2.4)
    inner = oval(Tissue.MARROW, (0, middle_mm), (2.3, half_length_mm - 1.5), squareness=2.4)
    return [outline, inner]
