"""Norms of batches whose statistics are those of all processes' slices together.

torch's SyncBatchNorm does so on CUDA only; this one gives what one process with the whole batch
gets, to rounding, wherever it runs.
"""

from typing import Any

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from hnp_model.fitting.several.ranks import Ranks
from hnp_shared.errors import InputError


def share_norms(network: nn.Module, ranks: Ranks) -> nn.Module:
    """Return a network whose norms see all slices of a batch; as it is for one process.

    Raises:
        InputError: it has norms of batches of another kind.
    """
    if not ranks.several:
        return network
    for name, child in network.named_children():
        if type(child) is nn.BatchNorm2d:
            setattr(network, name, SharedNorm(child, ranks))
        elif isinstance(child, _BatchNorm):
            raise InputError(
                "found a network whose norms of batches several processes cannot share, expected "
                "a fit in one process"
            )
        else:
            share_norms(child, ranks)
    return network


class SharedNorm(nn.BatchNorm2d):
    """A norm of batches over several processes; its weights have the same names.

    Args:
        norm: whose weights, statistics and place in memory it takes over.
        ranks: the processes.
    """

    def __init__(self, norm: nn.BatchNorm2d, ranks: Ranks) -> None:
        super().__init__(norm.num_features, norm.eps, norm.momentum)
        self.to(norm.weight)
        self.load_state_dict(norm.state_dict())
        self.ranks = ranks

    def forward(self, input: torch.Tensor) -> torch.Tensor:  # noqa: A002  # torch's name
        """Return maps of mean 0 and deviation 1 by channel, (slice, channel, row, column)."""
        if not self.training:
            return super().forward(input)
        wide = input.to(torch.promote_types(input.dtype, torch.float32))
        slices, channels, rows, columns = wide.shape
        count = self.ranks.total(wide.new_tensor(slices * rows * columns))
        mean = self._total(wide.sum(dim=(0, 2, 3))) / count
        centred = wide - mean.view(1, channels, 1, 1)
        variance = self._total(centred.square().sum(dim=(0, 2, 3))) / count
        self._remember(mean.detach(), variance.detach() * (count / (count - 1).clamp(min=1)))
        factor = self.weight * torch.rsqrt(variance + self.eps)
        return centred * factor.view(1, channels, 1, 1) + self.bias.view(1, channels, 1, 1)

    def _total(self, values: torch.Tensor) -> torch.Tensor:
        total: torch.Tensor = _Total.apply(values, self.ranks)  # type: ignore[no-untyped-call]
        return total

    def _remember(self, mean: torch.Tensor, variance: torch.Tensor) -> None:
        tracked = self.running_mean, self.running_var, self.num_batches_tracked, self.momentum
        running_mean, running_var, seen, momentum = tracked
        if running_mean is None or running_var is None or seen is None or momentum is None:
            return
        running_mean.lerp_(mean, momentum)
        running_var.lerp_(variance, momentum)
        seen.add_(1)


class _Total(torch.autograd.Function):
    """A sum over processes; what a process adds counts in the losses of all of them."""

    @staticmethod
    def forward(context: Any, values: torch.Tensor, ranks: Ranks) -> torch.Tensor:  # noqa: ANN401  # torch's
        context.ranks = ranks
        return ranks.total(values.clone())

    @staticmethod
    def backward(context: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, None]:  # noqa: ANN401  # torch's
        return context.ranks.total(gradients[0].contiguous().clone()), None
