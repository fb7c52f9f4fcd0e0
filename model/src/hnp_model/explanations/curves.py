"""Deletion and insertion: what the probability does while the picture goes, or comes, cell by cell.

Source: Petsiuk V et al., RISE: randomized input sampling for explanation, BMVC 2018; what is taken
away is replaced by the blurred picture, as there when pictures come.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from hnp_model.explanations.attributing import blur
from hnp_model.fitting.batch import Batch
from hnp_model.measures.calibration import sigmoid

CELLS = 12
"""Cells each way: 5 mm of what the compact network sees, so that none is a single odd pixel."""

STEPS = 8
"""Equal steps from the whole picture to none of it."""

RANDOM = "random"

Numbers = npt.NDArray[np.float64]
Ranks = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Curves:
    """Areas under the curves of some slices by one order, each (slice,), 0 to 1.

    Attributes:
        deletion: while the cells go that speak most for what was called; small is good.
        insertion: while they come; large is good.
    """

    deletion: Numbers
    insertion: Numbers


def curves_of(
    network: nn.Module,
    batch: Batch,
    channels: int,
    called: npt.NDArray[np.bool_],
    for_called: Mapping[str, Numbers],
) -> dict[str, Curves]:
    """Return name of an order -> areas under its curves.

    Args:
        network: in eval mode.
        batch: the slices; its memory may not change meanwhile.
        channels: of its images that are pictures.
        called: (slice,), whether positive; curves are of the probability of the class called.
        for_called: name -> how much each cell speaks for the class called, (slice, cell).
    """
    pictures, there = batch.images[:, :channels], batch.images[:, channels:]
    empty = blur(pictures)

    def probability(gone: npt.NDArray[np.bool_]) -> Numbers:
        mask = _pixels(gone, pictures.shape[2:]).to(pictures)
        seen = torch.cat([torch.lerp(pictures, empty, mask), there], dim=1)
        with torch.inference_mode():
            logit = network(seen, batch.tabular).cpu().numpy().astype(np.float64)
        return sigmoid(np.where(called, logit, -logit))

    none = np.zeros((len(pictures), CELLS * CELLS), dtype=np.bool_)
    ends = [probability(each) for each in (none, ~none)]
    found = {}
    for name, values in for_called.items():
        ranks = np.argsort(np.argsort(-values, axis=1, kind="stable"), axis=1)
        goes, comes = [ends[0]], [ends[1]]
        for step in range(1, STEPS):
            first = ranks < step * CELLS * CELLS // STEPS
            for curve, gone in ((goes, first), (comes, ~first)):
                curve.append(probability(gone))
        found[name] = Curves(_area([*goes, ends[1]]), _area([*comes, ends[0]]))
    return found


def random_orders(count: int, random: np.random.Generator) -> Numbers:
    """Return how much each cell speaks for a class when a coin says so, (slice, cell)."""
    return random.random((count, CELLS * CELLS))


def cell_sums(maps: npt.NDArray[np.float32]) -> Numbers:
    """Return what the cells of maps add up to, (slice, cell).

    Args:
        maps: (slice, row, column).
    """
    rows, columns = (np.eye(CELLS)[_cell_of(side)] for side in maps.shape[1:])
    sums: Numbers = rows.T @ maps.astype(np.float64) @ columns
    return sums.reshape(len(maps), -1)


def _pixels(cells: npt.NDArray[np.bool_], size: torch.Size) -> torch.Tensor:
    """Return 1.0 at the pixels of cells, (slice, 1, row, column)."""
    grid = cells.reshape(-1, CELLS, CELLS)
    rows, columns = (_cell_of(side) for side in size)
    return torch.from_numpy(grid[:, None, rows[:, None], columns].astype(np.float32))


def _cell_of(side: int) -> Ranks:
    return np.arange(side) * CELLS // side


def _area(points: list[Numbers]) -> Numbers:
    heights = np.stack(points)
    return np.asarray((heights[:-1] + heights[1:]).mean(axis=0) / 2)
