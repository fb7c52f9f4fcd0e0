"""How well two outlines of one structure agree. Pure.

Sources: Dice LR, Ecology 1945; 26: 297-302; Maier-Hein L and others, Metrics reloaded, Nature
Methods 2024; 21: 195-212 (surface distance and the 95 % Hausdorff distance, of both directions).
"""

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

Mask = npt.NDArray[np.bool_]


def dice(one: Mask, other: Mask) -> float:
    """Return twice the shared area by the sum of both; NaN where neither outlines anything."""
    both = int(one.sum()) + int(other.sum())
    return 2 * int((one & other).sum()) / both if both else float("nan")


def surface_mm(one: Mask, other: Mask, pixel_mm: tuple[float, float]) -> tuple[float, float]:
    """Return the mean distance of two edges, and the one that 95 % are under, mm.

    Both are the greater of the two directions' (HD95) and the mean of all points' (surface
    distance); NaN where one outlines nothing or the size of pixels is not known.
    """
    if not one.any() or not other.any() or not np.isfinite(pixel_mm).all():
        return float("nan"), float("nan")
    edges = [_edge_mm(mask, pixel_mm) for mask in (one, other)]
    there = cKDTree(edges[1]).query(edges[0])[0]
    back = cKDTree(edges[0]).query(edges[1])[0]
    worst = max(float(np.quantile(each, 0.95)) for each in (there, back))
    return float(np.concatenate([there, back]).mean()), worst


def _edge_mm(mask: Mask, pixel_mm: tuple[float, float]) -> npt.NDArray[np.float64]:
    padded = np.pad(mask, 1).astype(np.int8)
    found = []
    for axis in (0, 1):
        crossing = np.argwhere(np.diff(padded, axis=axis)).astype(np.float64)
        crossing[:, axis] += 0.5
        found.append(crossing)
    return np.asarray(np.concatenate(found) * np.array(pixel_mm))
