"""Where a varied picture looks: one grid for crop, shift, rotation, scale, mirror and bending.

A picture is sampled once, so nothing is blurred by one step after the other.
"""

import numpy as np
import torch
from torch.nn.functional import affine_grid, grid_sample, interpolate

from hnp_model.fitting.augmenting.draws import Draws, Numbers
from hnp_model.fitting.augmenting.fields import noise_fields

KNOTS = 7
"""Along each side of the field of displacements."""


def sample(
    images: torch.Tensor, extent: torch.Tensor, side: tuple[int, int], draws: Draws | None
) -> torch.Tensor:
    """Return the middle of pictures, varied, (slice, channel, row, column).

    Args:
        images: (slice, channel, row, column); all channels of a slice are varied alike.
        extent: (slice, 2), share of a picture's width and height that is seen.
        side: rows and columns to return.
        draws: how to vary; None leaves all as it is.
    """
    shape = [images.shape[0], 1, *side]
    look = torch.diag_embed(extent)  # (slice, 2, 2), from what is seen to the whole picture
    if draws is None:
        grid = affine_grid(_with_shift(look, torch.zeros_like(extent)), shape, align_corners=False)
    else:
        turn, shift = (_on(images, values) for values in (_turns(draws), 2 * draws.shift))
        grid = affine_grid(_with_shift(turn, shift), shape, align_corners=False)
        grid = (grid + _bend(draws, images, side)) * extent[:, None, None, :]
    return grid_sample(images, grid, padding_mode="border", align_corners=False)


def _turns(draws: Draws) -> Numbers:
    """Return rotation, scale and mirror of each slice, (slice, 2, 2), on x and y."""
    angle = np.deg2rad(draws.angle_deg)
    rotation = np.stack(
        [np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle)], axis=1
    ).reshape(-1, 2, 2)
    mirror = np.where(draws.flipped, -1.0, 1.0)
    scale = np.exp(draws.log_scale) * np.stack([mirror, np.ones_like(mirror)], axis=1)
    turned: Numbers = rotation * scale[:, None, :]
    return turned


def _bend(draws: Draws, images: torch.Tensor, side: tuple[int, int]) -> torch.Tensor:
    """Return displacements, (slice, row, column, 2), in halves of the side."""
    keys = torch.from_numpy(draws.elastic_key).to(images.device)
    knots = noise_fields(keys, 2 * KNOTS, KNOTS).reshape(-1, 2, KNOTS, KNOTS)
    smooth = interpolate(knots, size=side, mode="bicubic", align_corners=True)
    return smooth.permute(0, 2, 3, 1) * (2 * draws.elastic_sd)


def _with_shift(turn: torch.Tensor, shift: torch.Tensor) -> torch.Tensor:
    return torch.cat([turn, shift[:, :, None]], dim=2)


def _on(images: torch.Tensor, values: Numbers) -> torch.Tensor:
    return torch.from_numpy(values.astype(np.float32)).to(images.device)
