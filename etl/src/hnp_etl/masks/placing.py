"""Masks taken through the crop and the resize of their images, and back. Pure.

Nearest: a stored pixel has the class of the source pixel that its centre lies in, so that masks and
images cover the same millimetres.
"""

import numpy as np
import numpy.typing as npt

from hnp_etl.pixels.transform import CropBox
from hnp_shared.mask_set import LabelMaps

Whole = npt.NDArray[np.int64]


def to_stored(mask: LabelMaps, box: CropBox, size: tuple[int, int]) -> LabelMaps:
    """Return the mask of a stored array.

    Args:
        mask: in the pixels of the source image, (row, column).
        box: what the recipe keeps of it.
        size: rows and columns of stored arrays.
    """
    rows = box.top + _nearest(box.rows, size[0])
    columns = box.left + _nearest(box.columns, size[1])
    return np.ascontiguousarray(mask[np.ix_(rows, columns)])


def to_source(mask: LabelMaps, box: CropBox, shape: tuple[int, int]) -> LabelMaps:
    """Return the mask of a source image; what the recipe cut off is background.

    Args:
        mask: of the stored array.
        box: what the recipe keeps of the image.
        shape: rows and columns of the image.
    """
    whole = np.zeros(shape, np.uint8)
    rows, columns = _nearest(mask.shape[0], box.rows), _nearest(mask.shape[1], box.columns)
    whole[box.top : box.bottom, box.left : box.right] = mask[np.ix_(rows, columns)]
    return whole


def _nearest(source: int, target: int) -> Whole:
    """Return the source pixel that the centre of each target pixel lies in, (target,)."""
    return (2 * np.arange(target) + 1) * source // (2 * target)
