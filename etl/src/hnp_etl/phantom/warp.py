"""Smooth bends that make drawn outlines grown ones, pure."""

from collections.abc import Sequence

import numpy as np

from hnp_etl.phantom.geometry import Vector
from hnp_etl.phantom.shapes import Shape

_WAVES = 5
_WAVELENGTH_MM = (60.0, 150.0)
_PUSH_MM = 0.9

_STILL_MM, _FREE_MM = 15.0, 55.0
"""So far from the middle of the canal nothing moves, or all of it: the truth there stays true."""


def bent(
    shapes: Sequence[Shape],
    still_mm: tuple[float, float],
    rng: np.random.Generator,
    scale: float = 1.0,
) -> list[Shape]:
    """Return the shapes, bent by the same waves wherever they meet.

    Args:
        shapes: in mm of one chart.
        still_mm: the point around which nothing moves.
        rng: of the patient.
        scale: by which everything grows afterwards.
    """
    ends = np.cumsum([len(shape.points_mm) for shape in shapes])[:-1]
    points = np.concatenate([shape.points_mm for shape in shapes])
    away_mm = np.hypot(*(points - still_mm).T)
    share = np.clip((away_mm - _STILL_MM) / (_FREE_MM - _STILL_MM), 0, 1)
    moved = points + _push_mm(points, rng) * share[:, None]
    pieces = np.split(moved * scale, ends)
    return [
        Shape(shape.tissue, at, shape.wear, shape.part)
        for shape, at in zip(shapes, pieces, strict=True)
    ]


def _push_mm(points_mm: Vector, rng: np.random.Generator) -> Vector:
    """Return by how much each point moves, (point, 2)."""
    angle = rng.uniform(0, 2 * np.pi, _WAVES)
    number = 2 * np.pi / rng.uniform(*_WAVELENGTH_MM, _WAVES)
    waves = np.stack([np.cos(angle), np.sin(angle)]) * number
    phase = rng.uniform(0, 2 * np.pi, _WAVES)
    push: Vector = np.sin(points_mm @ waves + phase) @ rng.normal(0, _PUSH_MM, (_WAVES, 2))
    return push
