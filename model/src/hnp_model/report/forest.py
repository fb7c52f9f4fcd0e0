"""forest.png: the AUC of every fold with its interval, and the mean over folds."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hnp_model.measures.bootstrap import MIN_PATIENTS
from hnp_model.measures.pooling import FoldFigures, Pooled
from hnp_model.measures.units import UNITS, UnitName
from hnp_model.report.pictures import UNIT_COLOURS, UNIT_TITLES, to_png, write_across
from hnp_shared.counted import counted

METRIC = "auc"
INCHES_A_ROW = 0.42


def draw_forest(
    folds: Sequence[FoldFigures], pooled: Mapping[UnitName, Mapping[str, Pooled]]
) -> bytes:
    """Return a PNG: a panel for each unit, a row for each fold and one for their mean."""
    height = 1.7 + INCHES_A_ROW * (len(folds) + 1)
    figure = Figure(figsize=(11.5, height), layout="constrained")
    figure.suptitle("AUC of each fold (95 % interval), mean and range over folds")
    panels = figure.subplots(1, len(UNITS), sharex=True, sharey=True, squeeze=False)[0]
    for axes, unit in zip(panels, UNITS, strict=True):
        _draw_panel(axes, unit, folds, pooled[unit][METRIC])
    rows = [f"{fold.name} ({counted(fold.n_patients, 'patient')})" for fold in folds]
    panels[0].set_yticks(range(len(rows) + 1), [*rows, "mean (range)"])
    panels[0].set_ylim(len(rows) + 0.6, -0.6)
    panels[0].set_xlim(*_limits(folds))
    return to_png(figure)


def _draw_panel(axes: Axes, unit: UnitName, folds: Sequence[FoldFigures], pooled: Pooled) -> None:
    axes.set(title=UNIT_TITLES[unit], xlabel="AUC")
    axes.grid(axis="x", color="0.92")
    axes.tick_params(axis="y", length=0)
    axes.axhline(len(folds) - 0.5, color="0.8", linewidth=0.8)
    if pooled.mean is None or pooled.min is None or pooled.max is None:
        write_across(axes, f"under {MIN_PATIENTS} patients\nin a class")
        return
    axes.axvline(pooled.mean, color="0.5", linestyle="--", linewidth=1)
    for row, fold in enumerate(folds):
        auc = fold.figure(unit, METRIC)
        if auc.value is None or auc.low is None or auc.high is None:
            _annotate(axes, row, "-")
            continue
        axes.plot([auc.low, auc.high], [row, row], color=UNIT_COLOURS[unit], linewidth=1.6)
        axes.plot(auc.value, row, "s", color=UNIT_COLOURS[unit], markersize=6)
        _annotate(axes, row, f"{auc.value:.3f} ({auc.low:.3f} to {auc.high:.3f})")
    last = len(folds)
    axes.plot([pooled.min, pooled.max], [last, last], color="0.2", linewidth=1.6)
    axes.plot(pooled.mean, last, "D", color="0.2", markersize=7)
    _annotate(axes, last, f"{pooled.mean:.3f} ({pooled.min:.3f} to {pooled.max:.3f})")


def _annotate(axes: Axes, row: int, text: str) -> None:
    axes.annotate(text, (0.02, row - 0.28), xycoords=("axes fraction", "data"), size=7, va="center")


def _limits(folds: Sequence[FoldFigures]) -> tuple[float, float]:
    """Return the ends of the axis: chance is on it unless all is far better."""
    lows = [fold.figure(unit, METRIC).low for fold in folds for unit in UNITS]
    lowest = min((low for low in lows if low is not None), default=0.5)
    return min(0.5, lowest) - 0.02, 1.02
