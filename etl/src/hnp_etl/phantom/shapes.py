"""Flat outlines of tissue, pure: later ones are laid over earlier ones."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from hnp_etl.phantom.geometry import Grid, Vector
from hnp_etl.phantom.tissues import Material, Tissue

Point = tuple[float, float] | Vector
ByteImage = npt.NDArray[np.uint8]

_CORNERS = 72
"""Points of a round outline: under 0.1 mm off the curve at 40 mm radius."""

_SMALL_MM, _FEW_CORNERS = 6.0, 24
"""A round outline up to this radius makes do with fewer."""

_STREAK_CORNERS = 12

_SUBPIXEL_BITS = 4

_FINER = 4
"""Parts are drawn on so fine a grid: OpenCV fills every pixel that an edge touches."""


class Part(IntEnum):
    """What a mask tells apart; its values are those of the mask."""

    OTHER = 0
    ANNULUS = 1
    NUCLEUS = 2
    SAC = 3
    POSTERIOR = 4
    LIGAMENT = 5


@dataclass(frozen=True, slots=True)
class Shape:
    """A filled outline.

    Attributes:
        points_mm: (corner, 2), in the coordinates of a chart.
        wear: of the tissue, 0 sound to 1 worn out.
        part: what a mask shows where this shape lies on top.
    """

    tissue: Tissue
    points_mm: Vector
    wear: float = 0.0
    part: Part = Part.OTHER


@dataclass(frozen=True, slots=True)
class TissueMap:
    """What every pixel of a slice holds.

    Attributes:
        materials: index into the palette, (row, column).
    """

    materials: ByteImage
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
    corners = _CORNERS if max(radii_mm) > _SMALL_MM else _FEW_CORNERS
    points_mm = rounded(corners, squareness) * radii_mm @ spin(turn_deg) + centre_mm
    return Shape(tissue, points_mm, wear)


@lru_cache
def rounded(corners: int, squareness: float) -> Vector:
    """Return the superellipse with radii 1 about the origin, (corner, 2); not to be changed."""
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    around = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    points: Vector = np.sign(around) * np.abs(around) ** (2 / squareness)
    points.flags.writeable = False
    return points


def streak(
    tissue: Tissue,
    middle_mm: Point,
    half_length_mm: float,
    width_mm: float,
    turn_deg: float,
    *,
    wear: float = 0.0,
) -> Shape:
    """Return a slender lens; it points backward when not turned."""
    radii_mm = (width_mm / 2, half_length_mm)
    points_mm = rounded(_STREAK_CORNERS, 2.0) * radii_mm @ spin(turn_deg) + middle_mm
    return Shape(tissue, points_mm, wear)


def spin(turn_deg: float) -> Vector:
    """Return the matrix that turns rows of coordinates from the first axis to the second."""
    turn = math.radians(turn_deg)
    return np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])


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
    values = [index[material] for material in materials]
    return TissueMap(_filled(shapes, values, to_pixels, grid), palette)


def paint_parts(shapes: Sequence[Shape], to_pixels: Vector, grid: Grid) -> ByteImage:
    """Return which `Part` each pixel shows, (row, column); arguments as for `paint`."""
    values = [int(shape.part) for shape in shapes]
    finer = to_pixels * _FINER + np.array([[0.0, 0.0, _FINER // 2]])
    fine_grid = Grid(grid.rows * _FINER, grid.columns * _FINER, grid.pixel_mm / _FINER)
    fine = _filled(shapes, values, finer, fine_grid)
    return np.ascontiguousarray(fine[_FINER // 2 :: _FINER, _FINER // 2 :: _FINER])


def _filled(
    shapes: Sequence[Shape], values: Sequence[int], to_pixels: Vector, grid: Grid
) -> ByteImage:
    canvas: ByteImage = np.zeros((grid.rows, grid.columns), np.uint8)
    ends = np.cumsum([len(shape.points_mm) for shape in shapes])[:-1]
    corners = np.concatenate([shape.points_mm for shape in shapes]) @ to_pixels[:, :2].T
    fixed = np.rint((corners + to_pixels[:, 2]) * (1 << _SUBPIXEL_BITS)).astype(np.int32)
    for outline, value in zip(np.split(fixed, ends), values, strict=True):
        cv2.fillPoly(canvas, [outline], value, shift=_SUBPIXEL_BITS)
    return canvas
