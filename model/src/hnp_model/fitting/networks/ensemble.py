"""Networks of several seeds in one, and both ways to look at a picture in one."""

from typing import cast

import torch
from torch import nn
from torch.nn.functional import logsigmoid


class Ensemble(nn.Module):
    """Gives the logit of the mean probability of its members.

    Args:
        members: networks that are alike but for their weights.
    """

    def __init__(self, members: list[nn.Module]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    def each(self, images: torch.Tensor, tabular: torch.Tensor) -> torch.Tensor:
        """Return the logit of each member, (member, slice)."""
        return torch.stack([member(images, tabular) for member in self.members])

    def forward(self, images: torch.Tensor, tabular: torch.Tensor) -> torch.Tensor:
        """Return logits, (slice,)."""
        return together(self.each(images, tabular))


class BothWays(nn.Module):
    """Looks at each picture as it is and mirrored, and gives the logit of the mean probability.

    Args:
        network: one network, or an ensemble.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def each(self, images: torch.Tensor, tabular: torch.Tensor) -> torch.Tensor:
        """Return the logit of each member, (member, slice)."""
        seen = (images, images.flip(3))
        return together(torch.stack([each_logit(self.network, one, tabular) for one in seen]))

    def forward(self, images: torch.Tensor, tabular: torch.Tensor) -> torch.Tensor:
        """Return logits, (slice,)."""
        return together(self.each(images, tabular))


def each_logit(network: nn.Module, images: torch.Tensor, tabular: torch.Tensor) -> torch.Tensor:
    """Return the logit of each member, (member, slice); a single network is its only one."""
    if isinstance(network, Ensemble | BothWays):
        return network.each(images, tabular)
    return cast("torch.Tensor", network(images, tabular)).unsqueeze(0)


def together(logits: torch.Tensor) -> torch.Tensor:
    """Return the logit of the mean probability over the first dimension; of one, as it is."""
    if len(logits) == 1:
        return logits[0]
    yes, no = logsigmoid(logits), logsigmoid(-logits)
    return torch.logsumexp(yes, dim=0) - torch.logsumexp(no, dim=0)
