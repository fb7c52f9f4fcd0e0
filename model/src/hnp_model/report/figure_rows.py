"""Figures as people read them: a figure with its interval, and tables of them."""

from collections.abc import Iterable, Mapping

from hnp_model.measures.bootstrap import MIN_PATIENTS, Figure
from hnp_model.measures.calibrated_figures import CALIBRATED, CalibratedFigures
from hnp_model.measures.figures import UnitFigures
from hnp_model.measures.units import UnitName

TOO_FEW = "too few to judge"
TOO_FEW_MEANS = f"{TOO_FEW}: under {MIN_PATIENTS} patients in a class; a dash: not defined"

Row = tuple[str, ...]


def show_figure(figure: Figure, *, too_few: bool = False) -> str:
    """Return a figure with its interval, and with that of other seeds where known.

    Where there is none: a dash or, where that is the reason, `TOO_FEW`.
    """
    if figure.value is None:
        return TOO_FEW if too_few else "-"
    seeds = ""
    if figure.low_seeds is not None and figure.high_seeds is not None:
        seeds = f"; {figure.low_seeds:.3f} to {figure.high_seeds:.3f}"
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f}{seeds})"


def figure_rows(units: Mapping[str, UnitFigures], metrics: Iterable[str]) -> list[Row]:
    """Return a table: one row a metric, one column a unit."""
    rows = [
        (name, *(show_figure(one.figure(name), too_few=one.too_few) for one in units.values()))
        for name in metrics
    ]
    return [("metric", *units), *rows]


def calibration_rows(calibration: Mapping[UnitName, CalibratedFigures]) -> list[Row]:
    """Return a table: two rows a unit, before and after calibration, one column a figure."""
    rows: list[Row] = [("unit", "calibrated by", *CALIBRATED)]
    for unit, figures in calibration.items():
        too_few = all(figure.value is None for figure in figures.before)
        for method, told in (("-", figures.before), (figures.method, figures.after)):
            rows.append((unit, method, *(show_figure(one, too_few=too_few) for one in told)))
    return rows
