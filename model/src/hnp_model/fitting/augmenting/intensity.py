"""Bias field, gamma, contrast, blur and noise, in the order in which a scanner brings them."""

import numpy as np
import torch
from torch.nn.functional import conv2d, pad

from hnp_model.fitting.augmenting.draws import Draws, Numbers
from hnp_model.fitting.augmenting.fields import noise_fields

BLUR_REACH = 3
"""Pixels to each side: over three deviations of the strongest usual blur."""


def vary_intensity(images: torch.Tensor, draws: Draws) -> torch.Tensor:
    """Return pictures of other brightness, sharpness and noise, (slice, channel, row, column).

    Args:
        images: (slice, channel, row, column) in 0..1; what comes back may lie a little outside. All
            channels of a slice are varied alike, but each has noise of its own.
        draws: of these slices.
    """

    def each(values: Numbers) -> torch.Tensor:
        return torch.from_numpy(values.astype(np.float32)).to(images.device)

    channels, rows, columns = images.shape[1:]
    varied = images * _bias(each(draws.bias), rows, columns)
    varied = varied.clamp(0, 1) ** each(np.exp(draws.log_gamma))[:, None, None, None]
    mean = varied.mean(dim=(2, 3), keepdim=True)
    varied = mean + (varied - mean) * each(np.exp(draws.log_contrast))[:, None, None, None]
    varied = _blurred(varied, each(draws.blur_pixels))
    keys = torch.from_numpy(draws.noise_key).to(images.device)
    noise = noise_fields(keys, channels * rows, columns).reshape(images.shape)
    return varied + noise * each(draws.noise_sd)[:, None, None, None]


def _bias(terms: torch.Tensor, rows: int, columns: int) -> torch.Tensor:
    """Return a smooth factor, (slice, 1, row, column)."""
    y = torch.linspace(-1, 1, rows, device=terms.device)[:, None].expand(rows, columns)
    x = torch.linspace(-1, 1, columns, device=terms.device)[None, :].expand(rows, columns)
    field = torch.zeros(len(terms), rows, columns, device=terms.device)
    for number, shape in enumerate((x, y, x * x, x * y, y * y)):
        # A product of matrices would round otherwise for a batch of one.
        field += terms[:, number, None, None] * shape
    return torch.exp(field).unsqueeze(1)


def _blurred(images: torch.Tensor, pixels: torch.Tensor) -> torch.Tensor:
    """Return pictures blurred by as many pixels each; all are channels of one convolution."""
    away = torch.arange(-BLUR_REACH, BLUR_REACH + 1, device=images.device)
    kernel = torch.exp(-(away**2) / (2 * pixels.clamp(min=0.1)[:, None] ** 2))  # (slice, 7)
    kernel = kernel / kernel.sum(dim=1, keepdim=True)
    together = pad(images.transpose(0, 1), (BLUR_REACH,) * 4, mode="replicate")
    for shape in ((-1, 1, kernel.shape[1], 1), (-1, 1, 1, kernel.shape[1])):
        together = conv2d(together, kernel.reshape(shape), groups=len(images))
    return together.transpose(0, 1).contiguous()
