"""Batches of tensors, straight from the mapped shards."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from hnp_model.data.slices import Slices
from hnp_model.data.tabular import Standardisation
from hnp_model.fitting.networks.choice import check_size
from hnp_model.runs.run_config import RunConfig
from hnp_model.settings import FitSettings
from hnp_shared.dataset import Dataset
from hnp_shared.images import MappedImages, open_images


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Some slices on the device.

    Attributes:
        images: (slice, 1, row, column) in 0..1; empty where the network looks at none.
        tabular: (slice, feature), standardised.
        truth: (slice,), 0.0 or 1.0.
    """

    images: torch.Tensor
    tabular: torch.Tensor
    truth: torch.Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """One part of a data set, ready for the network.

    Attributes:
        slices: what is known of each slice.
        images: where its pixels lie; None where the network looks at none.
        tabular: (slice, feature), standardised, float32.
        device: where batches go.
        buffer: (slice of a batch, row, column), where the pixels of every batch are put.
    """

    slices: Slices
    images: MappedImages | None
    tabular: npt.NDArray[np.float32]
    device: str
    buffer: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.slices)

    def batch(self, indices: npt.NDArray[np.int64]) -> Batch:
        """Return the slices at ``indices``, a batch at most; good until the next is asked for."""
        pixels = self.buffer[: indices.size]
        if self.images is not None:
            pixels = self.images.gather(indices, self.buffer)
        truth = self.slices.is_patient[indices].astype(np.float32)
        return Batch(
            torch.from_numpy(pixels).unsqueeze(1).to(self.device),
            torch.from_numpy(self.tabular[indices]).to(self.device),
            torch.from_numpy(truth).to(self.device),
        )

    def __getitems__(self, indices: Sequence[int]) -> Batch:
        """Return the same as `batch`; a torch DataLoader without workers asks in this way."""
        return self.batch(np.asarray(indices, dtype=np.int64))

    def in_order(self) -> Iterator[Batch]:
        """Yield all slices, in their order."""
        for first in range(0, len(self), len(self.buffer)):
            yield self.batch(np.arange(first, min(first + len(self.buffer), len(self))))


def open_samples(dataset: Dataset, slices: Slices, config: RunConfig) -> Samples:
    """Map the shards of some slices of a data set.

    Raises:
        InputError: shards are damaged, or their size does not suit the network.
        StorageError: a shard could not be read.
    """
    return map_samples(dataset, slices, config.standardisation, config.settings)


def map_samples(
    dataset: Dataset, slices: Slices, standardisation: Standardisation, settings: FitSettings
) -> Samples:
    """Map the shards of some slices; raises as `open_samples` does."""
    images = open_images(dataset, slices)
    check_size(settings, images.size)
    seen = None if settings.inputs == "tabular" else images
    size = seen.size if seen else (0, 0)
    buffer = np.empty((min(settings.batch_size, len(slices)), *size), dtype=np.float32)
    return Samples(slices, seen, standardisation.apply(slices), settings.device, buffer)
