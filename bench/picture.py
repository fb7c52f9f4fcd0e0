"""The stacked picture of where the time of a build goes."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from bench.costs import stages_of
from bench.record import Outcome

_WHOLE = {"pydicom + OpenCV script": "#888888", "floor of a build": "#bbbbbb"}
_STAGES = ("start", "walk", "read", "pair", "choose", "shard", "commit")
_COLOURS = ("#cccccc", "#4e79a7", "#f28e2b", "#76b7b2", "#59a14f", "#e15759", "#b07aa1")


def draw(outcomes: Mapping[str, Outcome], path: Path) -> None:
    """Draw the stages of a build above the whole of its script and its floor."""
    build = outcomes.get("build")
    stages = stages_of(build) if build else {}
    figure = Figure(figsize=(8, 2.6), layout="constrained")
    axes = figure.subplots()
    left = 0.0
    if build is not None and stages:
        stages["start"] = max(0.0, build.seconds["hnp-etl"][-1] - sum(stages.values()))
        for name, colour in zip(_STAGES, _COLOURS, strict=True):
            axes.barh("hnp-etl", stages.get(name, 0.0), left=left, color=colour, label=name)
            left += stages.get(name, 0.0)
        for side, colour in _WHOLE.items():
            if build.seconds.get(side):
                axes.barh(side, build.seconds[side][-1], color=colour)
        axes.legend(ncols=len(_STAGES), fontsize=7, loc="lower right")
    axes.invert_yaxis()
    axes.set_xlabel("seconds")
    with mpl.rc_context({"svg.hashsalt": "hnp"}):  # the same figures give the same file
        figure.savefig(path, metadata={"Date": None})
