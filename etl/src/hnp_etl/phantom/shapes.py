"""Flat outlines of tissue, pure: later ones are laid over earlier ones."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from hnp_etl.phantom.geometry import Grid, Vector
from hnp_etl.phantom.tissues import Material, Tissue

Point = tuple[float, float] | Vector

_CORNERS = 72
"""Points of a round outline: under 0.1 mm off the curve at 40 mm radius."""

_SUBPIXEL_BITS = 4


@dataclass(frozen=True, slots=True)
class Shape:
    """A filled outline.

    Attributes:
        points_mm: (corner, 2), in the coordinates of a chart.
        wear: of the tissue, 0 sound to 1 worn out.
    """

    tissue: Tissue
    points_mm: Vector
    wear: float = 0.0


@dataclass(frozen=True, slots=True)
class TissueMap:
    """What every pixel of a slice holds.

    Attributes:
        materials: index into the palette, (row, column).
    """

    materials: npt.NDArray[np.uint8]
    palette: tuple[Material, ...]


def oval(
    tissue: Tissue,
    centre_mm: Point,
    radii_mm: tuple[float, float],
    *,
    turn_deg: float = 0.0,
    squareness: float = 2.0,
    wear: float = 0.0,
) -> Shape:
    """Return a superellipse; squareness 2 is an ellipse, more is boxier."""
    turn = math.radians(turn_deg)
    spin = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    points_mm = rounded(_CORNERS, squareness) * radii_mm @ spin + centre_mm
    return Shape(tissue, points_mm, wear)


@lru_cache
def rounded(corners: int, squareness: float) -> Vector:
    """Return the superellipse with radii 1 about the origin, (corner, 2); not to be changed."""
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    around = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    points: Vector = np.sign(around) * np.abs(around) ** (2 / squareness)
    points.flags.writeable = False
    return points


def band(tissue: Tissue, line_mm: Sequence[Sequence[float]] | Vector, width_mm: float) -> Shape:
    """Return a line with a width."""
    line = np.asarray(line_mm, dtype=np.float64)
    along = np.gradient(line, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    side = np.stack([-along[:, 1], along[:, 0]], axis=1) * (width_mm / 2)
    return Shape(tissue, np.concatenate([line + side, (line - side)[::-1]]))


def polygon(tissue: Tissue, corners_mm: Sequence[Sequence[float]]) -> Shape:
    """Return the shape with these corners."""
    return Shape(tissue, np.asarray(corners_mm, dtype=np.float64))


def mirrored(shapes: Iterable[Shape]) -> list[Shape]:
    """Return the shapes and their images on the other side of the midline."""
    pairs = [(shape, replace(shape, points_mm=shape.points_mm * (-1, 1))) for shape in shapes]
    return [shape for pair in pairs for shape in pair]


def bone(outline: Shape, cortex_mm: float) -> list[Shape]:
    """Return an outline as bone: a dark shell of ``cortex_mm`` around marrow."""
    middle = outline.points_mm.mean(axis=0)
    spread = outline.points_mm - middle
    inner = (
        spread
        * (1 - cortex_mm / np.maximum(np.linalg.norm(spread, axis=1), 2 * cortex_mm))[:, None]
    )
    return [Shape(Tissue.CORTEX, outline.points_mm), Shape(Tissue.MARROW, inner + middle)]


def paint(shapes: Sequence[Shape], to_pixels: Vector, grid: Grid) -> TissueMap:
    """Return the slice that shows ``shapes``.

    Args:
        shapes: later ones cover earlier ones; air is where none is.
        to_pixels: (2, 3) matrix, from `Chart.to_pixels`.
        grid: the pixels.
    """
    materials = [Material(shape.tissue, shape.wear) for shape in shapes]
    palette = tuple(dict.fromkeys([Material(Tissue.AIR), *materials]))
    index = {material: place for place, material in enumerate(palette)}
    canvas = np.zeros((grid.rows, grid.columns), np.uint8)
    for shape, material in zip(shapes, materials, strict=True):
        corners = shape.points_mm @ to_pixels[:, :2].T + to_pixels[:, 2]
        fixed = np.rint(corners * (1 << _SUBPIXEL_BITS)).astype(np.int32)
        cv2.fillPoly(canvas, [fixed], index[material], shift=_SUBPIXEL_BITS)
    return TissueMap(canvas, palette)
