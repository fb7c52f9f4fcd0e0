"""A data set, opened: its tables and its shards."""

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from hnp_shared.dataset_info import DATASET_FILE, SHARDS_FOLDER, DatasetInfo, read_info
from hnp_shared.errors import InputError
from hnp_shared.ledger import read_ledger
from hnp_shared.manifest import read_manifest
from hnp_shared.shards import Shard, open_shard


@dataclass(frozen=True, slots=True)
class Dataset:
    """An opened data set."""

    folder: Path
    info: DatasetInfo

    def is_whole(self) -> bool:
        """Tell whether every named file is there with its size, without reading it."""
        return self.info.is_whole(self.folder)

    def manifest(self) -> pa.Table:
        """Read the manifest."""
        return read_manifest(self.folder / self.info.manifest)

    def ledger(self) -> pa.Table:
        """Read the ledger."""
        return read_ledger(self.folder / self.info.ledger)

    def shard(self, name: str) -> Shard:
        """Map a shard named in the manifest's `shard` column.

        Raises:
            InputError: dataset.json does not name it, or it is damaged.
        """
        if f"{SHARDS_FOLDER}/{name}" not in self.info.files:
            raise InputError(f"the manifest names shard {name}, which {DATASET_FILE} does not")
        return open_shard(self.folder / SHARDS_FOLDER / name)


def open_dataset(folder: Path) -> Dataset:
    """Open the data set in ``folder``.

    Raises:
        InputError: there is none, or a program of another major version wrote it.
        StorageError: it could not be read.
    """
    return Dataset(folder, read_info(folder))
