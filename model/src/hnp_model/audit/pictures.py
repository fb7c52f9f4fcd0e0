"""Pictures in a few numbers: blocks of the border, of all but the disc and of the disc.

A picture is stored from its darkest to its brightest pixel, so that a bright disc makes all the
rest darker. Whatever lies off the disc is therefore measured by its own mean and spread.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hnp_model.audit.textures import GREYS, NOISE, SHARPNESS, texture_of
from hnp_shared.errors import InputError
from hnp_shared.images import MappedImages
from hnp_shared.progress import track

FRAME_BLOCKS = 10
"""The image is cut into as many blocks each way; the outer ring of them, 36, is the border."""

BLOCKS = 16
"""Blocks each way of the surroundings and of the disc: coarse enough for a few hundred discs."""

DISC_MM = 80.0
"""Side of the box round the middle of the picture that may show the disc: a lumbar disc is up to 60
mm wide, canal and joints lie behind it, and few pictures have it right in their middle."""

LARGEST_SHARE = 0.7
"""The box takes no more of a side than this, so that there is something round it."""

IMAGES_A_STEP = 8
"""Images held at a time: few enough for the processor's cache."""

Numbers = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.float32]
Marks = npt.NDArray[np.bool_]

Inside = Callable[[npt.NDArray[np.int64]], Marks]
"""Which pixels may show the disc, (slice, row, column), of the slices at some indices: a box here;
masks of the disc would come in at this place."""


@dataclass(frozen=True, slots=True, eq=False)
class PictureFacts:
    """What pictures say in a few numbers, each (slice, feature).

    Attributes:
        border: blocks of the outer ring, by their own mean and spread.
        surroundings: blocks of all but the disc, likewise; NaN where the disc is.
        sharpness: how fast grey values change off the disc.
        noise: how they change where there is nothing to see.
        greys: which grey values there are off the disc.
        disc: blocks of the disc as they are; NaN where it is not.
        ends: the darkest and the brightest stored grey off the disc.
    """

    border: Numbers
    surroundings: Numbers
    sharpness: Numbers
    noise: Numbers
    greys: Numbers
    disc: Numbers
    ends: Numbers


def picture_facts(images: MappedImages, image_count: int, inside: Inside) -> PictureFacts:
    """Return what pictures say, by what lies inside the disc's place and outside.

    Raises:
        InputError: the images are too small to have a border.
    """
    if min(images.size) < FRAME_BLOCKS:
        raise InputError(
            f"found images of {images.size[0]} x {images.size[1]}, "
            f"an audit takes {FRAME_BLOCKS} x {FRAME_BLOCKS} or more"
        )
    steps = range(0, image_count, IMAGES_A_STEP)
    found = []
    for first in track(steps, "looking at images", total=len(steps), unit="step"):
        indices = np.arange(first, min(first + IMAGES_A_STEP, image_count))
        found.append(_facts(images.gather(indices), inside(indices)))
    return PictureFacts(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def box_inside(size: tuple[int, int], row_mm: Numbers, column_mm: Numbers) -> Inside:
    """Return the box round the middle of pictures.

    Args:
        size: rows and columns of every picture.
        row_mm: (slice,), height of a pixel; NaN where not known: then the box is the largest.
        column_mm: (slice,), width of a pixel.
    """

    def inside(indices: npt.NDArray[np.int64]) -> Marks:
        rows, columns = (
            _in_the_middle(side, pixel_mm[indices])
            for side, pixel_mm in zip(size, (row_mm, column_mm), strict=True)
        )
        return rows[:, :, None] & columns[:, None, :]

    return inside


def frame_blocks(images: Pixels) -> Numbers:
    """Return the means of the blocks of the border.

    Args:
        images: (slice, row, column), `FRAME_BLOCKS` pixels or more each way.
    """
    means = block_means(images, FRAME_BLOCKS)  # (slice, row of blocks, column of blocks)
    ring = np.ones(means.shape[1:], dtype=np.bool_)
    ring[1:-1, 1:-1] = False
    return means[:, ring]


def block_means(images: Pixels, blocks: int, counted: Marks | None = None) -> Numbers:
    """Return the mean of each block, (slice, row of blocks, column of blocks).

    Args:
        images: (slice, row, column).
        blocks: wanted each way; a side of fewer pixels has as many blocks as pixels.
        counted: (slice, row, column), the pixels that count; NaN where none does.
    """
    rows, columns = (_members(side, blocks) for side in images.shape[1:])
    marks = np.ones_like(images) if counted is None else counted.astype(np.float32)
    sums, pixels = (rows @ each @ columns.T for each in (images * marks, marks))
    empty = np.full(sums.shape, np.nan)
    means: Numbers = np.divide(sums, pixels, out=empty, where=pixels > 0, dtype=np.float64)
    return means


def by_themselves(blocks: Numbers) -> Numbers:
    """Return blocks by the mean and spread of each picture's own, NaN left out, (slice, block)."""
    known = np.isfinite(blocks)
    count = np.maximum(known.sum(axis=1, keepdims=True), 1)
    filled = np.where(known, blocks, 0.0)
    centred = np.where(known, filled - filled.sum(axis=1, keepdims=True) / count, np.nan)
    spread = np.sqrt(np.nansum(np.square(centred), axis=1, keepdims=True) / count)
    return np.asarray(centred / np.where(spread > 1e-6, spread, np.inf))


def _facts(images: Pixels, inside: Marks) -> tuple[Numbers, ...]:
    around = block_means(images, BLOCKS, ~inside).reshape(len(images), -1)
    disc = block_means(images, BLOCKS, inside).reshape(len(images), -1)
    texture = np.stack([texture_of(*each) for each in zip(images, ~inside, strict=True)])
    return (
        by_themselves(frame_blocks(images)),
        by_themselves(around),
        texture[:, SHARPNESS],
        texture[:, NOISE],
        texture[:, GREYS],
        disc,
        _ends(images, ~inside),
    )


def _ends(images: Pixels, counted: Marks) -> Numbers:
    darkest = np.min(images, axis=(1, 2), where=counted, initial=np.inf)
    brightest = np.max(images, axis=(1, 2), where=counted, initial=-np.inf)
    return np.stack([darkest, brightest], axis=1).astype(np.float64)


def _in_the_middle(side: int, pixel_mm: Numbers) -> Marks:
    """Return which rows (or columns) lie in the box, (slice, row)."""
    largest = LARGEST_SHARE * side
    half = np.fmin(DISC_MM / pixel_mm, largest) / 2
    away = np.abs(np.arange(side) + 0.5 - side / 2)
    return np.asarray(away[None, :] < half[:, None])


def _members(side: int, blocks: int) -> Pixels:
    """Return 1.0 where a row (or column) belongs to a block, (block, row)."""
    blocks = min(blocks, side)
    edges = np.arange(blocks) * side // blocks
    block = np.searchsorted(edges, np.arange(side), "right") - 1
    return np.equal(np.arange(blocks)[:, None], block).astype(np.float32)
