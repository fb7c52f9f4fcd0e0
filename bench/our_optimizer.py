"""The optimizer of hnp-train, for loops that are timed beside its own."""

from collections.abc import Callable

import torch
from torch import nn

from hnp_model import training
from hnp_model.settings import FitSettings

Make = Callable[[nn.Module, FitSettings], torch.optim.Optimizer]


def our_optimizer(network: nn.Module, settings: FitSettings) -> torch.optim.Optimizer:
    """Return what hnp-train makes; where it offers no function for that, what its loop makes."""
    make: Make = getattr(training, "build_optimizer", _as_in_the_loop)
    return make(network, settings)


def _as_in_the_loop(network: nn.Module, settings: FitSettings) -> torch.optim.Optimizer:
    return torch.optim.Adam(network.parameters(), lr=settings.lr)
