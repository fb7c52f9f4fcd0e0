"""Bland-Altman pictures: differences of two measurements against their mean, a panel a measure.

Source: Bland JM, Altman DG, Statistical methods for assessing agreement between two methods of
clinical measurement, Lancet 1986; 1: 307-310.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from hnp_model.measures.limits import Limits
from hnp_model.report.pictures import to_png

_COLUMNS = 3
_INCHES = 3.0

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Two measurements of one measure, and how far they agree."""

    unit: str
    first: Numbers
    second: Numbers
    limits: Limits


def draw_bland_altman(panels: Mapping[str, Panel], names: tuple[str, str]) -> bytes:
    """Return a PNG.

    Args:
        panels: measure -> what is drawn.
        names: what both measurements are called.
    """
    rows = max(1, -(-len(panels) // _COLUMNS))
    figure = Figure(figsize=(_INCHES * _COLUMNS * 1.2, _INCHES * rows), layout="constrained")
    figure.suptitle(f"{names[0]} less {names[1]}, against their mean; lines: bias, 95 % limits")
    grid = figure.subplots(rows, _COLUMNS, squeeze=False).ravel()
    for axes in grid[len(panels) :]:
        axes.set_axis_off()
    for axes, (name, panel) in zip(grid, panels.items(), strict=False):
        middle, apart = (panel.first + panel.second) / 2, panel.first - panel.second
        axes.plot(middle, apart, ".", color="#4477aa", markersize=3, alpha=0.6)
        limits = panel.limits
        for line, style in (
            (limits.bias, "-"),
            (limits.lower_limit, "--"),
            (limits.upper_limit, "--"),
        ):
            if line.value is not None:
                axes.axhline(line.value, color="#aa3377", linestyle=style, linewidth=1)
            if line.low is not None and line.high is not None:
                axes.axhspan(line.low, line.high, color="#aa3377", alpha=0.12, linewidth=0)
        axes.set_title(name, fontsize=9)
        axes.set_xlabel(panel.unit, fontsize=8)
        axes.tick_params(labelsize=7)
    return to_png(figure)
