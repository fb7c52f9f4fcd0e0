"""Grain of tissue: noise that lies still in the body, shared by slices at one place, pure."""

import cv2
import numpy as np
import numpy.typing as npt

from hnp_etl.phantom.geometry import Grid, Vector

FloatImage = npt.NDArray[np.float32]

_SIDE = 208
_PATCH_MM = 1.5
"""Fine patches of the tile: it spans 312 mm."""

_COARSE = 4
"""Coarse patches are so many fine ones wide: fat and muscle are cloudy."""

_SHARED = 0.9
"""What a slice shares with others at its place; the rest is its own."""


def texture(
    to_pixels: Vector, grid: Grid, here: np.random.Generator, image: np.random.Generator
) -> FloatImage:
    """Return smooth noise of standard deviation about 1, (row, column).

    Args:
        to_pixels: (2, 3) matrix, from `Chart.to_pixels`.
        grid: the pixels.
        here: random numbers of the place in the body.
        image: random numbers of the image.
    """
    own = np.float32(np.sqrt(1 - _SHARED**2))
    tile = _tile(here) * np.float32(_SHARED)
    tile += own * cv2.resize(_patches(image, _SIDE // 2), (_SIDE, _SIDE))
    matrix = np.array(to_pixels)
    matrix[:, 2] += to_pixels[:, :2] @ np.full(2, -_SIDE / 2 * _PATCH_MM)
    matrix[:, :2] *= _PATCH_MM
    size = (grid.columns, grid.rows)
    grain: FloatImage = cv2.warpAffine(tile, matrix, size, borderMode=cv2.BORDER_REFLECT_101)
    return grain


def _tile(rng: np.random.Generator) -> FloatImage:
    """Return fine and coarse noise in one, (patch, patch)."""
    coarse = cv2.resize(_patches(rng, _SIDE // _COARSE), (_SIDE, _SIDE))
    tile: FloatImage = _patches(rng, _SIDE) + coarse
    return tile


def _patches(rng: np.random.Generator, side: int) -> FloatImage:
    return rng.standard_normal((side, side), dtype=np.float32)
