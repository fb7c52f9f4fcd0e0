"""A sheet of small pictures: a row a slice, a column for each thing that is made of it."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from hnp_model.report.pictures import to_png

Picture = npt.NDArray[np.float32]

INCHES = 1.35
"""Of each picture's side."""


def draw_contact_sheet(
    rows: Sequence[Sequence[Picture]], heads: Sequence[str], names: Sequence[str]
) -> bytes:
    """Return a PNG.

    Args:
        rows: pictures, (row, column) each, black at 0 and white at 1.
        heads: above each column.
        names: left of each row.
    """
    size = (INCHES * len(heads) + 0.5, INCHES * len(rows) + 0.4)
    figure = Figure(figsize=size, layout="constrained")
    panels = figure.subplots(len(rows), len(heads), squeeze=False)
    for axes, pictures, name in zip(panels, rows, names, strict=True):
        for panel, picture in zip(axes, pictures, strict=True):
            panel.imshow(picture, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
            panel.set(xticks=[], yticks=[])
        axes[0].set_ylabel(name, fontsize=7)
    for panel, head in zip(panels[0], heads, strict=True):
        panel.set_title(head, fontsize=7)
    return to_png(figure)
