"""Bone, joints and foramina behind the disc, cut across, pure, in mm of an average person."""

import numpy as np

from hnp_etl.phantom.canal import Canal, epidural_fat
from hnp_etl.phantom.disc import Margin
from hnp_etl.phantom.geometry import Vector
from hnp_etl.phantom.shapes import Shape, band, bone, mirrored, oval
from hnp_etl.phantom.tissues import Tissue

_JOINT_TURN_DEG = -34.0
_ROOT_LEFT_MM = 18.5


def exits(canal: Canal, margin: Margin) -> list[Shape]:
    """Return the fat of canal and foramina, and the nerves, which a herniation pushes back."""
    fat = oval(Tissue.FAT, (17.5, canal.along(0.12)), (9.0, 6.5), turn_deg=20)
    shapes = [*mirrored([fat]), *epidural_fat(canal)]
    vein = oval(Tissue.VESSEL, (15.5, canal.along(0.3)), (1.1, 0.8), wear=0.5)
    shapes += mirrored([vein])
    for side in (-1, 1):
        left_mm = side * _ROOT_LEFT_MM
        edge_mm = float(margin.at(np.array([left_mm]))[0])
        at = (left_mm, max(canal.along(0.1), edge_mm + 2.4))
        shapes.append(oval(Tissue.NERVE, at, (3.0, 2.2), turn_deg=side * 20))
    return shapes


def joints(canal: Canal, age: int, degeneration: float) -> list[Shape]:
    """Return yellow ligament, facets, laminae and spinous process at a disc.

    Args:
        canal: at the disc.
        age: in years; ligament and facets thicken.
        degeneration: of the disc, 0 to 1; facets take over its load.
    """
    grown = 1.0 + 0.003 * (age - 40) + 0.12 * degeneration
    joint = np.array([17.5, canal.along(0.62) + 1.5])
    turn = np.radians(_JOINT_TURN_DEG)
    out = np.array([np.cos(turn), np.sin(turn)])
    upper = joint + out * 3.2 * grown
    lower = joint - out * 3.0 * grown + (0.0, 1.5)
    base = (2.2, canal.back_mm + 7.0)
    width_mm = 2.4 + 0.03 * (age - 40) + 0.8 * degeneration
    flavum = [(11.5, canal.along(0.5)), (6.0, canal.along(0.86) + 1.2), (0.4, canal.back_mm + 3.0)]
    side = [
        band(Tissue.LIGAMENT, flavum, width_mm),
        *_plate([(lower[0] - 1.0, lower[1] + 3.0), base], 5.4),
        *_facet(upper, (3.6 * grown, 6.8 * grown)),
        *_facet(lower, (3.7 * grown, 7.6 * grown)),
        oval(Tissue.ANNULUS, joint, (0.9, 7.0), turn_deg=_JOINT_TURN_DEG),
        oval(Tissue.FLUID, joint, (0.35, 5.0), turn_deg=_JOINT_TURN_DEG),
    ]
    return [*mirrored(side), *_spinous(canal.back_mm + 17.0, 10.5)]


def arch(canal: Canal) -> list[Shape]:
    """Return the closed ring of bone around the canal at a body."""
    knee = (15.0, canal.along(0.6))
    transverse = oval(
        Tissue.CORTEX, (28.0, canal.along(0.72)), (12.0, 3.4), turn_deg=8, squareness=2.4
    )
    side = [
        *bone(transverse, 0.9),
        *_plate([(14.5, canal.front_mm - 6), knee], 8.5),
        *_facet(np.array([18.0, canal.along(0.8)]), (5.0, 6.0)),
        *_plate([knee, (1.5, canal.back_mm + 5.5)], 6.5),
    ]
    return [*mirrored(side), *_spinous(canal.back_mm + 15.0, 12.0)]


def _plate(line: list[tuple[float, float]], width_mm: float) -> list[Shape]:
    return [band(Tissue.CORTEX, line, width_mm), band(Tissue.MARROW, line, width_mm - 2.0)]


def _facet(middle: Vector, radii_mm: tuple[float, float]) -> list[Shape]:
    outline = oval(Tissue.CORTEX, middle, radii_mm, turn_deg=_JOINT_TURN_DEG, squareness=2.3)
    return bone(outline, 1.1)


def _spinous(middle_mm: float, half_length_mm: float) -> list[Shape]:
    """Return the spinous process: slender before, knobbed behind."""
    tip = oval(Tissue.CORTEX, (0.0, middle_mm + half_length_mm - 4.0), (4.2, 4.6))
    shaft = oval(Tissue.CORTEX, (0.0, middle_mm), (3.0, half_length_mm), squareness=2.6)
    core = oval(Tissue.MARROW, (0.0, middle_mm), (1.9, half_length_mm - 1.2), squareness=2.6)
    return [shaft, *bone(tip, 1.0), core]
