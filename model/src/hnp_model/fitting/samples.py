"""Batches of tensors, straight from the mapped shards."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from hnp_model.data.neighbours import Neighbours, find_neighbours
from hnp_model.data.slices import Slices
from hnp_model.data.tabular import Standardisation
from hnp_model.data.tabular_inputs import TabularInputs, encoded, standardised
from hnp_model.fitting.augmenting.chances import Keys, keys_of
from hnp_model.fitting.augmenting.draws import Variation
from hnp_model.fitting.augmenting.mixing import mixed
from hnp_model.fitting.batch import Batch
from hnp_model.fitting.carrying import carried
from hnp_model.fitting.codes import targets_of
from hnp_model.fitting.framing import Frame, PixelMm, frame_of
from hnp_model.fitting.networks.choice import ENCODED, check_size
from hnp_model.runs.run_config import RunConfig
from hnp_model.settings.fit import FitSettings
from hnp_shared.dataset import Dataset
from hnp_shared.images import MappedImages, open_images


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """One part of a data set, ready for the network.

    Attributes:
        slices: what is known of each slice.
        images: where its pixels lie; None where the network looks at none.
        inputs: what is told of each slice beside its picture.
        frame: what is seen of each picture.
        keys: (slice,), what chances of each slice start from.
        device: where batches go.
        buffer: (slice of a batch, row, column), where the pixels of every batch are put, or with
            neighbours (slice of a batch, channel, row, column); uint16 ones go as they are stored.
        pinned: whether the buffer lies in pinned memory.
        around: which images are the channels of a slice; None: its own alone.
        targets: (slice, code), where codes are learned: 1 at the slice's own.
    """

    slices: Slices
    images: MappedImages | None
    inputs: TabularInputs
    frame: Frame
    keys: Keys
    device: str
    buffer: npt.NDArray[np.float32] | npt.NDArray[np.uint16]
    pinned: bool = False
    around: Neighbours | None = None
    targets: npt.NDArray[np.float32] | None = None

    def __len__(self) -> int:
        return len(self.slices)

    @property
    def classes(self) -> npt.NDArray[np.bool_] | npt.NDArray[np.int64]:
        """What of each slice is learned, (slice,): whether it shows a patient, or its code."""
        return self.slices.is_patient if self.targets is None else self.targets.argmax(axis=1)

    def batch(self, indices: npt.NDArray[np.int64], variation: Variation | None = None) -> Batch:
        """Return the slices at ``indices``, a batch at most; good until the next is asked for.

        Args:
            indices: (slice,).
            variation: how the epoch varies them; None leaves all as it is.
        """
        keys, draws, lost = self.keys[indices], None, None
        if variation:
            draws = variation.draw(keys) if variation.of_pictures and self.images else None
            lost = variation.lost_inputs(keys, self.inputs.input_count)
        learned = self.slices.is_patient if self.targets is None else self.targets
        truth = learned[indices].astype(np.float32)
        images = carried(self._pixels(indices), self.device, pinned=self.pinned)
        batch = Batch(
            self._with_masks(self.frame.see(images, indices, draws), indices),
            torch.from_numpy(self.inputs.at(indices, lost)).to(self.device),
            torch.from_numpy(truth).to(self.device),
        )
        if variation and variation.craft.mixup:
            return mixed(batch, variation.shares(keys))
        return batch

    def _pixels(self, indices: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
        """Return pictures as they are stored, (slice, channel, row, column), in the buffer."""
        pixels = self.buffer[: indices.size]
        if self.images is not None:
            wanted = indices if self.around is None else self.around.rows[indices].reshape(-1)
            self.images.gather(wanted, self.buffer.reshape(-1, *self.buffer.shape[-2:]))
        return pixels[:, None] if self.around is None else pixels

    def _with_masks(self, seen: torch.Tensor, indices: npt.NDArray[np.int64]) -> torch.Tensor:
        if self.around is None:
            return seen
        there = torch.from_numpy(self.around.there[indices].astype(np.float32)).to(seen.device)
        return torch.cat([seen, there[:, :, None, None].expand(-1, -1, *seen.shape[2:])], dim=1)

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
    return map_samples(dataset, slices, config.standardisation, config.settings, config.pixel_mm)


def map_samples(
    dataset: Dataset,
    slices: Slices,
    standardisation: Standardisation,
    settings: FitSettings,
    pixel_mm: PixelMm | None = None,
) -> Samples:
    """Map the shards of some slices; raises as `open_samples` does."""
    around = None
    if settings.channels > 1 and settings.inputs != "tabular":
        around = find_neighbours(dataset, slices, settings.channels)
    images = open_images(dataset, slices if around is None else around.places)
    check_size(settings, images.size)
    seen = None if settings.inputs == "tabular" else images
    size = seen.size if seen else (0, 0)
    shape = (settings.channels, *size) if around else size
    room = (min(settings.batch_size, len(slices)), *shape)
    return Samples(
        slices,
        images=seen,
        inputs=inputs_of(slices, standardisation, settings),
        frame=frame_of(slices, size, settings, pixel_mm),
        keys=keys_of(slices.slice_id.tolist()),
        device=settings.device,
        buffer=np.empty(room, dtype=np.float32),
        around=around,
        targets=targets_of(settings.codes, slices) if settings.codes else None,
    )


def inputs_of(
    slices: Slices, standardisation: Standardisation, settings: FitSettings
) -> TabularInputs:
    """Return tabular inputs as the network of the settings takes them."""
    told = encoded if settings.model in ENCODED else standardised
    return told(slices, standardisation)
