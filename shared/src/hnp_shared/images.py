"""The images of a data set, read from its mapped shards a few at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, overload

import numpy as np
import numpy.typing as npt

from hnp_shared.errors import InputError
from hnp_shared.shards import Images, Shard

UINT16_SCALE = np.float32(65_535)
"""What uint16 shards were multiplied by."""


class Shards(Protocol):
    """Where shards come from: an opened data set."""

    def shard(self, name: str) -> Shard:
        """Map a shard."""


class Places(Protocol):
    """Where the manifest says that slices lie; every array is (slice,)."""

    @property
    def slice_id(self) -> npt.NDArray[np.str_]:
        """Names of the slices."""

    @property
    def shard(self) -> npt.NDArray[np.str_]:
        """Files under shards/."""

    @property
    def row(self) -> npt.NDArray[np.int32]:
        """Indices in the shards."""


@dataclass(frozen=True, slots=True, eq=False)
class MappedImages:
    """Where the pixels of each slice lie.

    Attributes:
        shards: mapped, each (slice, row, column).
        shard_of: (slice,), index into ``shards``.
        row_of: (slice,), index in the shard.
    """

    shards: tuple[Images, ...]
    shard_of: npt.NDArray[np.int64]
    row_of: npt.NDArray[np.int32]

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns of every image."""
        rows, columns = self.shards[0].shape[1:]
        return rows, columns

    @overload
    def gather(
        self, indices: npt.NDArray[np.int64], into: npt.NDArray[np.float32] | None = None
    ) -> npt.NDArray[np.float32]: ...

    @overload
    def gather(self, indices: npt.NDArray[np.int64], into: Images) -> Images: ...

    def gather(self, indices: npt.NDArray[np.int64], into: Images | None = None) -> Images:
        """Return images in 0..1, (slice, row, column).

        Args:
            indices: (slice,).
            into: where they go, with room for as many or more: fresh memory costs the system more
                than the copying does. Room of uint16 takes those of uint16 as they are stored.
        """
        batch: Images = np.empty((indices.size, *self.size), np.float32) if into is None else into
        batch = batch[: indices.size]
        shard_of, row_of = self.shard_of[indices].tolist(), self.row_of[indices].tolist()
        for image, number, row in zip(batch, shard_of, row_of, strict=True):
            shard = self.shards[number]
            if shard.dtype == np.uint16 != image.dtype:
                np.divide(shard[row], UINT16_SCALE, out=image)
            else:
                image[...] = shard[row]
        return batch


def open_images(dataset: Shards, slices: Places) -> MappedImages:
    """Map all shards the slices lie in.

    Raises:
        InputError: a shard is damaged, of another size, or holds other slices than it should.
        StorageError: a shard could not be read.
    """
    numbers: dict[str, int] = {}  # not np.unique, which sorts: for one slice that costs as much
    shard_of = [numbers.setdefault(name, len(numbers)) for name in slices.shard.tolist()]
    shards = [dataset.shard(name) for name in numbers]
    _refuse_other_sizes(numbers, shards)
    places = zip(shard_of, slices.row.tolist(), slices.slice_id.tolist(), strict=True)
    for number, row, slice_id in places:
        ids = shards[number].slice_ids
        if not 0 <= row < len(ids) or ids[row] != slice_id:
            raise InputError(
                f"shard {[*numbers][number]} holds other slices than the manifest says"
            )
    # A row of a plain view costs less to find than one of a memmap.
    images = tuple(shard.images.view(np.ndarray) for shard in shards)
    return MappedImages(images, np.array(shard_of), slices.row)


def _refuse_other_sizes(names: Iterable[str], shards: Sequence[Shard]) -> None:
    for name, shard in zip(names, shards, strict=True):
        if shard.images.shape[1:] != shards[0].images.shape[1:]:
            raise InputError(
                f"shard {name} has images of {_by(shard.images)}, expected {_by(shards[0].images)}"
            )


def _by(images: Images) -> str:
    return f"{images.shape[1]} x {images.shape[2]}"
