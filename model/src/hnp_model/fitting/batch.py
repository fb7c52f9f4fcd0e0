"""What a network is given at a time."""

from dataclasses import dataclass

import torch


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Some slices on the device.

    Attributes:
        images: (slice, channel, row, column) in 0..1; empty where the network looks at none. One
            channel, or the slice between its neighbours and then, all 1 or all 0, which are there.
        tabular: (slice, feature), as `data.tabular_inputs` makes them.
        truth: (slice,), 0.0 or 1.0; between them where slices are mixed. Where codes are learned,
            (slice, code), 1.0 at the slice's own.
    """

    images: torch.Tensor
    tabular: torch.Tensor
    truth: torch.Tensor
