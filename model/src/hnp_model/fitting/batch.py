"""What a network is given at a time."""

from dataclasses import dataclass

import torch


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Some slices on the device.

    Attributes:
        images: (slice, 1, row, column) in 0..1; empty where the network looks at none.
        tabular: (slice, feature), as `data.tabular_inputs` makes them.
        truth: (slice,), 0.0 or 1.0; between them where slices are mixed.
    """

    images: torch.Tensor
    tabular: torch.Tensor
    truth: torch.Tensor
