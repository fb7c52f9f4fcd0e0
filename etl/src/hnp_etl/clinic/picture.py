"""The picture of one series: its slices, maps beside them, and what was said below. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from hnp_etl.clinic.task import MARK

Pixels = npt.NDArray[np.uint8]

PANEL_PX = 256
_MOST_PX = 2304
"""How wide a sheet of several columns may be: two of slices with a map of three panels."""

_BAND_PX = 56
_CAPTION_PX = 28
_MOST_COLUMNS = 4
_WHITE, _YELLOW = (255, 255, 255), (255, 220, 0)
_BURNED_IN = f"{MARK} - NOT FOR DIAGNOSIS"


class Panel(NamedTuple):
    """One slice.

    Attributes:
        image: as the data set has it, (row, column), 0 to 1.
        map: what the model looked at, (row, column, colour); None where there is none.
        caption: ASCII; never of a patient.
    """

    image: npt.NDArray[np.float32]
    map: Pixels | None
    caption: str


def sheet(panels: Sequence[Panel]) -> Pixels:
    """Return all panels on one sheet under the mark, (row, column, colour)."""
    map_px = max((_width(panel.map) for panel in panels if panel.map is not None), default=0)
    drawn = [_drawn(panel, map_px=map_px) for panel in panels]
    height, width = drawn[0].shape[:2]
    columns = max(1, min(_MOST_COLUMNS, len(panels), _MOST_PX // width))
    rows = -(-len(panels) // columns)
    found = np.zeros(
        (2 * _BAND_PX + rows * height, max(columns * width, 2 * PANEL_PX), 3), np.uint8
    )
    for index, panel in enumerate(drawn):
        top, left = _BAND_PX + index // columns * height, index % columns * width
        found[top : top + height, left : left + width] = panel
    for line in (_BAND_PX - 20, found.shape[0] - 20):  # above and below: a cut sheet keeps one
        _write(found, _BURNED_IN, line, _YELLOW, size=0.9)
    return found


def _width(picture: Pixels) -> int:
    """Return how wide a map is drawn: as high as its slice, in its own shape, within the sheet."""
    rows, columns = map(int, picture.shape[:2])
    return min(max(round(PANEL_PX * columns / rows), 1), _MOST_PX - PANEL_PX)


def _drawn(panel: Panel, *, map_px: int) -> Pixels:
    grey = np.rint(np.clip(np.nan_to_num(panel.image), 0, 1) * 255).astype(np.uint8)
    pictures = [_sized(np.repeat(grey[:, :, None], 3, axis=2))]
    if map_px:
        beside = np.zeros((PANEL_PX, map_px, 3), np.uint8)
        if panel.map is not None:
            how = cv2.INTER_AREA if panel.map.shape[0] > PANEL_PX else cv2.INTER_LINEAR
            beside[:, : _width(panel.map)] = _sized(panel.map, _width(panel.map), how)
        pictures.append(beside)
    caption = np.zeros((_CAPTION_PX, PANEL_PX + map_px, 3), np.uint8)
    _write(caption, panel.caption, _CAPTION_PX - 8, _WHITE)
    return np.concatenate([np.concatenate(pictures, axis=1), caption])


def _sized(picture: Pixels, width: int = PANEL_PX, how: int = cv2.INTER_LINEAR) -> Pixels:
    sized = cv2.resize(picture, (width, PANEL_PX), interpolation=how)
    return np.ascontiguousarray(sized, dtype=np.uint8)


def _write(
    picture: Pixels, text: str, line: int, colour: tuple[int, int, int], size: float = 0.5
) -> None:
    cv2.putText(picture, text, (8, line), cv2.FONT_HERSHEY_SIMPLEX, size, colour, 1, cv2.LINE_8)
