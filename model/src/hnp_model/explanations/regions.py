"""Parts of a picture that an audit tells apart, as the network sees them, and what lies in each."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch

from hnp_model.audit.pictures import FRAME_BLOCKS, Inside, box_inside
from hnp_model.fitting.samples import Samples

RegionName = Literal["disc", "outside", "border", "corners", "rim"]
REGIONS: tuple[RegionName, ...] = ("disc", "outside", "border", "corners", "rim")

MEANS: dict[RegionName, str] = {
    "disc": "box of 80 mm in the middle",
    "outside": "all but that box",
    "border": "outer tenth of the picture",
    "corners": "squares of a fifth of its sides",
    "rim": "outer tenth of what the network sees",
}

Numbers = npt.NDArray[np.float64]
Masks = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Regions:
    """Where the regions of some slices lie in what a network sees.

    Attributes:
        samples: the slices.
        inside: the audit's box, in stored pictures.
    """

    samples: Samples
    inside: Inside

    @classmethod
    def of(cls, samples: Samples, size: tuple[int, int]) -> "Regions":
        """Return the regions of slices whose stored pictures have a size."""
        slices = samples.slices
        row_mm, column_mm = (
            np.asarray(each, np.float64) for each in (slices.pixel_row_mm, slices.pixel_col_mm)
        )
        return cls(samples, box_inside(size, row_mm, column_mm))

    def masks(self, indices: npt.NDArray[np.int64]) -> Masks:
        """Return how much of each pixel belongs to each region, (slice, region, row, column)."""
        inside = self.inside(indices)
        size = inside.shape[1:]
        border, corners = (np.broadcast_to(each, inside.shape) for each in _frame(size))
        stored = np.stack([inside, ~inside, border, corners], axis=1).astype(np.float32)
        seen = self.samples.frame.see(torch.from_numpy(stored), indices, None).numpy()
        rim = np.broadcast_to(_frame(seen.shape[2:])[0], (len(seen), *seen.shape[2:]))
        return np.concatenate([seen, rim[:, None]], axis=1).astype(np.float32)


def shares_of(maps: npt.NDArray[np.float32], masks: Masks) -> Numbers:
    """Return the share of a map that lies in each region, whatever its sign, (slice, region).

    NaN where a map is 0 everywhere.

    Args:
        maps: (slice, row, column).
        masks: of the same slices.
    """
    sizes = np.abs(maps.astype(np.float64))
    inside = np.einsum("srk,sgrk->sg", sizes, masks)
    whole = sizes.sum(axis=(1, 2))[:, None]
    unknown = np.full(inside.shape, np.nan)
    return np.asarray(np.divide(inside, whole, out=unknown, where=whole > 0))


def sums_of(maps: npt.NDArray[np.float32], masks: Masks) -> Numbers:
    """Return what the regions of a map add up to, sign and all, (slice, region)."""
    return np.asarray(np.einsum("srk,sgrk->sg", maps.astype(np.float64), masks))


def _frame(size: tuple[int, ...]) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return which pixels lie in the outer tenth, and in the corners, (row, column)."""
    from_edge = [np.minimum(np.arange(side), np.arange(side)[::-1]) / side for side in size]
    outer, far = (
        [each < share for each in from_edge] for share in (1 / FRAME_BLOCKS, 2 / FRAME_BLOCKS)
    )
    return outer[0][:, None] | outer[1], far[0][:, None] & far[1]
