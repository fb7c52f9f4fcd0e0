"""The losses of the steps of an epoch, looked at when a look costs nothing."""

from collections.abc import Iterable

import torch

LOOK_EVERY = {"cpu": 1, "cuda": 8}
"""Steps between two looks: each one lets a CUDA device run dry. A loss that is no number is seen so
many steps late at most, and before anything is kept."""


class Tally:
    """Losses of an epoch.

    Args:
        losses: of the steps done, times their slices.
        device: which computes them.
    """

    def __init__(self, losses: Iterable[float], device: str) -> None:
        self.seen = list(losses)
        """Of each step, times its slices, as far as somebody has looked."""
        self._unseen: list[tuple[torch.Tensor, int]] = []
        self._every = LOOK_EVERY[device]

    @property
    def steps(self) -> int:
        """How many there were."""
        return len(self.seen) + len(self._unseen)

    def clear(self) -> None:
        """Begin an epoch."""
        self.seen.clear()
        self._unseen.clear()

    def add(self, loss: torch.Tensor, slice_count: int) -> list[float]:
        """Take the mean loss of a step, and return those looked at since the last call."""
        self._unseen.append((loss.detach(), slice_count))
        return self.look() if len(self._unseen) >= self._every else []

    def look(self) -> list[float]:
        """Return the mean losses that nobody has looked at yet."""
        losses = torch.stack([loss for loss, _ in self._unseen]).tolist() if self._unseen else []
        self.seen += [loss * count for loss, (_, count) in zip(losses, self._unseen, strict=True)]
        self._unseen.clear()
        return losses
