"""Which of the processes of a training this is, and what they add up and tell each other."""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import distributed as dist
from torch import nn

from hnp_shared.errors import StoppedError

T = TypeVar("T")
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Ranks:
    """One of the processes of a training; as it stands here, the only one.

    Attributes:
        rank: from 0.
        count: of processes.
    """

    rank: int = 0
    count: int = 1

    @property
    def several(self) -> bool:
        """Whether there are others."""
        return self.count > 1

    def share(self, indices: Indices) -> Indices:
        """Return which slices of a batch this process sees; all are seen, and none twice."""
        return np.array_split(indices, self.count)[self.rank] if self.several else indices

    def total(self, values: torch.Tensor) -> torch.Tensor:
        """Return the sum over all processes, in the place of the values."""
        if self.several:
            with _others_there():
                dist.all_reduce(values)
        return values

    def add_gradients(self, network: nn.Module) -> None:
        """Put the sum over all processes in the place of each gradient."""
        if not self.several:
            return
        gradients = [one.grad for one in network.parameters() if one.grad is not None]
        totals = self.total(torch.cat([one.reshape(-1) for one in gradients]))
        sizes = [one.numel() for one in gradients]
        for one, total in zip(gradients, torch.split(totals, sizes), strict=True):
            one.copy_(total.view(one.shape))

    def gather(self, value: T) -> list[T]:
        """Return what each process has, in their order."""
        if not self.several:
            return [value]
        told: list[T | None] = [None] * self.count
        with _others_there():
            dist.all_gather_object(told, value)
        return cast("list[T]", told)

    def from_first(self, value: T) -> T:
        """Return what the first process has."""
        if not self.several:
            return value
        told = [value]
        with _others_there():
            dist.broadcast_object_list(told)
        return told[0]

    def in_turns(self, items: Iterable[T], work: Callable[[T], "Arrays"]) -> "Arrays":
        """Return what comes of each item, one behind the other; a process works on its own ones."""
        mine = {
            number: work(item)
            for number, item in enumerate(items)
            if number % self.count == self.rank
        }
        done = {number: found for each in self.gather(mine) for number, found in each.items()}
        return np.concatenate([done[number] for number in sorted(done)])


Arrays = npt.NDArray[np.float64]

ALONE = Ranks()


def ranks_here() -> Ranks:
    """Return which of the processes this is."""
    if dist.is_available() and dist.is_initialized():
        return Ranks(dist.get_rank(), dist.get_world_size())
    return ALONE


def share_of_loss(
    loss_of: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    logits: torch.Tensor,
    truth: torch.Tensor,
    slice_count: int,
) -> torch.Tensor:
    """Return what a process adds to the mean loss of a batch.

    Args:
        loss_of: gives the mean loss of (slice,) logits and truths.
        logits: (slice,), of this process.
        truth: (slice,), of this process.
        slice_count: of the whole batch.
    """
    if len(truth) == slice_count:
        return loss_of(logits, truth)
    if not len(truth):
        return logits.sum()  # 0, and its gradients too
    return loss_of(logits, truth) * (len(truth) / slice_count)


@contextlib.contextmanager
def _others_there() -> Iterator[None]:
    """Tell that another process is gone from a bug.

    Raises:
        StoppedError: it is.
    """
    try:
        yield
    except RuntimeError as error:  # gloo's and nccl's, which have no type in common but this
        raise StoppedError(
            "another process of this fit has ended; the same command with --resume goes on"
        ) from error
