"""decision.png and decision.csv: what acting on a model is worth at each threshold."""

import csv
import io
from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hnp_model.measures.bootstrap import MIN_PATIENTS
from hnp_model.measures.decisions import DECIDED_UNITS
from hnp_model.measures.net_benefit import COLUMNS, DecisionCurve
from hnp_model.measures.units import UnitName
from hnp_model.report.pictures import UNIT_COLOURS, UNIT_TITLES, to_png, write_across

Curves = Mapping[UnitName, DecisionCurve | None] | None


def draw_decisions(curves: Curves, title: str) -> bytes:
    """Return a PNG, a panel a unit."""
    figure = Figure(figsize=(11.0, 4.8), layout="constrained")
    for axes, unit in zip(figure.subplots(1, len(DECIDED_UNITS)), DECIDED_UNITS, strict=True):
        curve = (curves or {}).get(unit)
        axes.set(
            xlabel="calibrated probability from which on somebody acts",
            ylabel="net benefit",
            title=UNIT_TITLES[unit],
            xlim=(0, 1),
        )
        axes.grid(color="0.92")
        if curve is None:
            few = f"under {MIN_PATIENTS} patients in a class"
            write_across(axes, few if curves is not None else "calibrated on this part")
        else:
            _draw(axes, unit, curve)
    figure.suptitle(title)
    return to_png(figure)


def decisions_csv(curves: Curves) -> bytes:
    """Return the figures that are drawn, a line a unit and threshold."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["unit", *COLUMNS])
    for unit, curve in (curves or {}).items():
        if curve is not None:
            lines = zip(*(column.tolist() for column in curve.columns().values()), strict=True)
            writer.writerows([unit, *line] for line in lines)
    return text.getvalue().encode()


def _draw(axes: Axes, unit: UnitName, curve: DecisionCurve) -> None:
    colour, cut = UNIT_COLOURS[unit], curve.threshold
    axes.plot(cut, curve.everyone.value, color="0.4", linestyle="--", label="act on all")
    axes.axhline(0, color="0.4", linewidth=1, label="act on none")
    axes.plot(cut, curve.model.value, color=colour, linewidth=2, label="act on the model")
    axes.fill_between(
        cut, curve.model.low, curve.model.high, color=colour, alpha=0.15, linewidth=0, label="95 %"
    )
    top = float(curve.everyone.value[0])
    axes.set_ylim(-0.25 * top, 1.25 * max(top, float(curve.model.high.max())))
    axes.legend(loc="upper right", frameon=True)
