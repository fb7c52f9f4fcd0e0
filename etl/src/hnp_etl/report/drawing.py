"""Pictures as people see them: small ones for a page, and sheets of many. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from hnp_etl.report.looking import Picture

Pixels = npt.NDArray[np.uint8]

PANEL_PX = 192
_CAPTION_PX, _HEAD_PX, _GAP_PX = 20, 30, 4
_WHITE, _DIM = 255, 190
_QUALITY = 80


class Panel(NamedTuple):
    """One slice on a sheet.

    Attributes:
        grey: (row, column).
        caption: of label and disc; never of a person.
    """

    grey: Pixels
    caption: str


class Part(NamedTuple):
    """Slices of one label."""

    head: str
    panels: Sequence[Panel]


def fitted(picture: Picture, aspect: float, side: int) -> Pixels:
    """Return a picture in a square, black beside it where it is not as wide as high.

    Args:
        picture: (row, column), 0..1.
        aspect: how much higher than wide a pixel is.
        side: of the square, in pixels.
    """
    rows, columns = picture.shape
    high, wide = rows * aspect, float(columns)
    size = (
        max(1, round(side * wide / max(high, wide))),
        max(1, round(side * high / max(high, wide))),
    )
    grey = np.rint(np.clip(np.nan_to_num(picture), 0, 1) * 255).astype(np.uint8)
    smaller = size[0] < columns
    drawn = cv2.resize(grey, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)
    square = np.zeros((side, side), np.uint8)
    top, left = (side - size[1]) // 2, (side - size[0]) // 2
    square[top : top + size[1], left : left + size[0]] = drawn
    return square


def sheet(title: str, parts: Sequence[Part], columns: int) -> Pixels:
    """Return slices side by side, one block a label, each with its caption, (row, column)."""
    width = columns * (PANEL_PX + _GAP_PX)
    blocks = [_line(title, width, size=0.7), *(_block(part, columns, width) for part in parts)]
    return np.concatenate(blocks)


def png(pixels: Pixels) -> bytes:
    """Return a picture as PNG."""
    _, content = cv2.imencode(".png", pixels)
    return bytes(content.tobytes())


def jpeg(pixels: Pixels) -> bytes:
    """Return a picture as JPEG: a fifth of the bytes of a PNG."""
    _, content = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return bytes(content.tobytes())


def _block(part: Part, columns: int, width: int) -> Pixels:
    lines = -(-len(part.panels) // columns)
    step_y, step_x = PANEL_PX + _CAPTION_PX + _GAP_PX, PANEL_PX + _GAP_PX
    found = np.zeros((lines * step_y, width), np.uint8)
    for place, panel in enumerate(part.panels):
        top, left = place // columns * step_y, place % columns * step_x
        found[top : top + PANEL_PX, left : left + PANEL_PX] = panel.grey
        _write(found, panel.caption, (left + 4, top + PANEL_PX + 14), _WHITE, size=0.42)
    return np.concatenate([_line(part.head, width, size=0.55), found])


def _line(text: str, width: int, *, size: float) -> Pixels:
    line = np.zeros((_HEAD_PX, width), np.uint8)
    _write(line, text, (6, _HEAD_PX - 9), _DIM, size=size)
    return line


def _write(picture: Pixels, text: str, place: tuple[int, int], grey: int, *, size: float) -> None:
    plain = text.encode("ascii", "replace").decode()  # the font knows no other letters
    cv2.putText(picture, plain, place, cv2.FONT_HERSHEY_SIMPLEX, size, grey, 1, cv2.LINE_AA)
