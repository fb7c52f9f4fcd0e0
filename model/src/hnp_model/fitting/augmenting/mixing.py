"""Mixing each slice with another of its batch (mixup).

Source: Zhang H et al., mixup: beyond empirical risk minimization, ICLR 2018.
"""

import numpy as np
import numpy.typing as npt
import torch

from hnp_model.fitting.batch import Batch


def mixed(batch: Batch, shares: npt.NDArray[np.float64]) -> Batch:
    """Return slices that hold a share of themselves and the rest of the one before them.

    Which slice that is, the order of the epoch decides: of all that varies a slice, its partner
    alone depends on the batch.

    Args:
        batch: the slices.
        shares: (slice,), 0.5 to 1.
    """
    share = torch.from_numpy(shares.astype(np.float32)).to(batch.truth.device)

    def mix(values: torch.Tensor) -> torch.Tensor:
        own = share.reshape(-1, *(1,) * (values.ndim - 1))
        return own * values + (1 - own) * values.roll(1, dims=0)

    return Batch(mix(batch.images), mix(batch.tabular), mix(batch.truth))
