"""Slices of a data set as an exported graph takes them: stored arrays and plain numbers."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hnp_model.data.neighbours import Neighbours, find_neighbours
from hnp_model.data.slices import Slices
from hnp_model.data.tabular import FEATURES, plain_inputs
from hnp_model.exports.described import Described
from hnp_shared.dataset import Dataset
from hnp_shared.errors import InputError
from hnp_shared.images import MappedImages, open_images

Feed = Mapping[str, npt.NDArray[np.float32] | npt.NDArray[np.float64]]


@dataclass(frozen=True, slots=True, eq=False)
class Feeder:
    """Slices, ready for the graph.

    Attributes:
        images: where pixels lie; None where it takes none.
        around: which of them are the channels of a slice; None: its own alone.
        numbers: (slice, number), NaN when missing.
    """

    images: MappedImages | None
    around: Neighbours | None
    numbers: npt.NDArray[np.float64]

    def batch(self, indices: npt.NDArray[np.int64]) -> Feed:
        """Return what the graph takes for the slices at ``indices``, (slice,)."""
        found: dict[str, npt.NDArray[np.float32] | npt.NDArray[np.float64]] = {}
        if self.images:
            found["images"] = self._pictures(self.images, indices)
        if self.numbers.shape[1]:
            found["numbers"] = self.numbers[indices]
        return found

    def _pictures(
        self, images: MappedImages, indices: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float32]:
        if self.around is None:
            return images.gather(indices)[:, None]
        rows, there = self.around.rows[indices], self.around.there[indices]
        seen = images.gather(rows.reshape(-1)).reshape(*rows.shape, *images.size)
        middle = rows.shape[1] // 2
        seen[np.insert(~there, middle, values=False, axis=1)] = np.nan
        return seen


def open_feeder(dataset: Dataset, slices: Slices, described: Described) -> Feeder:
    """Map the shards of some slices of a data set.

    Raises:
        InputError: shards are damaged, or their pictures have another size.
        StorageError: a shard could not be read.
    """
    around = None
    if described.channels > 1:
        around = find_neighbours(dataset, slices, described.channels)
    images = None
    if described.channels:
        images = open_images(dataset, around.places if around else slices)
        if images.size != described.image_size:
            found, expected = (
                f"{rows} x {columns}" for rows, columns in (images.size, described.image_size)
            )
            raise InputError(f"found images of {found}, the file takes {expected}")
    return Feeder(images, around, _numbers(slices, described.numbers))


def _numbers(slices: Slices, names: tuple[str, ...]) -> npt.NDArray[np.float64]:
    sizes = {"pixel_row_mm": slices.pixel_row_mm, "pixel_col_mm": slices.pixel_col_mm}
    known = dict(zip((*FEATURES, *slices.further), plain_inputs(slices).T, strict=True))
    columns = [known[name] if name in known else sizes[name] for name in names]
    return np.stack(columns, axis=1).astype(np.float64) if columns else np.empty((len(slices), 0))
