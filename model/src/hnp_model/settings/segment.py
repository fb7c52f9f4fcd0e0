"""What `hnp-train segment` is asked to do."""

import math
from dataclasses import dataclass, field

from hnp_model.settings.fit import DEVICES, LARGEST_BATCH, LARGEST_SEED

SIDES = (96, 128, 160, 192, 256)
"""Pixels along each side of what the network sees; the deepest maps are a sixteenth of it."""

DEFAULT_SIDE = 160
DEFAULT_WIDTH = 16
LARGEST_WIDTH = 128
DEFAULT_MEMBERS = 3
MOST_MEMBERS = 20


@dataclass(frozen=True, slots=True)
class SegmentSettings:
    """The flags of a fit.

    Attributes:
        epochs: passes over the slices of train that have a mask, at most.
        patience: epochs in a row without a better one on val that end a member; None: never.
        batch_size: slices a step.
        lr: AdamW's learning rate at its highest.
        side: rows and columns that the network sees.
        width: channels of its first maps.
        seed: of the first member: first weights, order and variation hang on it.
        members: networks, each of the next seed.
        fold: test fold of a k-fold split.
        allow_leakage: whether a leaking split is taken.
        device: `cpu` or `cuda`; two fits that differ in it alone are one.
    """

    epochs: int = 40
    patience: int | None = None
    batch_size: int = 8
    lr: float = 2e-3
    side: int = DEFAULT_SIDE
    width: int = DEFAULT_WIDTH
    seed: int = 42
    members: int = DEFAULT_MEMBERS
    fold: int | None = None
    allow_leakage: bool = False
    device: str = field(default="cpu", compare=False)

    def __post_init__(self) -> None:
        counts = (self.epochs, self.patience or 1, self.batch_size, self.members, self.width)
        sound = min(counts) >= 1 and 0 < self.lr < math.inf and self.side in SIDES
        sound = sound and self.batch_size <= LARGEST_BATCH and self.members <= MOST_MEMBERS
        seeded = 0 <= self.seed <= LARGEST_SEED - self.members + 1 and (self.fold or 0) >= 0
        if not (sound and seeded and self.width <= LARGEST_WIDTH and self.device in DEVICES):
            raise ValueError("expected settings as hnp-train segment fit takes them")

    @property
    def seeds(self) -> range:
        """The seed of each member."""
        return range(self.seed, self.seed + self.members)
