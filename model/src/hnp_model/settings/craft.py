"""The recipe of a training, and what computes it."""

import math
from dataclasses import dataclass
from typing import Literal

Schedule = Literal["constant", "cosine"]
SCHEDULES: tuple[Schedule, ...] = ("constant", "cosine")

Balance = Literal["none", "loss", "sampling"]
BALANCES: tuple[Balance, ...] = ("none", "loss", "sampling")


@dataclass(frozen=True, slots=True)
class Craft:
    """The recipe of a training; as it stands here, the report's: Adam, and nothing else.

    Attributes:
        weight_decay: AdamW's, on the matrices of the network only; 0 leaves plain Adam.
        schedule: of the learning rate over all epochs, after the warm-up.
        warmup_epochs: over which the learning rate rises from nothing.
        ema_epochs: epochs that the weights judged and kept are averaged over; 0: the last ones.
        balance: how the rarer class is made to count as much: in the loss, or drawn more often.
        label_smoothing: how far a label is taken from certainty, 0 to 1.
        mixup: of the Beta distribution that pairs of slices are mixed by; 0: none.
        clip: largest norm of all gradients of a step; 0: any.
        augment: how strongly pictures are varied; 1 is what suits spines, 0 nothing.
        flip: whether half of the pictures are mirrored, left and right; not for labels of one side.
        input_dropout: share of tabular inputs that a slice does without in an epoch.
    """

    weight_decay: float = 0.0
    schedule: Schedule = "constant"
    warmup_epochs: float = 0.0
    ema_epochs: float = 0.0
    balance: Balance = "none"
    label_smoothing: float = 0.0
    mixup: float = 0.0
    clip: float = 0.0
    augment: float = 0.0
    flip: bool = False
    input_dropout: float = 0.0

    def __post_init__(self) -> None:
        amounts = (
            *(self.weight_decay, self.warmup_epochs, self.ema_epochs, self.mixup, self.clip),
            self.augment,
        )
        shares = (self.label_smoothing, self.input_dropout)
        if not all(0 <= amount < math.inf for amount in amounts) or not all(
            0 <= share < 1 for share in shares
        ):
            raise ValueError("expected a recipe as hnp-train fit takes it")

    @property
    def varies(self) -> bool:
        """Whether a slice looks otherwise in each epoch."""
        return any((self.augment, self.flip, self.input_dropout, self.mixup))


PLAIN = Craft()
"""The report's."""


@dataclass(frozen=True, slots=True)
class Computing:
    """What computes a training beside its device; as it stands here, one process in float32.

    Attributes:
        bf16: whether a CUDA device computes features in bfloat16.
        compile: whether the network is compiled for it.
        deterministic: whether it is to give the same bits again.
        processes: that share each batch.
    """

    bf16: bool = False
    compile: bool = False
    deterministic: bool = False
    processes: int = 1
