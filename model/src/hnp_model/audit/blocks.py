"""Images in a few numbers: means of blocks, of the frame and of what the frame leaves."""

import numpy as np
import numpy.typing as npt

from hnp_shared.errors import InputError
from hnp_shared.images import MappedImages
from hnp_shared.progress import track

FRAME_BLOCKS = 10
"""The image is cut into as many blocks each way; the outer ring of them, 36, is the frame. The
disc lies in the middle: the frame should know nothing of it."""

CENTRE_BLOCKS = 20
"""Blocks each way of what the frame leaves: coarse enough for a few hundred slices."""

IMAGES_A_STEP = 64
"""Images held at a time."""

Numbers = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.float32]


def picture_blocks(images: MappedImages, image_count: int) -> tuple[Numbers, Numbers]:
    """Return the means of blocks of the frame and of the centre, each (slice, block).

    Raises:
        InputError: the images are too small to have a frame.
    """
    if min(images.size) < FRAME_BLOCKS:
        raise InputError(
            f"found images of {images.size[0]} x {images.size[1]}, "
            f"an audit takes {FRAME_BLOCKS} x {FRAME_BLOCKS} or more"
        )
    steps = range(0, image_count, IMAGES_A_STEP)
    frames, centres = [], []
    for first in track(steps, "looking at images", total=len(steps), unit="step"):
        batch = images.gather(np.arange(first, min(first + IMAGES_A_STEP, image_count)))
        frames.append(frame_blocks(batch))
        centres.append(centre_blocks(batch))
    return np.concatenate(frames), np.concatenate(centres)


def frame_blocks(images: Pixels) -> Numbers:
    """Return the means of the blocks of the frame.

    Args:
        images: (slice, row, column), `FRAME_BLOCKS` pixels or more each way.
    """
    means = block_means(images, FRAME_BLOCKS)  # (slice, row of blocks, column of blocks)
    ring = np.ones(means.shape[1:], dtype=np.bool_)
    ring[1:-1, 1:-1] = False
    return means[:, ring]


def centre_blocks(images: Pixels) -> Numbers:
    """Return the means of blocks of what the frame leaves."""
    rows, columns = (_edges(side, FRAME_BLOCKS) for side in images.shape[1:])
    inside = images[:, rows[1] : rows[-1], columns[1] : columns[-1]]
    return block_means(inside, CENTRE_BLOCKS).reshape(len(images), -1)


def block_means(images: Pixels, blocks: int) -> Numbers:
    """Return the mean of each block, (slice, row of blocks, column of blocks).

    Args:
        images: (slice, row, column).
        blocks: wanted each way; a side of fewer pixels has as many blocks as pixels.
    """
    rows, columns = (_edges(side, blocks) for side in images.shape[1:])
    sums = np.add.reduceat(images.astype(np.float64), rows, axis=1)
    sums = np.add.reduceat(sums, columns, axis=2)
    heights, widths = (
        np.diff(edges, append=side)
        for edges, side in zip((rows, columns), images.shape[1:], strict=True)
    )
    return np.asarray(sums / np.outer(heights, widths))


def _edges(side: int, blocks: int) -> npt.NDArray[np.int64]:
    """Return where each block begins."""
    blocks = min(blocks, side)
    return np.arange(blocks) * side // blocks
