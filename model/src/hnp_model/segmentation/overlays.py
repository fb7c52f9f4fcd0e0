"""A page of overlays: outlines of the masks and of the run on the pictures, worst first."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hnp_model.report.pictures import to_png
from hnp_shared.mask_set import CLASS_NAMES, MaskClass

COLOURS = {
    MaskClass.ANNULUS: "#228833",
    MaskClass.NUCLEUS: "#ee6677",
    MaskClass.SAC: "#66ccee",
    MaskClass.POSTERIOR: "#ccbb44",
    MaskClass.LIGAMENT: "#aa3377",
}
"""Told apart by colour-blind readers too (Paul Tol's bright scheme)."""

_COLUMNS = 4
_INCHES = 2.6


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A slice to look at.

    Attributes:
        dice: of its worst structure.
        is_odd: whether it is out of distribution.
        image: (row, column), 0 to 1.
        truth: its mask; mask: what the run outlines.
    """

    dice: float
    is_odd: bool
    image: npt.NDArray[np.float32]
    truth: npt.NDArray[np.uint8]
    mask: npt.NDArray[np.uint8]


def draw_overlays(shown: Sequence[Shown]) -> bytes:
    """Return a PNG: solid lines are the run's, dotted ones those of the masks."""
    rows = max(1, -(-len(shown) // _COLUMNS))
    figure = Figure(figsize=(_INCHES * _COLUMNS, _INCHES * rows + 0.5), layout="constrained")
    told = ", ".join(CLASS_NAMES[each] for each in COLOURS)
    figure.suptitle(f"worst, middling and best slices: run solid, masks dotted ({told})", size=8)
    grid = figure.subplots(rows, _COLUMNS, squeeze=False).ravel()
    for axes in grid:
        axes.set_axis_off()
    for axes, one in zip(grid, shown, strict=False):
        axes.imshow(one.image, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        _outlines(axes, one.truth, "dotted")
        _outlines(axes, one.mask, "solid")
        _look_at(axes, one.truth)
        odd = ", out of distribution" if one.is_odd else ""
        axes.set_title(f"worst Dice {one.dice:.3f}{odd}", size=7)
    return to_png(figure)


def _outlines(axes: Axes, mask: npt.NDArray[np.uint8], style: str) -> None:
    for number, colour in COLOURS.items():
        mine = mask == number
        if mine.any() and not mine.all():
            axes.contour(mine, levels=[0.5], colors=colour, linewidths=0.8, linestyles=style)


def _look_at(axes: Axes, mask: npt.NDArray[np.uint8]) -> None:
    """Show what lies around the structures."""
    rows, columns = np.nonzero(mask)
    if rows.size:
        margin = 12
        axes.set_xlim(columns.min() - margin, columns.max() + margin)
        axes.set_ylim(rows.max() + margin, rows.min() - margin)
