"""A data set, opened: its tables and its shards.

In a notebook::

    dataset = open_dataset("/srv/spine")
    dataset.images(dataset.manifest.head(2)).shape  # (2, 300, 300)

One that was published is opened by its address, and read through a cache: docs/publishing.md.
"""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hnp_shared.dataset_info import DATASET_FILE, SHARDS_FOLDER, DatasetInfo, read_info
from hnp_shared.errors import InputError
from hnp_shared.images import MappedImages, open_images
from hnp_shared.ledger import read_ledger
from hnp_shared.manifest import read_manifest
from hnp_shared.shards import Shard, open_shard
from hnp_shared.stores.address import is_address
from hnp_shared.stores.mirror import Mirror, as_published, folder_of, mirror_of

if TYPE_CHECKING:
    import pandas as pd


class _Places(NamedTuple):
    slice_id: npt.NDArray[np.str_]
    shard: npt.NDArray[np.str_]
    row: npt.NDArray[np.int32]


@dataclass(frozen=True)
class Dataset:
    """An opened data set.

    Attributes:
        folder: where it lies.
        info: what its dataset.json says.
    """

    folder: Path
    info: DatasetInfo

    @cached_property
    def manifest(self) -> "pd.DataFrame":
        """The accepted slices, one a row; every column is told in docs/columns.md."""
        return cast("pd.DataFrame", self.manifest_table().to_pandas())

    @cached_property
    def ledger(self) -> "pd.DataFrame":
        """What became of every file met, one a row."""
        return cast("pd.DataFrame", self.ledger_table().to_pandas())

    def images(self, rows: "pd.DataFrame") -> npt.NDArray[np.float32]:
        """Return the pixels of some slices, straight from the mapped shards.

        Who wants them one at a time asks `mapped` once: to cut a row out of all the manifest's
        columns takes pandas longer than we take to copy its pixels.

        Args:
            rows: of the manifest, in any order.

        Returns:
            Images in 0..1, (slice, row, column).

        Raises:
            InputError: a shard is damaged, or holds other slices than the rows say.
            StorageError: a shard could not be read.
        """
        if not len(rows):
            size = self.info.recipe.get("image", {}).get("size", (0, 0))
            return np.empty((0, *size), np.float32)
        return self.mapped(rows).gather(np.arange(len(rows)))

    def mapped(self, rows: "pd.DataFrame") -> MappedImages:
        """Map the shards of some slices, for whoever asks for them again and again.

        Args:
            rows: of the manifest, at least one, in any order.

        Raises:
            InputError: a shard is damaged, or holds other slices than the rows say.
            StorageError: a shard could not be read.
        """
        lacking = [name for name in _Places._fields if name not in getattr(rows, "columns", ())]
        if lacking:
            raise InputError(
                f"found {type(rows).__name__} without {', '.join(lacking)}, expected rows of the "
                "manifest, such as manifest.head(2) or manifest.iloc[[0]]"
            )
        places = _Places(
            np.array(rows["slice_id"].tolist()),
            np.array(rows["shard"].tolist()),
            rows["row"].to_numpy(np.int32),
        )
        if self._mirror is not None:  # all at once, not one after the other
            named = {f"{SHARDS_FOLDER}/{name}" for name in places.shard}
            self._mirror.fetch(self.info, named & self.info.files.keys())
        return open_images(self._mapped, places)

    @cached_property
    def _mirror(self) -> Mirror | None:
        return mirror_of(self.folder)

    def _path(self, name: str) -> Path:
        """Return where a file lies that dataset.json names."""
        if self._mirror is None or name not in self.info.files:
            return self.folder / name
        return self._mirror.path(self.info, name)

    @cached_property
    def _mapped(self) -> "_Mapped":
        return _Mapped(self)

    def is_whole(self) -> bool:
        """Tell whether every named file is there with its size, without reading it.

        Those of a store are looked at when they are fetched.
        """
        return self._mirror is not None or self.info.is_whole(self.folder)

    def manifest_table(self) -> pa.Table:
        """Read the manifest, for Arrow."""
        return read_manifest(self._path(self.info.manifest))

    def ledger_table(self) -> pa.Table:
        """Read the ledger, for Arrow."""
        return read_ledger(self._path(self.info.ledger))

    def shard(self, name: str) -> Shard:
        """Map a shard named in the manifest's `shard` column.

        Raises:
            InputError: dataset.json does not name it, or it is damaged.
        """
        if f"{SHARDS_FOLDER}/{name}" not in self.info.files:
            raise InputError(f"the manifest names shard {name}, which {DATASET_FILE} does not")
        return open_shard(self._path(f"{SHARDS_FOLDER}/{name}"))

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        """Let another process open it for itself: mapped pixels would be copied."""
        return open_dataset, (self.folder,)


@dataclass(frozen=True, slots=True)
class _Mapped:
    """Shards that stay mapped, for whoever asks for a slice at a time."""

    dataset: Dataset
    shards: dict[str, Shard] = field(default_factory=dict)

    def shard(self, name: str) -> Shard:
        if name not in self.shards:
            self.shards[name] = self.dataset.shard(name)
        return self.shards[name]


def open_dataset(folder: str | Path) -> Dataset:
    """Open the data set in ``folder``, or at the address of a store such as s3://bucket/spine.

    Raises:
        InputError: there is none, or a program of another major version wrote it.
        StorageError: it could not be read.
    """
    if isinstance(folder, str) and is_address(folder):
        folder = folder_of(folder)
    path = as_published(Path(folder).expanduser().absolute())
    return Dataset(path, read_info(path))


def open_named(role: str, folder: Path) -> Dataset:
    """Open one of several data sets.

    Args:
        role: which of them it is, as the user knows it.
        folder: where it lies.

    Raises:
        InputError: says which of them is none.
        StorageError: it could not be read.
    """
    try:
        return open_dataset(folder)
    except InputError as error:
        raise InputError(f"{role} {folder.name}: {error}") from error
