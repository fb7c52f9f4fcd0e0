"""Compares what shards hold with what the manifest says of it."""

import hashlib
from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from hnp_shared.dataset import Dataset
from hnp_shared.dataset_info import SHARDS_FOLDER
from hnp_shared.errors import InputError, StorageError
from hnp_shared.shards import Shard

SAMPLED_SLICES = 64
"""Slices whose pixels are compared where not all are asked for; one of each shard at least."""

_Member = tuple[int, str, str, int]
"""A slice of a shard: row there, slice_id, pixel_sha256, row of the manifest."""


def sample_of(manifest: pa.Table, changed: Collection[str] = ()) -> frozenset[int]:
    """Return rows of the manifest spread over all of it, among them one of each shard.

    Args:
        manifest: of the data set.
        changed: names of files that are known not to be as they were written: their pixels need no
            second word.
    """
    shards = manifest.column("shard").to_pylist()
    first = dict(zip(reversed(shards), reversed(range(len(shards))), strict=True))
    count = min(SAMPLED_SLICES, len(shards))
    spread = (place * len(shards) // count for place in range(count))
    rows = {*first.values(), *spread}
    return frozenset(row for row in rows if f"{SHARDS_FOLDER}/{shards[row]}" not in changed)


def check_shards(dataset: Dataset, manifest: pa.Table, sample: frozenset[int]) -> Iterator[str]:
    """Yield what is wrong with the shards.

    Args:
        dataset: the opened data set.
        manifest: its manifest.
        sample: rows of the manifest whose pixels are compared.
    """
    members: dict[str, list[_Member]] = {}
    names = ("shard", "row", "slice_id", "pixel_sha256")
    columns = (manifest.column(name).to_pylist() for name in names)
    for place, (shard, *told) in enumerate(zip(*columns, strict=True)):
        members.setdefault(shard, []).append((*told, place))
    named = {Path(name).name for name in dataset.info.files if name.startswith(SHARDS_FOLDER)}
    for name in sorted(named - set(members)):
        yield f"{SHARDS_FOLDER}/{name} holds no slice of the manifest"
    for name, slices in sorted(members.items()):
        try:
            shard = dataset.shard(name)
        except (InputError, StorageError) as error:
            yield str(error)
            continue
        for finding in _check_shard(shard, sorted(slices), sample):
            yield f"{SHARDS_FOLDER}/{name}: {finding}"


def _check_shard(shard: Shard, slices: list[_Member], sample: frozenset[int]) -> Iterator[str]:
    if [member[:2] for member in slices] != list(enumerate(shard.slice_ids)):
        yield "slice ids differ from the manifest"
        return
    for row, slice_id, digest, place in slices:
        if place in sample and _pixel_digest(shard, row) != digest:
            yield f"pixels of slice {slice_id} differ"


def _pixel_digest(shard: Shard, row: int) -> str:
    return hashlib.sha256(np.ascontiguousarray(shard.images[row]).data).hexdigest()
