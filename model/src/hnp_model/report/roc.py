"""roc.png: the ROC curve of each unit."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hnp_model.measures.bootstrap import MIN_PATIENTS
from hnp_model.measures.figures import UnitFigures
from hnp_model.measures.units import PRIMARY_UNIT, Scores, UnitName
from hnp_model.report.pictures import UNIT_COLOURS, UNIT_TITLES, to_png


def draw_roc(
    scores: Mapping[UnitName, Scores], figures: Mapping[UnitName, UnitFigures], title: str
) -> bytes:
    """Return a PNG."""
    figure = Figure(figsize=(6.4, 6.0), layout="constrained")
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color="0.6", linestyle=":", linewidth=1)
    for unit, rows in scores.items():
        if rows.truth.any() and not rows.truth.all():
            _draw_unit(axes, unit, rows, figures[unit])
    axes.set(
        xlabel="1 - specificity",
        ylabel="sensitivity",
        title=title,
        xlim=(-0.01, 1.01),
        ylim=(-0.01, 1.01),
        aspect="equal",
    )
    axes.grid(color="0.92")
    if len(axes.lines) > 1:  # one class has no curve, and an empty legend warns
        axes.legend(loc="lower right", frameon=True, title="AUC (95 % interval), dot: threshold")
    return to_png(figure)


def roc_points(scores: Scores) -> npt.NDArray[np.float64]:
    """Return the curve from (0, 0) to (1, 1), (point, [1 - specificity, sensitivity])."""
    ends = np.append(np.flatnonzero(np.diff(scores.probability)), scores.truth.size - 1)
    hits = np.append(0, np.cumsum(scores.truth)[ends])
    misses = np.append(0, ends + 1) - hits
    return np.stack([misses / misses[-1], hits / hits[-1]], axis=1)


def _draw_unit(axes: Axes, unit: UnitName, scores: Scores, figures: UnitFigures) -> None:
    points = roc_points(scores)
    width = 2.4 if unit == PRIMARY_UNIT else 1.4
    label = f"{UNIT_TITLES[unit]}: {_area(figures)}"
    colour = UNIT_COLOURS[unit]
    axes.plot(points[:, 0], points[:, 1], color=colour, linewidth=width, label=label)
    called = scores.probability >= figures.threshold
    axes.plot(called[~scores.truth].mean(), called[scores.truth].mean(), "o", color=colour)


def _area(figures: UnitFigures) -> str:
    auc = figures.figure("auc")
    if auc.value is None:
        return f"under {MIN_PATIENTS} patients in a class"
    return f"{auc.value:.3f} ({auc.low:.3f} to {auc.high:.3f})"
