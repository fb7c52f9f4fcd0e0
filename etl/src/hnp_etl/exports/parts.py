"""A data set in parts: the slices of one shard each, so that a patient lies in one part."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from hnp_shared.dataset import Dataset
from hnp_shared.images import open_images

_PLACES = ("shard", "row")
"""Columns that say where pixels lie in the data set, which means nothing elsewhere."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Some slices.

    Attributes:
        number: of the part, from 0.
        of: how many parts there are.
        rows: of the manifest, without the places of the pixels.
        images: (slice, row, column), float32 in 0..1.
    """

    number: int
    of: int
    rows: pa.Table
    images: npt.NDArray[np.float32]


class _Places(NamedTuple):
    slice_id: npt.NDArray[np.str_]
    shard: npt.NDArray[np.str_]
    row: npt.NDArray[np.int32]


def columns_of(manifest: pa.Table) -> list[str]:
    """Return the columns that say something outside the data set."""
    return [name for name in manifest.column_names if name not in _PLACES]


def parts_of(dataset: Dataset) -> Iterator[Part]:
    """Yield the slices of one shard after the other, in the order of the manifest.

    Raises:
        InputError: a shard is damaged, or holds other slices than the manifest says.
        StorageError: one could not be read.
    """
    manifest = dataset.manifest_table()
    shards = pc.unique(manifest.column("shard")).to_pylist()
    for number, name in enumerate(shards):
        rows = manifest.filter(pc.equal(manifest.column("shard"), name))
        places = _Places(*(rows.column(each).to_numpy() for each in _Places._fields))
        images = open_images(dataset, places).gather(np.arange(rows.num_rows))
        yield Part(number, len(shards), rows.select(columns_of(manifest)), images)
