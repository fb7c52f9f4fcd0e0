"""What a step makes smaller: cross-entropy, of being a patient or of label codes.

Balanced and smoothed if asked.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from hnp_model.settings.craft import Craft


@dataclass(frozen=True, slots=True)
class Loss:
    """Mean binary cross-entropy of a batch.

    Attributes:
        smoothing: how far a label is taken from certainty.
        weights: of negatives and positives, 1 on the average; None: all alike.
    """

    smoothing: float = 0.0
    weights: tuple[float, float] | None = None

    def of(self, logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
        """Return the loss.

        Args:
            logits: (slice,).
            truth: (slice,), 0.0 to 1.0.
        """
        weight = None
        if self.weights:
            negative, positive = self.weights
            weight = negative + (positive - negative) * truth
        if self.smoothing:
            truth = truth * (1 - self.smoothing) + self.smoothing / 2
        return binary_cross_entropy_with_logits(logits, truth, weight)


@dataclass(frozen=True, slots=True)
class CodeLoss:
    """Mean cross-entropy over codes: of grades, the likelihood of proportional odds.

    Attributes:
        smoothing: how far a code is taken from certainty, towards all codes alike.
        weights: of each code, 1 on the average; None: all alike.
    """

    smoothing: float = 0.0
    weights: tuple[float, ...] | None = None

    def of(self, logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
        """Return the loss.

        Args:
            logits: (slice, code), log probabilities.
            truth: (slice, code), shares that add up to 1.
        """
        weight = truth @ truth.new_tensor(self.weights) if self.weights else None
        if self.smoothing:
            truth = truth * (1 - self.smoothing) + self.smoothing / truth.shape[1]
        each = -(truth * logits).sum(dim=1)
        return (each if weight is None else each * weight).mean()


def loss_for(
    craft: Craft,
    is_patient: npt.NDArray[np.bool_],
    targets: npt.NDArray[np.float32] | None = None,
) -> Loss | CodeLoss:
    """Return the loss of a recipe.

    Args:
        craft: the recipe.
        is_patient: (slice,), the truth of train.
        targets: (slice, code), where codes are learned: 1 at the slice's own.
    """
    if targets is not None:
        shares = targets.mean(axis=0, dtype=np.float64)
        alike = tuple((1 / shares / shares.size).tolist()) if craft.balance == "loss" else None
        return CodeLoss(craft.label_smoothing, alike)
    positive = float(is_patient.mean())
    weights = None
    if craft.balance == "loss" and 0 < positive < 1:
        weights = (0.5 / (1 - positive), 0.5 / positive)
    return Loss(craft.label_smoothing, weights)
