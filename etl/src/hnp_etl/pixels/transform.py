"""From stored pixel values to the array of the data set, exactly as the contract says. Pure.

Sources: DICOM PS3.5 8.1.1 (bits stored), PS3.3 C.11.1 (Modality LUT), C.7.6.3.1.2 (MONOCHROME1).
"""

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from hnp_etl.errors import FileError
from hnp_etl.pixels.burned_text import holds_text
from hnp_etl.recipes.recipe import Image
from hnp_shared.vocabulary import Reason

Stored = npt.NDArray[np.integer[Any]]
Array = npt.NDArray[np.float32] | npt.NDArray[np.uint16]

UINT16_SCALE = np.float32(65535)
"""Stored value of 1.0 in a data set of uint16."""


@dataclass(frozen=True, slots=True)
class PixelRule:
    """What the header says about stored values.

    Attributes:
        signed: values are two's complement of `bits_stored` bits.
        slope: of the modality rescale; likewise intercept.
        inverted: MONOCHROME1, where the smallest value is white.
    """

    rows: int
    columns: int
    bits_allocated: int
    bits_stored: int
    signed: bool
    slope: float
    intercept: float
    inverted: bool


@dataclass(frozen=True, slots=True)
class CropBox:
    """Rows [top, bottom) and columns [left, right) that are kept."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def rows(self) -> int:
        """Height in pixels."""
        return self.bottom - self.top

    @property
    def columns(self) -> int:
        """Width in pixels."""
        return self.right - self.left


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A stored array, (row, column), with the range it had before scaling.

    Attributes:
        has_text: whether letters were looked for in what was kept, and found.
    """

    array: Array
    source_min: float
    source_max: float
    has_text: bool = False


def use_one_plain_thread() -> None:
    """Make OpenCV's results independent of cores and of Intel's closed code paths."""
    cv2.setNumThreads(1)
    cv2.ipp.setUseIPP(False)


def from_bytes(buffer: bytes, rule: PixelRule, *, big_endian: bool = False) -> Stored:
    """Return uncompressed pixel data as (row, column).

    Raises:
        FileError: TRUNCATED.
    """
    count = rule.rows * rule.columns
    dtype = np.dtype(f"{'>' if big_endian else '<'}u{rule.bits_allocated // 8}")
    if len(buffer) < count * dtype.itemsize:
        what = f"found {len(buffer)} bytes of pixel data, expected {count * dtype.itemsize}"
        raise FileError(Reason.TRUNCATED, what)
    values = np.frombuffer(buffer, dtype, count).reshape(rule.rows, rule.columns)
    return values.astype(dtype.newbyteorder("="), copy=False)


def make_sample(
    stored: Stored, rule: PixelRule, image: Image, box: CropBox, *, seek_text: bool = False
) -> Sample:
    """Turn stored values into the array of the data set.

    Args:
        stored: (row, column), as decoded; bits above `bits_stored` may hold anything.
        rule: what the header says about them.
        image: the recipe's image section.
        box: what is kept.
        seek_text: look for letters in it, at the size it has in the file.

    Raises:
        FileError: FLAT_IMAGE, or BAD_HEADER when the rescale leaves float32.
    """
    kept = (slice(box.top, box.bottom), slice(box.left, box.right))
    if rule.inverted:  # the maximum of the whole image counts
        values = modality_values(clean_values(stored, rule), rule)[kept]
    else:  # each pixel stands for itself: cropping first gives the same for half the work
        values = modality_values(clean_values(stored[kept], rule), rule)
    resized = resize(values, image.size)
    low, high = resized.min(), resized.max()
    with np.errstate(over="ignore", invalid="ignore"):
        spread = high - low
    if not np.isfinite(spread):
        raise FileError(Reason.BAD_HEADER, "rescale slope and intercept lead out of float32")
    if spread == 0:
        raise FileError(Reason.FLAT_IMAGE, "all pixels of the cropped image are equal")
    resized -= low
    resized /= spread
    array: Array = resized
    if image.dtype == "uint16":
        array = np.rint(resized * UINT16_SCALE).astype(np.uint16)
    return Sample(array, float(low), float(high), seek_text and holds_text(values))


def clean_values(stored: Stored, rule: PixelRule) -> Stored:
    """Drop bits above `bits_stored` and extend the sign."""
    width = stored.dtype.itemsize * 8
    values: Stored = stored.view(np.dtype(f"u{stored.dtype.itemsize}"))
    if rule.signed:
        shift = width - rule.bits_stored
        values = (values << shift).view(np.dtype(f"i{stored.dtype.itemsize}")) >> shift
    elif rule.bits_stored < width:
        values = values & values.dtype.type((1 << rule.bits_stored) - 1)
    return values


def modality_values(stored: Stored, rule: PixelRule) -> npt.NDArray[np.float32]:
    """Apply slope, intercept and MONOCHROME1; the maximum is that of what is given."""
    values: npt.NDArray[np.float32] = stored.astype(np.float32)
    with np.errstate(over="ignore", invalid="ignore"):  # the caller looks for what is not finite
        if (rule.slope, rule.intercept) != (1.0, 0.0):
            values *= np.float32(rule.slope)
            values += np.float32(rule.intercept)
        if rule.inverted:
            np.subtract(values.max(), values, out=values)
        return values


def resize(values: npt.NDArray[np.float32], size: tuple[int, int]) -> npt.NDArray[np.float32]:
    """Resize to (rows, columns): by area when the source is at least as large on both axes."""
    shrinks = values.shape[0] >= size[0] and values.shape[1] >= size[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    resized: npt.NDArray[np.float32] = cv2.resize(
        np.ascontiguousarray(values), (size[1], size[0]), interpolation=how
    )
    return resized


def crop_box(
    rows: int, columns: int, image: Image, spacing_mm: tuple[float, float] | None
) -> CropBox:
    """Return what the recipe keeps of an image.

    Args:
        rows: height of the image in pixels.
        columns: width of the image in pixels.
        image: the recipe's image section.
        spacing_mm: distance of rows and of columns; needed for `crop_mm` only.

    Raises:
        FileError: MISSING_FIELD when the size in mm cannot be known.
    """
    if image.crop_mm is not None:
        if spacing_mm is None:
            raise FileError(Reason.MISSING_FIELD, "crop_mm needs Pixel Spacing")
        height = max(1, round(min(rows, image.crop_mm / spacing_mm[0])))
        width = max(1, round(min(columns, image.crop_mm / spacing_mm[1])))
        top, left = (rows - height) // 2, (columns - width) // 2
        return CropBox(top, top + height, left, left + width)
    crop = image.crop
    return CropBox(
        math.floor(crop.top * rows),
        rows - math.floor(crop.bottom * rows),
        math.floor(crop.left * columns),
        columns - math.floor(crop.right * columns),
    )
