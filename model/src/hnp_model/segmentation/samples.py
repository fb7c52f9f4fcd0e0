"""Slices that have a mask, a batch at a time: pictures and masks straight from the mapped files."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from hnp_model.data.slices import Slices
from hnp_model.segmentation.window import PixelMm, shares_of
from hnp_shared.dataset import Dataset
from hnp_shared.images import MappedImages, open_images
from hnp_shared.mask_set import MaskSet

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """Slices of a part.

    Attributes:
        slices: which.
        shares: of each picture that is seen, (slice, 2).
        masks: theirs; None where there are none to learn from.
    """

    slices: Slices
    mapped: MappedImages
    shares: npt.NDArray[np.float32]
    masks: MaskSet | None

    def __len__(self) -> int:
        return len(self.slices)

    def images(self, indices: Indices) -> torch.Tensor:
        """Return pictures, (slice, row, column)."""
        return torch.from_numpy(self.mapped.gather(indices))

    def seen(self, indices: Indices) -> torch.Tensor:
        """Return the share of pictures that is seen, (slice, 2)."""
        return torch.from_numpy(self.shares[indices])

    def truth(self, indices: Indices) -> torch.Tensor:
        """Return masks, (slice, row, column)."""
        found = [self.mask(index) for index in indices.tolist()]
        return torch.from_numpy(np.stack(found))

    def mask(self, index: int) -> npt.NDArray[np.uint8]:
        """Return the mask of a slice that has one."""
        found = self.masks.mask(str(self.slices.slice_id[index])) if self.masks else None
        if found is None:
            raise LookupError("expected slices that have a mask")
        return found


def open_pictures(
    dataset: Dataset, slices: Slices, usual: PixelMm, masks: MaskSet | None = None
) -> Pictures:
    """Open slices; of those with masks, only they are kept.

    Raises:
        InputError: a shard is damaged.
        StorageError: a read failed.
    """
    if masks is not None:
        known = set(masks.slice_ids)
        slices = slices.take(np.array([one in known for one in slices.slice_id.tolist()], bool))
    mapped = open_images(dataset, slices)
    return Pictures(slices, mapped, shares_of(slices, mapped.size, usual), masks)


def batches(count: int, size: int) -> list[Indices]:
    """Return the indices of slices in order, so many at a time."""
    every = np.arange(count)
    return [every[first : first + size] for first in range(0, count, size)]
