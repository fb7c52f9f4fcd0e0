"""The reference report's network: 23,082,681 parameters, images of 300 x 300."""

from itertools import pairwise

from torch import nn

from hnp_model.fitting.networks.branches import TwoBranches
from hnp_model.settings.fit import Inputs

CHANNELS = (1, 32, 64, 128, 256, 512)
IMAGE_FEATURES = 500
TABULAR_FEATURES = 500
NEGATIVE_SLOPE = 0.1


class ReferenceNetwork(TwoBranches):
    """Image and tabular branches, concatenated; gives the logit of being a patient.

    Args:
        inputs: `image` or `tabular` zeroes what the other branch gives.
        dropout: share of hidden units left out in training.
    """

    image_features = IMAGE_FEATURES
    tabular_features = TABULAR_FEATURES

    def __init__(self, inputs: Inputs, dropout: float) -> None:
        super().__init__(inputs)
        self.cnn = nn.Sequential(
            *(layer for pair in pairwise(CHANNELS) for layer in _stage(*pair)),
            nn.Flatten(),
            nn.Linear(41_472, IMAGE_FEATURES),
            nn.LeakyReLU(NEGATIVE_SLOPE),
        )
        self.fcn = nn.Sequential(nn.Linear(4, TABULAR_FEATURES), nn.ReLU())
        self.fc = nn.Sequential(
            nn.Linear(IMAGE_FEATURES + TABULAR_FEATURES, 512),
            nn.LeakyReLU(NEGATIVE_SLOPE),
            nn.Dropout(dropout),
            nn.Linear(512, 512),
            nn.LeakyReLU(NEGATIVE_SLOPE),
            nn.Dropout(dropout),
            nn.Linear(512, 1),
        )


def _stage(channels_in: int, channels_out: int) -> tuple[nn.Module, ...]:
    # The report rectifies, then pools. LeakyReLU rises everywhere, so the largest value stays the
    # largest: pooling first gives the same numbers and rectifies a quarter of the pixels.
    return (
        nn.Conv2d(channels_in, channels_out, 3, 1, 1),
        nn.MaxPool2d(2),
        nn.LeakyReLU(NEGATIVE_SLOPE),
    )
