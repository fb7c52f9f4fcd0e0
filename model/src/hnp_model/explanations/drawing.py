"""Pictures of what a network looks at: one of each slice, and sheets of the most confident ones."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from hnp_model.explanations.measured import TITLES
from hnp_model.report.pictures import to_png

FOR, AGAINST = "#ee7733", "#33bbee"
"""What speaks for a herniation, and against it: told apart by colour-blind readers too, and on grey
pictures (Paul Tol's vibrant scheme)."""

BOX = "#ddaa33"
"""Of the line round the disc's box."""

SMOOTH = 1 / 72
"""Standard deviation by which a map is smoothed to be looked at, as a share of the side; no figure
is made of smoothed maps."""

STRONGEST = 0.995
"""Quantile of a map that is drawn in full colour."""

ACROSS = 6
"""Slices in each row of a sheet."""

SLICE_INCHES = (9.6, 2.75)
SLICE_PANELS = (
    *((left, 0.03, 0.235, 0.8) for left in (0.005, 0.25, 0.495)),
    (0.835, 0.1, 0.16, 0.73),
)
"""Left, bottom, width and height of each panel, as shares of the whole."""

Pixels = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """What is drawn of a slice.

    Attributes:
        picture: (row, column), what the network sees.
        integrated: (row, column), Integrated Gradients.
        cam: (row, column), Grad-CAM.
        box: (row, column), 1 in the disc's box.
        added: what the picture and each input add to the logit.
        names: of these.
        title: what is known and said of it, in one or two lines.
    """

    picture: Pixels
    integrated: Pixels
    cam: Pixels
    box: Pixels
    added: Sequence[float]
    names: Sequence[str]
    title: str


def draw_slice(drawn: Drawn) -> bytes:
    """Return a PNG: the picture, both maps over it, and what each input adds."""
    figure = Figure(figsize=SLICE_INCHES, facecolor="white")
    # Places by hand: there may be hundreds of these, and a layout costs as much as the drawing.
    panels = [figure.add_axes(place) for place in SLICE_PANELS]
    _show(panels[0], drawn.picture, None)
    if 0 < drawn.box.mean() < 1:
        panels[0].contour(drawn.box, [0.5], colors=[BOX], linewidths=0.8, linestyles="dashed")
    for panel, values in zip(panels[1:3], (drawn.integrated, drawn.cam), strict=True):
        _show(panel, drawn.picture, values)
    heads = ("what the network sees", *TITLES.values(), "adds to the logit")
    for panel, head in zip(panels, heads, strict=True):
        panel.set_title(head, fontsize=8)
    _bars(panels[3], drawn.names, drawn.added)
    figure.text(0.01, 0.96, drawn.title.replace("\n", ", "), fontsize=9, va="top")
    return to_png(figure)


def draw_sheet(slices: Sequence[Drawn], title: str) -> bytes:
    """Return a PNG: each picture, below it the same with Integrated Gradients over it.

    Args:
        slices: one or more.
        title: above all.
    """
    rows = -(-len(slices) // ACROSS)
    figure = Figure(
        figsize=(1.7 * ACROSS, 3.75 * rows + 0.5), layout="constrained", facecolor="white"
    )
    grid = figure.add_gridspec(2 * rows, ACROSS)
    for number, each in enumerate(slices):
        row, column = divmod(number, ACROSS)
        above, below = (figure.add_subplot(grid[2 * row + down, column]) for down in (0, 1))
        _show(above, each.picture, None)
        _show(below, each.picture, each.integrated)
        above.set_title(each.title, fontsize=6.5)
    figure.suptitle(
        f"{title}; below each: what speaks for a herniation (orange) and against it (blue)",
        fontsize=9,
    )
    return to_png(figure)


def overlay(values: Pixels) -> Pixels:
    """Return colours of a map, (row, column, red green blue opacity); clear where it is 0."""
    size = np.abs(values)
    strongest = float(np.quantile(size, STRONGEST)) or float(size.max()) or 1.0
    colours = np.empty((*values.shape, 4), np.float32)
    colours[..., :3] = np.where((values > 0)[..., None], to_rgb(FOR), to_rgb(AGAINST))
    colours[..., 3] = 0.85 * np.clip(size / strongest, 0, 1)
    return colours


def smoothed(values: Pixels) -> Pixels:
    """Return a map without single odd pixels, (row, column)."""
    rows, columns = (_kernel(side) for side in values.shape)
    return np.asarray(rows @ values @ columns.T, np.float32)


def _show(panel: Axes, picture: Pixels, values: Pixels | None) -> None:
    panel.imshow(picture, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    if values is not None:
        panel.imshow(overlay(smoothed(values)), interpolation="nearest")
    panel.set(xticks=[], yticks=[])


def _bars(panel: Axes, names: Sequence[str], added: Sequence[float]) -> None:
    places = np.arange(len(names))[::-1]
    panel.barh(places, added, color=[FOR if each > 0 else AGAINST for each in added], height=0.7)
    panel.axvline(0, color="0.4", linewidth=0.8)
    whole = sum(map(abs, added)) or 1.0
    labels = [f"{name} {abs(each) / whole:.0%}" for name, each in zip(names, added, strict=True)]
    panel.set_yticks(places, labels, fontsize=7)
    panel.tick_params(axis="x", labelsize=7)
    for side in ("top", "right", "left"):
        panel.spines[side].set_visible(False)


def _kernel(side: int) -> Pixels:
    apart = np.arange(side)[:, None] - np.arange(side)
    weights = np.exp(-0.5 * np.square(apart / (SMOOTH * side)))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)
