"""The first small network, kept for its runs and for comparison: any image size, a CPU's."""

import torch
from torch import nn

from hnp_model.fitting.networks.branches import TwoBranches
from hnp_model.settings.fit import Inputs

STAGES = ((1, 16, 5, 2), (16, 32, 3, 2), (32, 64, 3, 1), (64, 96, 3, 2), (96, 128, 3, 1))
"""Channels in, channels out, kernel side and stride of each convolution."""

NORM_MOMENTUM = 0.3
"""Small data sets have few steps an epoch: at torch's 0.1 the running statistics lag so far behind
that a network which has learned its task still judges val by chance."""

IMAGE_FEATURES = 256
TABULAR_FEATURES = 16


class FirstCompactNetwork(TwoBranches):
    """Halves the image, convolves, and keeps the mean and the maximum of each feature map.

    The maximum lets a small bulge count in full wherever it lies; the mean tells its surroundings.

    Args:
        inputs: `image` or `tabular` zeroes what the other branch gives.
        dropout: share of hidden units left out in training.
    """

    image_features = IMAGE_FEATURES
    tabular_features = TABULAR_FEATURES

    def __init__(self, inputs: Inputs, dropout: float) -> None:
        super().__init__(inputs)
        self.cnn = nn.Sequential(
            nn.AvgPool2d(2), *(layer for stage in STAGES for layer in _stage(*stage))
        )
        self.fcn = nn.Sequential(nn.Linear(4, TABULAR_FEATURES), nn.ReLU())
        self.fc = nn.Sequential(
            nn.Linear(IMAGE_FEATURES + TABULAR_FEATURES, 64),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(64, 1),
        )

    def see(self, images: torch.Tensor) -> torch.Tensor:
        """Return mean and maximum of each feature map, (slice, feature)."""
        maps = self.cnn(images)  # (slice, feature, row, column)
        return torch.cat([maps.mean(dim=(2, 3)), maps.amax(dim=(2, 3))], dim=1)


def _stage(channels_in: int, channels_out: int, side: int, stride: int) -> tuple[nn.Module, ...]:
    return (
        nn.Conv2d(channels_in, channels_out, side, stride, side // 2, bias=False),
        nn.BatchNorm2d(channels_out, momentum=NORM_MOMENTUM),
        nn.ReLU(),
    )
