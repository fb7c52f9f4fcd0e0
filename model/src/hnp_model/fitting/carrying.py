"""Pixels from a buffer to where they are computed on."""

from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from hnp_shared.images import UINT16_SCALE


def carried(pixels: npt.NDArray[Any], device: str, *, pinned: bool) -> torch.Tensor:
    """Return pixels in 0..1 on a device, of the same shape.

    Args:
        pixels: float32 in 0..1; or uint16 as stored, which take half the way and are scaled there.
        device: where they go.
        pinned: whether they lie in pinned memory, and the copy may go on after this returns.
    """
    if pixels.dtype != np.uint16:
        return torch.from_numpy(pixels).to(device, non_blocking=pinned)
    signed = torch.from_numpy(pixels.view(np.int16))  # torch computes with few unsigned types
    whole = signed.to(device, non_blocking=pinned).to(torch.int32).bitwise_and_(0xFFFF)
    return whole.to(torch.float32).div_(float(UINT16_SCALE))
