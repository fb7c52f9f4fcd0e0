"""Slices for whoever trains a network of his own with torch.

::

    slices = SliceDataset(open_dataset("/srv/spine"))
    for images, truth in torch.utils.data.DataLoader(slices, batch_size=32, shuffle=True):
        ...  # (slice, 1, row, column) in 0..1, and (slice,) of 0.0 or 1.0
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.utils.data import Dataset as TorchDataset

from hnp_shared.counted import counted
from hnp_shared.dataset import Dataset
from hnp_shared.errors import InputError
from hnp_shared.images import MappedImages

if TYPE_CHECKING:
    import pandas as pd


class SliceDataset(TorchDataset[tuple[torch.Tensor, torch.Tensor]]):
    """Pixels and truth of some slices of a data set, read when they are asked for.

    Attributes:
        dataset: where the pixels lie.
        rows: of its manifest, one a slice.
    """

    def __init__(self, dataset: Dataset, rows: "pd.DataFrame | None" = None) -> None:
        """Take some slices, or all.

        Args:
            dataset: an opened data set.
            rows: of its manifest; those of a split, say.

        Raises:
            InputError: slices without a label.
        """
        self.dataset = dataset
        self.rows = (dataset.manifest if rows is None else rows).reset_index(drop=True)
        missing = int(self.rows["is_patient"].isna().sum())
        if missing:
            raise InputError(
                f"found {missing:,} of {counted(len(self.rows), 'slice')} without is_patient, "
                "expected a data set built with labels"
            )
        self._images: MappedImages | None = None
        self._truth = torch.from_numpy(self.rows["is_patient"].to_numpy(np.float32))

    def __getstate__(self) -> dict[str, Any]:
        """Return what another process needs, which maps the pixels for itself."""
        return {**self.__dict__, "_images": None}

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Return an image, (1, row, column) in 0..1, and its truth, 0.0 or 1.0."""
        return self.__getitems__([index])[0]

    def __getitems__(self, indices: Sequence[int]) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """Return several at once; a DataLoader asks in this way."""
        chosen = [int(index) for index in indices]  # a Subset may hold tensors
        if self._images is None:
            self._images = self.dataset.mapped(self.rows)
        pixels = torch.from_numpy(self._images.gather(np.array(chosen))).unsqueeze(1)
        return list(zip(pixels, self._truth[chosen], strict=True))
