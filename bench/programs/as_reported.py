"""The report's network in plain PyTorch, for those who compare ours with it."""

import torch
from torch import nn


class AsReported(nn.Module):
    """The report's network, written down layer by layer."""

    def __init__(self) -> None:
        super().__init__()
        stages: list[nn.Module] = []
        for channels in ((1, 32), (32, 64), (64, 128), (128, 256), (256, 512)):
            stages += [nn.Conv2d(*channels, 3, 1, 1), nn.LeakyReLU(0.1), nn.MaxPool2d(2)]
        self.cnn = nn.Sequential(*stages, nn.Flatten(), nn.Linear(41472, 500), nn.LeakyReLU(0.1))
        self.fcn = nn.Sequential(nn.Linear(4, 500), nn.ReLU())
        self.fc = nn.Sequential(
            *(nn.Linear(1000, 512), nn.LeakyReLU(0.1), nn.Dropout(0.1)),
            *(nn.Linear(512, 512), nn.LeakyReLU(0.1), nn.Dropout(0.1)),
            nn.Linear(512, 1),
        )

    def forward(self, images: torch.Tensor, tabular: torch.Tensor) -> torch.Tensor:
        """Return logits, (slice,)."""
        joined = torch.cat([self.cnn(images), self.fcn(tabular)], dim=1)
        logits: torch.Tensor = self.fc(joined).squeeze(1)
        return logits
