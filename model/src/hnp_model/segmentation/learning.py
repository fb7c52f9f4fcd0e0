"""What a network is told of its error: cross-entropy, and Dice of every class."""

import torch

_SMOOTH = 1.0


def loss_of(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Return the loss of a batch: cross-entropy plus 1 less the mean soft Dice.

    Source: Isensee F and others, nnU-Net, Nature Methods 2021; 18: 203-211 (both summed, Dice over
    the batch); classes that a batch has none of have no Dice.

    Args:
        logits: (slice, class, row, column).
        truth: share of each class, likewise.
    """
    entropy = -(truth * torch.log_softmax(logits, dim=1)).sum(dim=1).mean()
    probability = torch.softmax(logits, dim=1)
    axes = (0, 2, 3)
    shared, both = (probability * truth).sum(axes), (probability + truth).sum(axes)
    dice = (2 * shared + _SMOOTH) / (both + _SMOOTH)
    there = truth.sum(axes) > 0
    there[0] = False
    return entropy + 1 - dice[there].mean() if there.any() else entropy
