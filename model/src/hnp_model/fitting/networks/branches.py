"""What both networks are: an image branch and a tabular branch whose features are joined."""

from typing import cast

import torch
from torch import nn

from hnp_model.settings.fit import Inputs


class TwoBranches(nn.Module):
    """Joins the features of an image (`cnn`) and of tabular inputs (`fcn`) into a logit (`fc`).

    Args:
        inputs: `image` or `tabular` zeroes what the other branch gives.
    """

    image_features: int
    tabular_features: int
    cnn: nn.Module
    fcn: nn.Module
    fc: nn.Module

    def __init__(self, inputs: Inputs) -> None:
        super().__init__()
        self.inputs = inputs

    def see(self, images: torch.Tensor) -> torch.Tensor:
        """Return the features of images, (slice, feature)."""
        return cast("torch.Tensor", self.cnn(images))

    def forward(self, images: torch.Tensor, tabular: torch.Tensor) -> torch.Tensor:
        """Return logits, (slice,).

        Args:
            images: (slice, 1, row, column) in 0..1; only its length counts for `tabular`.
            tabular: (slice, feature), standardised.
        """
        seen = tabular.new_zeros(tabular.shape[0], self.image_features)
        known = tabular.new_zeros(tabular.shape[0], self.tabular_features)
        if self.inputs != "tabular":
            seen = self.see(images)
        if self.inputs != "image":
            known = self.fcn(tabular)
        return cast("torch.Tensor", self.fc(torch.cat([seen, known], dim=1))).squeeze(1)
