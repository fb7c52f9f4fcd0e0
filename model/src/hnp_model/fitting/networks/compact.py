"""The small network: the middle of a slice in mm, and tabular inputs that may be missing.

Halvings blur before they skip, so that a shift of a pixel changes little (Zhang R, Making
convolutional networks shift-invariant again, ICML 2019). Which places of the picture count is
learned (Ilse M et al., Attention-based deep multiple instance learning, ICML 2018), and what is
known of the person and the disc tunes the picture's features (Perez E et al., FiLM, AAAI 2018).
"""

from itertools import pairwise
from typing import cast

import torch
from torch import nn
from torch.nn.functional import conv2d, relu

from hnp_model.data.tabular_inputs import COLUMN_WIDTH, ENCODED_WIDTH
from hnp_model.settings.fit import DEFAULT_WIDTH, Inputs

STAGES = 2
EMBEDDED = 16
"""Features that the tabular inputs become."""
HEADS = 4
"""Places of the picture that are looked at by themselves."""
HIDDEN = 64
NORM_MOMENTUM = 0.3
"""Small data sets have few steps an epoch: at torch's 0.1 the running statistics lag so far behind
that a network which has learned its task still judges val by chance. Norms of groups, which need
none, learned ten times slower: AUC by disc on val 0.71 after four epochs, against 0.92."""

_STILL = 1e-3
"""Added to the deviation of a picture: what is all of one grey stays so."""


class CompactNetwork(nn.Module):
    """Gives the logit of being a patient from the middle of a slice and encoded tabular inputs.

    Args:
        inputs: `image` or `tabular` leaves the other out.
        dropout: share of hidden units left out in training.
        channels: slices that are seen of a slice, one or more.
        width: channels of the first maps; each stage doubles them.
        columns: how many are given beside the four tabular inputs.
    """

    def __init__(
        self,
        inputs: Inputs,
        dropout: float,
        channels: int = 1,
        width: int = DEFAULT_WIDTH,
        columns: int = 0,
    ) -> None:
        super().__init__()
        self.inputs = inputs
        widths = [width * 2**number for number in range(STAGES + 1)]
        self.seen_features = HEADS * widths[-1]
        self.cnn = nn.Sequential(
            Contrast(channels),
            # Wide enough to learn to blur by itself.
            *_convolution(2 * channels - 1, widths[0], side=5, stride=2),
            *(_Stage(before, after) for before, after in pairwise(widths)),
        )
        _see_middle_first(cast("nn.Conv2d", self.cnn[1]), channels)
        self.fcn = nn.Sequential(
            nn.Linear(ENCODED_WIDTH + COLUMN_WIDTH * columns, EMBEDDED), nn.ReLU()
        )
        self.tune = nn.Linear(EMBEDDED, 2 * widths[-1])
        nn.init.zeros_(self.tune.weight)  # at first, features are as the picture gives them
        nn.init.zeros_(self.tune.bias)
        self.attend = nn.Conv2d(widths[-1], HEADS, 1)
        self.fc = nn.Sequential(
            nn.Linear(self.seen_features + EMBEDDED, HIDDEN),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(HIDDEN, 1),
        )

    def forward(self, images: torch.Tensor, tabular: torch.Tensor) -> torch.Tensor:
        """Return logits, (slice,).

        Args:
            images: (slice, channel, row, column), pictures and then, all 1 or all 0, which of them
                are neighbours; only its length counts for `tabular`.
            tabular: (slice, feature), encoded.
        """
        known = tabular.new_zeros(tabular.shape[0], EMBEDDED)
        if self.inputs != "image":
            known = self.fcn(tabular)
        seen = tabular.new_zeros(tabular.shape[0], self.seen_features)
        if self.inputs != "tabular":
            seen = self.see(images, known)
        return cast("torch.Tensor", self.fc(torch.cat([seen, known], dim=1))).squeeze(1)

    def see(self, images: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
        """Return what each head finds where it looks, (slice, head and feature)."""
        maps = self.cnn(images)  # (slice, feature, row, column)
        factor, offset = self.tune(known)[:, :, None, None].chunk(2, dim=1)
        maps = relu(maps * (1 + factor) + offset)
        looks = self.attend(maps).flatten(2).softmax(dim=2)  # (slice, head, position)
        found: torch.Tensor = looks @ maps.flatten(2).transpose(1, 2)
        return found.flatten(1)


@torch.no_grad()
def _see_middle_first(looking: nn.Conv2d, channels: int) -> None:
    """Let a network begin with the slice itself; what neighbours add is learned from nothing."""
    middle = looking.weight[:, channels // 2].clone()
    looking.weight.zero_()
    looking.weight[:, channels // 2] = middle


class Contrast(nn.Module):
    """Pictures about 0, of deviation 1.

    Args:
        channels: that are pictures; what comes after them stays as it is.
    """

    def __init__(self, channels: int = 1) -> None:
        super().__init__()
        self.channels = channels

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return them, (slice, channel, row, column)."""
        if not images.shape[0]:  # a share of one of several processes; torch warns of its deviation
            return images
        pictures, others = images[:, : self.channels], images[:, self.channels :]
        mean = pictures.mean(dim=(2, 3), keepdim=True)
        deviation = pictures.std(dim=(2, 3), keepdim=True, unbiased=False)
        still = (pictures - mean) / (deviation + _STILL)
        return torch.cat([still, others], dim=1) if others.shape[1] else still


class _Stage(nn.Module):
    """Halves the maps and doubles the features: a convolution, and one that adds to it."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__()
        self.halve = BlurredHalving(channels_in)
        self.first = nn.Sequential(*_convolution(channels_in, channels_out))
        self.second = nn.Sequential(*_convolution(channels_out, channels_out))

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """Return maps of half the side."""
        maps = self.first(self.halve(maps))
        return cast("torch.Tensor", maps + self.second(maps))


class BlurredHalving(nn.Module):
    """Every other pixel of maps that were blurred by 1 2 1."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        weights = torch.tensor([1.0, 2.0, 1.0]) / 4
        kernel = torch.outer(weights, weights).repeat(channels, 1, 1, 1)
        self.register_buffer("kernel", kernel, persistent=False)
        self.kernel: torch.Tensor

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """Return maps of half the side, (slice, channel, row, column)."""
        return conv2d(maps, self.kernel, stride=2, padding=1, groups=maps.shape[1])


def _convolution(
    channels_in: int, channels_out: int, *, side: int = 3, stride: int = 1
) -> tuple[nn.Module, ...]:
    return (
        nn.Conv2d(channels_in, channels_out, side, stride, side // 2, bias=False),
        nn.BatchNorm2d(channels_out, momentum=NORM_MOMENTUM),
        nn.ReLU(),
    )
