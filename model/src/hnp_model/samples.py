"""Batches of tensors, straight from the mapped shards."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from hnp_model.images import MappedImages, open_images
from hnp_model.networks.choice import check_size
from hnp_model.run_config import RunConfig
from hnp_model.slices import Slices
from hnp_shared.dataset import Dataset


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
    """

    slices: Slices
    images: MappedImages | None
    tabular: npt.NDArray[np.float32]
    device: str

    def __len__(self) -> int:
        return len(self.slices)

    def batch(self, indices: npt.NDArray[np.int64]) -> Batch:
        """Return the slices at ``indices``."""
        pixels = np.empty((indices.size, 0, 0), dtype=np.float32)
        if self.images is not None:
            pixels = self.images.gather(indices)
        truth = self.slices.is_patient[indices].astype(np.float32)
        return Batch(
            torch.from_numpy(pixels).unsqueeze(1).to(self.device),
            torch.from_numpy(self.tabular[indices]).to(self.device),
            torch.from_numpy(truth).to(self.device),
        )

    def in_order(self, batch_size: int) -> Iterator[Batch]:
        """Yield all slices, in their order."""
        for first in range(0, len(self), batch_size):
            yield self.batch(np.arange(first, min(first + batch_size, len(self))))


def open_samples(dataset: Dataset, slices: Slices, config: RunConfig) -> Samples:
    """Map the shards of some slices of a data set.

    Raises:
        InputError: shards are damaged, or their size does not suit the network.
        StorageError: a shard could not be read.
    """
    images = open_images(dataset, slices)
    check_size(config.settings, images.size)
    return Samples(
        slices,
        None if config.settings.inputs == "tabular" else images,
        config.standardisation.apply(slices),
        config.settings.device,
    )
