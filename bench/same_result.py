"""Whether two ways of building came to the same slices."""

import hashlib
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

_LAYOUT = ("shard", "row")
"""Where a slice was put is each program's own affair."""


class DifferentResultError(Exception):
    """A comparison of speed makes no sense: the results differ."""


def check_same(ours: Path, theirs: Path) -> None:
    """Compare manifests, ledgers and arrays.

    Raises:
        DifferentResultError: says where they differ.
    """
    mine, other = (pq.read_table(out / "manifest.parquet").to_pylist() for out in (ours, theirs))
    if len(mine) != len(other):
        raise DifferentResultError(f"{len(mine)} and {len(other)} slices")
    for row, counterpart in zip(mine, other, strict=True):
        for name in counterpart:
            if name not in _LAYOUT and row[name] != counterpart[name]:
                raise DifferentResultError(f"column {name}: {row[name]} and {counterpart[name]}")
    _check_arrays(theirs, other)
    ledgers = [
        [
            (row["file_id"], row["reason"])
            for row in pq.read_table(out / "ledger.parquet").to_pylist()
        ]
        for out in (ours, theirs)
    ]
    if ledgers[0] != ledgers[1]:
        raise DifferentResultError("ledgers differ")


def _check_arrays(out: Path, rows: list[dict[str, object]]) -> None:
    for name in sorted({str(row["shard"]) for row in rows}):
        with np.load(out / "shards" / name) as shard:
            images = shard["images"]
        for row in rows:
            if row["shard"] == name:
                digest = hashlib.sha256(np.ascontiguousarray(images[row["row"]]).data).hexdigest()
                if digest != row["pixel_sha256"]:
                    raise DifferentResultError(f"an array of {name} is not what the manifest says")
