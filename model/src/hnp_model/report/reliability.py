"""reliability.png: how often what is called probable is so, before and after calibration."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from hnp_model.measures.bootstrap import MIN_PATIENTS, fewest_patients
from hnp_model.measures.calibration_error import Bins, bin_count_for, bin_rows
from hnp_model.measures.units import Scores, UnitName
from hnp_model.report.pictures import UNIT_TITLES, to_png, write_across

FEW_IN_BIN = 10
"""Below this many rows, the point of a bin is drawn hollow."""

ScoresByUnit = Mapping[UnitName, Scores]


@dataclass(frozen=True, slots=True)
class Look:
    """How one kind of probability is drawn."""

    name: str
    colour: str
    marker: str
    shift: float
    """Of its bars, in widths of a bin."""


LOOKS = (Look("as predicted", "#4477aa", "o", -0.21), Look("calibrated", "#ee6677", "s", 0.21))
BAR_WIDTH = 0.4


def draw_reliability(plain: ScoresByUnit, calibrated: ScoresByUnit, title: str) -> bytes:
    """Return a PNG: for each unit a curve of either kind above the counts of its bins."""
    figure = Figure(figsize=(11.5, 6.2), layout="constrained")
    figure.suptitle(title)
    grid = figure.subplots(2, len(plain), sharex=True, height_ratios=(3, 1), squeeze=False)
    for (curves, counts), unit in zip(grid.T, plain, strict=True):
        _draw_frame(curves, counts)
        _draw_unit(curves, counts, unit, (plain[unit], calibrated[unit]))
    figure.legend(
        handles=[
            Line2D([], [], color=look.colour, marker=look.marker, label=look.name) for look in LOOKS
        ],
        title=f"hollow: under {FEW_IN_BIN} rows in the bin",
        loc="outside lower center",
        ncols=len(LOOKS),
    )
    grid[0, 0].set_ylabel("share that is positive")
    grid[1, 0].set_ylabel("rows in bin")
    return to_png(figure)


def _draw_frame(curves: Axes, counts: Axes) -> None:
    curves.plot([0, 1], [0, 1], color="0.6", linestyle=":", linewidth=1)
    curves.set(xlim=(0, 1), ylim=(-0.03, 1.03))
    curves.grid(color="0.92")
    counts.set(xlabel="probability of being positive")
    counts.spines[["top", "right"]].set_visible(False)


def _draw_unit(curves: Axes, counts: Axes, unit: UnitName, both: tuple[Scores, Scores]) -> None:
    title = f"{UNIT_TITLES[unit]}, n = {both[0].truth.size:,}"
    if fewest_patients(both[0]) < MIN_PATIENTS:
        curves.set_title(f"{title}\n")
        write_across(curves, f"under {MIN_PATIENTS} patients\nin a class")
        counts.set_yticks([])
        return
    before, after = map(_brier, both)
    curves.set_title(f"{title}\nBrier {before:.3f}, calibrated {after:.3f}")
    for look, scores in zip(LOOKS, both, strict=True):
        bins = bin_rows(scores, bin_count_for(scores))
        _draw_curve(curves, bins, look)
        _draw_counts(counts, bins, look)


def _draw_curve(axes: Axes, bins: Bins, look: Look) -> None:
    filled = bins.count > 0
    axes.plot(bins.predicted[filled], bins.observed[filled], color=look.colour, linewidth=1.6)
    for chosen, face in ((bins.count >= FEW_IN_BIN, look.colour), (bins.count < FEW_IN_BIN, "w")):
        axes.plot(
            bins.predicted[chosen & filled],
            bins.observed[chosen & filled],
            look.marker,
            color=look.colour,
            markerfacecolor=face,
        )


def _draw_counts(axes: Axes, bins: Bins, look: Look) -> None:
    width = 1 / bins.count.size
    middles = (np.arange(bins.count.size) + 0.5 + look.shift) * width
    bars = axes.bar(middles, bins.count, BAR_WIDTH * width, color=look.colour)
    axes.bar_label(bars, [f"{count}" if count else "" for count in bins.count], size=6, padding=1)
    axes.margins(y=0.2)


def _brier(scores: Scores) -> float:
    return float(np.square(scores.probability - scores.truth).mean())
