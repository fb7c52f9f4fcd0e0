"""Whether letters are drawn into a picture, where machines put them: near its edges. Pure.

A line of letters is what nothing in a body is: bright strokes, thin, many side by side in each of
its rows, all of one height. A top-hat (what is brighter than its surroundings and thinner than a
few pixels; Serra 1982, Image Analysis and Mathematical Morphology) leaves the strokes, a closing
along rows joins them to words, and a word is judged by how many strokes cross its rows.
"""

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

EDGE_SHARE = 0.22
"""How far from each edge letters are looked for, as a share of the shorter side."""

LEAST_STROKES = 8
"""Strokes that cross most rows of a line of letters: those of about four letters."""

LEAST_SIDE = 128
"""Pixels; a shorter side has no room near an edge for letters that could be read."""

_LEAST_CONTRAST, _SHARE_OF_BRIGHTEST = 50, 0.4  # of 255
_LETTER_HEIGHTS = range(5, 35)  # pixels
_LEAST_WIDTH = 2.5  # of the height

_STROKE = np.ones((9, 9), np.uint8)  # wider than a stroke
_GAP = np.ones((1, 11), np.uint8)  # wider than what lies between letters

_Grey = npt.NDArray[np.uint8]


def holds_text(values: npt.NDArray[np.number[Any]]) -> bool:
    """Tell whether a picture, (row, column) in any unit, has a line of letters near an edge.

    Letters below about 10 pixels of height, dark ones on bright ground, single letters, slanted
    lines, what stands in the middle and all in pictures below 128 pixels is not found.
    """
    low, high = float(values.min()), float(values.max())
    if min(values.shape) < LEAST_SIDE or not high > low:
        return False
    grey = ((values - low) * (255.0 / (high - low))).astype(np.uint8)
    return any(_strokes(strip) >= LEAST_STROKES for strip in _strips(grey))


def _strips(grey: _Grey) -> Iterator[_Grey]:
    deep = int(EDGE_SHARE * min(grey.shape))
    yield grey[:deep]
    yield grey[-deep:]
    yield grey[deep:-deep, :deep]
    yield grey[deep:-deep, -deep:]


def _strokes(strip: _Grey) -> int:
    """Return how many strokes cross most rows of the line that has the most."""
    if strip.size == 0:
        return 0
    bright = cv2.morphologyEx(np.ascontiguousarray(strip), cv2.MORPH_TOPHAT, _STROKE)
    most = float(bright.max())
    if most <= _LEAST_CONTRAST:
        return 0
    ink = (bright > max(_LEAST_CONTRAST, _SHARE_OF_BRIGHTEST * most)).astype(np.uint8)
    words = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, _GAP)
    boxes = cv2.connectedComponentsWithStats(words, connectivity=8)[2][1:]
    return max((_crossing(ink, box) for box in boxes if _is_line(box)), default=0)


def _is_line(box: npt.NDArray[np.int32]) -> bool:
    _, _, width, height, area = box
    long = width >= _LEAST_WIDTH * height
    return bool(height in _LETTER_HEIGHTS and long and 2 * area >= width * height)


def _crossing(ink: _Grey, box: npt.NDArray[np.int32]) -> int:
    left, top, width, height, _ = box
    rows = ink[top : top + height, left : left + width].astype(np.int8)
    begun = (np.diff(rows, axis=1, prepend=0) == 1).sum(axis=1)
    return int(np.percentile(begun, 40))
