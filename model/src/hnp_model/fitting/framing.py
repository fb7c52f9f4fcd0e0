"""Which part of a picture a network sees: all of it, or the middle, as wide on every scanner."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from hnp_model.data.slices import Slices
from hnp_model.fitting.augmenting.draws import Draws
from hnp_model.fitting.augmenting.geometry import sample
from hnp_model.fitting.augmenting.intensity import vary_intensity
from hnp_model.settings.fit import FitSettings

FRAME_MM = 60.0
"""A lumbar disc is 35 by 50 mm; with it, the canal and the joints behind it are seen."""

FRAME_SIDE = 144
"""Pixels along each side: 0.42 mm each, as fine as axial slices of the spine are taken."""

FRAMED = frozenset({"compact"})
"""Networks that see the middle only."""

PixelMm = tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """What is seen of each picture of a part.

    Attributes:
        extent: (slice, 2), share of the picture's width and height; None: a whole picture, as is.
        side: rows and columns that the network gets.
    """

    extent: npt.NDArray[np.float32] | None
    side: tuple[int, int]

    def see(
        self, images: torch.Tensor, indices: npt.NDArray[np.int64], draws: Draws | None
    ) -> torch.Tensor:
        """Return what the network sees, (slice, channel, row, column).

        Args:
            images: (slice, channel, row, column).
            indices: (slice,), which of the part they are.
            draws: how to vary them.
        """
        if self.extent is None and draws is None:
            return images
        share = np.ones((len(images), 2), np.float32)
        if self.extent is not None:
            share = self.extent[indices]
        seen = sample(images, torch.from_numpy(share).to(images.device), self.side, draws)
        return seen if draws is None else vary_intensity(seen, draws)


def frame_of(
    slices: Slices, size: tuple[int, int], settings: FitSettings, pixel_mm: PixelMm | None
) -> Frame:
    """Return what a network sees of some slices.

    Args:
        slices: of a part.
        size: rows and columns of their pictures.
        settings: of the fit.
        pixel_mm: what stands for an unknown size of pixels, row and column; None: sizes are not
            known at all, and the middle square is seen whole.
    """
    if settings.model not in FRAMED or settings.inputs == "tabular":
        return Frame(None, size)
    side = min(FRAME_SIDE, *size)  # no more pixels than are stored
    if pixel_mm is None:
        height_width = np.broadcast_to(np.array(size, np.float64), (len(slices), 2))
        return Frame(_shares(height_width, np.inf), (side, side))
    known = np.stack([slices.pixel_row_mm, slices.pixel_col_mm], axis=1).astype(np.float64)
    usable = (np.isfinite(known) & (known > 0)).all(axis=1, keepdims=True)
    return Frame(_shares(np.where(usable, known, pixel_mm) * size, FRAME_MM), (side, side))


def usual_pixel_mm(slices: Slices, settings: FitSettings) -> PixelMm | None:
    """Return the median size of pixels, row and column; None where no slice, or nobody, tells."""
    known = np.stack([slices.pixel_row_mm, slices.pixel_col_mm], axis=1).astype(np.float64)
    known = known[(np.isfinite(known) & (known > 0)).all(axis=1)]
    if settings.model not in FRAMED or not len(known):
        return None
    row_mm, column_mm = np.median(known, axis=0).tolist()
    return row_mm, column_mm


def _shares(height_width: npt.NDArray[np.float64], widest: float) -> npt.NDArray[np.float32]:
    """Return the share of width and height that a square of the middle takes, (slice, 2)."""
    square = np.minimum(height_width.min(axis=1), widest)
    shares: npt.NDArray[np.float32] = (square[:, None] / height_width[:, ::-1]).astype(np.float32)
    return shares
