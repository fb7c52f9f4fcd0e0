"""What all pictures share: colours, names of units, and PNG bytes without a clock time."""

import io
from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hnp_model.measures.units import UnitName

UNIT_TITLES: Mapping[UnitName, str] = {
    "slice": "slice",
    "level": "disc (level)",
    "patient": "patient",
}
UNIT_COLOURS: Mapping[UnitName, str] = {
    "slice": "#4477aa",
    "level": "#aa3377",
    "patient": "#228833",
}
"""Told apart by colour-blind readers too (Paul Tol's bright scheme)."""

DOTS_PER_INCH = 150


def to_png(figure: Figure) -> bytes:
    """Return a picture's bytes; the same drawing gives the same bytes."""
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return content.getvalue()


def write_across(axes: Axes, text: str) -> None:
    """Write where a curve would be why there is none."""
    axes.text(0.5, 0.5, text, ha="center", va="center", color="0.4", transform=axes.transAxes)
