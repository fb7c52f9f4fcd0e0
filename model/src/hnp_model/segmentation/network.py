"""A small U-Net (Ronneberger O, Fischer P, Brox T, MICCAI 2015), for a CPU.

The first level has few channels at full size, where a convolution costs most; norms are of groups,
so that a slice is outlined alike whatever it is batched with (Wu Y, He K, ECCV 2018).
"""

import torch
from torch import nn

from hnp_shared.mask_set import MaskClass

CLASSES = len(MaskClass)
_GROUPS = 4
_GROWTH = (0.5, 1, 2, 4, 6)
"""Channels of each level, by those of the second."""


class SegmentationNet(nn.Module):
    """Logits of each class at each pixel.

    Args:
        width: channels of the second level.
        classes: that are told apart.
    """

    def __init__(self, width: int, classes: int = CLASSES) -> None:
        super().__init__()
        channels = [max(_GROUPS, round(width * one / _GROUPS) * _GROUPS) for one in _GROWTH]
        before = [1, *channels[:-1]]
        self.down = nn.ModuleList(map(_Block, before, channels))
        deeper, shallower = channels[:0:-1], channels[-2::-1]
        self.up = nn.ModuleList(
            _Block(deep + shallow, shallow) for deep, shallow in zip(deeper, shallower, strict=True)
        )
        self.head = nn.Conv2d(channels[0], classes, 1)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits, (slice, class, row, column).

        Args:
            images: (slice, 1, row, column), a multiple of 16 pixels along each side.
        """
        passed: list[torch.Tensor] = []
        maps = images
        for level, block in enumerate(self.down):
            maps = block(nn.functional.max_pool2d(maps, 2) if level else maps)
            passed.append(maps)
        passed.pop()
        for block in self.up:
            finer = passed.pop()
            grown = nn.functional.interpolate(maps, size=finer.shape[2:], mode="nearest")
            maps = block(torch.cat([grown, finer], dim=1))
        logits: torch.Tensor = self.head(maps)
        return logits


class _Block(nn.Sequential):
    """Two convolutions."""

    def __init__(self, before: int, after: int) -> None:
        layers: list[nn.Module] = []
        for channels in (before, after):
            layers += [
                nn.Conv2d(channels, after, 3, padding=1, bias=False),
                nn.GroupNorm(_GROUPS, after),
                nn.ReLU(inplace=True),
            ]
        super().__init__(*layers)
