"""What the network sees of a picture: its middle, as wide on every scanner; and the way back."""

import numpy as np
import numpy.typing as npt
import torch
from torch.nn.functional import affine_grid, grid_sample

from hnp_model.data.slices import Slices
from hnp_model.fitting.augmenting.draws import Draws
from hnp_model.fitting.augmenting.geometry import sample
from hnp_model.fitting.augmenting.intensity import vary_intensity
from hnp_model.segmentation.network import CLASSES

WINDOW_MM = 110.0
"""A disc is 35 by 50 mm; with it the canal, the joints and the spinous process are seen."""

PixelMm = tuple[float, float]


def shares_of(slices: Slices, size: tuple[int, int], usual_mm: PixelMm) -> npt.NDArray[np.float32]:
    """Return the share of width and height of each picture that is seen, (slice, 2).

    Args:
        slices: of a part.
        size: rows and columns of pictures.
        usual_mm: height and width of a pixel where none is known.
    """
    known = np.stack([slices.pixel_row_mm, slices.pixel_col_mm], axis=1).astype(np.float64)
    sound = np.asarray((np.isfinite(known) & (known > 0)).all(axis=1, keepdims=True))
    known = np.where(sound, known, np.array(usual_mm))
    whole = known * np.array(size)  # mm along rows and columns
    side = np.minimum(whole.min(axis=1), WINDOW_MM)
    shares: npt.NDArray[np.float32] = (side[:, None] / whole[:, ::-1]).astype(np.float32)
    return shares


def usual_mm(slices: Slices) -> PixelMm:
    """Return the median size of pixels, row and column; 1 mm where nobody tells."""
    known = np.stack([slices.pixel_row_mm, slices.pixel_col_mm], axis=1).astype(np.float64)
    known = known[(np.isfinite(known) & (known > 0)).all(axis=1)]
    if not len(known):
        return 1.0, 1.0
    row_mm, column_mm = np.median(known, axis=0).tolist()
    return row_mm, column_mm


def see(
    images: torch.Tensor, shares: torch.Tensor, side: int, draws: Draws | None = None
) -> torch.Tensor:
    """Return what the network sees of pictures, (slice, 1, side, side), of mean 0 and deviation 1.

    Args:
        images: (slice, row, column).
        shares: (slice, 2), from `shares_of`.
        side: rows and columns to return.
        draws: how to vary; None: not.
    """
    seen = sample(images[:, None], shares, (side, side), draws)
    return _standard(seen if draws is None else vary_intensity(seen, draws))


def see_both(
    images: torch.Tensor,
    masks: torch.Tensor,
    shares: torch.Tensor,
    side: int,
    draws: Draws | None,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return pictures as `see` does, and the share of each class in each pixel seen.

    Args:
        images: (slice, row, column).
        masks: (slice, row, column), whole numbers.
        shares: (slice, 2).
        side: rows and columns to return.
        draws: how to vary both alike; None: not.
    """
    classes = torch.nn.functional.one_hot(masks.long(), CLASSES).movedim(-1, 1)
    both = torch.cat([images[:, None], classes.to(images.dtype)], dim=1)
    seen = sample(both, shares, (side, side), draws)
    pictures, truth = seen[:, :1], seen[:, 1:]
    return _standard(pictures if draws is None else vary_intensity(pictures, draws)), truth


def back(probability: torch.Tensor, shares: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """Return probabilities in the pixels of whole pictures, (slice, class, row, column).

    What lies outside of what was seen is background.

    Args:
        probability: (slice, class, side, side).
        shares: (slice, 2).
        size: rows and columns of pictures.
    """
    look = torch.zeros(len(shares), 2, 3, dtype=probability.dtype, device=probability.device)
    look[:, 0, 0], look[:, 1, 1] = 1 / shares[:, 0], 1 / shares[:, 1]
    grid = affine_grid(look, [len(shares), 1, *size], align_corners=False)
    whole = grid_sample(probability, grid, padding_mode="border", align_corners=False)
    outside = (grid.abs() > 1).any(dim=-1)[:, None]
    background = torch.zeros_like(whole)
    background[:, 0] = 1
    return torch.where(outside, background, whole)


def _standard(pictures: torch.Tensor) -> torch.Tensor:
    """Return pictures of mean 0 and deviation 1 each: scanners and windows differ in both."""
    mean = pictures.mean(dim=(2, 3), keepdim=True)
    deviation = pictures.std(dim=(2, 3), keepdim=True).clamp(min=1e-3)
    return (pictures - mean) / deviation
