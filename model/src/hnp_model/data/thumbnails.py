"""Small pictures of slices: enough to know one again, and to tell how bright it is."""

from functools import cache

import numpy as np
import numpy.typing as npt

from hnp_model.data.slices import Slices
from hnp_shared.dataset import Dataset
from hnp_shared.images import MappedImages, open_images
from hnp_shared.progress import track

CELLS = 64
"""Cells each way, 4.7 pixels of 300: fine enough to tell neighbouring slices of a disc apart."""

BLUR = 0.7
"""Standard deviation of a cell's Gaussian weights, in cells. Narrower ones alias: what is moved by
half a cell would look like something else."""

IMAGES_A_STEP = 64
"""Images held at a time."""

Thumbnails = npt.NDArray[np.uint8]
Weights = npt.NDArray[np.float32]


def read_thumbnails(dataset: Dataset, slices: Slices) -> Thumbnails:
    """Return a small picture of each slice, (slice, row, column), 0..255.

    Raises:
        InputError: shards are damaged.
        StorageError: a shard could not be read.
    """
    images = open_images(dataset, slices)
    steps = range(0, len(slices), IMAGES_A_STEP)
    # Whoever looks at many data sets writes into one piece of memory: no list of pieces to join.
    found = np.empty((len(slices), *_cells(images)), dtype=np.uint8)
    for first in track(steps, "looking at images", total=len(steps), unit="step"):
        here = np.arange(first, min(first + IMAGES_A_STEP, len(slices)))
        found[here] = shrink(images.gather(here))
    return found


def shrink(images: npt.NDArray[np.float32]) -> Thumbnails:
    """Return small pictures, (slice, row, column), 0..255.

    Args:
        images: (slice, row, column) in 0..1; a side of under `CELLS` pixels keeps its length.
    """
    rows, columns = (_weights(side, min(side, CELLS)) for side in images.shape[1:])
    return np.rint(np.clip(rows @ images @ columns.T, 0, 1) * 255).astype(np.uint8)


def _cells(images: MappedImages) -> tuple[int, int]:
    rows, columns = (min(side, CELLS) for side in images.size)
    return rows, columns


@cache
def _weights(side: int, cells: int) -> Weights:
    """Return what each pixel of a side counts in each cell, (cell, pixel), of sum 1 a cell."""
    cell = side / cells
    middles = (np.arange(cells) + 0.5) * cell
    apart = (np.arange(side) + 0.5 - middles[:, None]) / cell
    weights = np.exp(-0.5 * np.square(apart / BLUR))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=np.float32)
