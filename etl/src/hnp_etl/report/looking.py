"""The pictures of some slices of a data set, one shard open at a time."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hnp_etl.report.cells import Indices
from hnp_shared.dataset import Dataset
from hnp_shared.images import open_images

Picture = npt.NDArray[np.float32]


class _Places(NamedTuple):
    slice_id: npt.NDArray[np.str_]
    shard: npt.NDArray[np.str_]
    row: npt.NDArray[np.int32]


def pictures(dataset: Dataset, manifest: pa.Table, rows: Indices) -> Iterator[tuple[int, Picture]]:
    """Yield each row with its picture, shard by shard: what was mapped is let go before the next.

    Args:
        dataset: whose pictures.
        manifest: its table.
        rows: of the manifest.

    Raises:
        InputError: a shard is damaged, or holds other slices than the manifest says.
        StorageError: a shard could not be read.
    """
    wanted = manifest.select(["slice_id", "shard", "row"]).take(pa.array(rows))
    ids, shards = (np.array(wanted.column(name).to_pylist()) for name in ("slice_id", "shard"))
    places = wanted.column("row").to_numpy()
    for name in dict.fromkeys(shards.tolist()):
        here = np.flatnonzero(shards == name)
        images = open_images(dataset, _Places(ids[here], shards[here], places[here]))
        for place, row in enumerate(rows[here].tolist()):
            yield row, images.gather(np.array([place]))[0]
