"""Makes one data set of several: shards are linked, tables merged; no key is needed.

Each hospital builds with a key of its own, so that nobody holds two; what they share is what
decides pixels. The same data sets in any order give the same bytes.
"""

import contextlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from hnp_etl.datasets.further_columns import completed, further_columns
from hnp_etl.datasets.merged_info import (
    different_recipes,
    merged_corrections,
    merged_counts,
    merged_identity,
    merged_joined,
    merged_key_id,
    merged_notices,
    merged_parts,
    merged_recipe,
)
from hnp_etl.datasets.replacing import Contents, replace_dataset
from hnp_etl.private.folder import hold_out, hold_still
from hnp_etl.walking.walk import refuse_overlap
from hnp_shared.columns import LEDGER, MANIFEST
from hnp_shared.dataset import Dataset, open_dataset, open_named
from hnp_shared.dataset_info import (
    DATASET_FILE,
    SHARDS_FOLDER,
    TABLES_FOLDER,
    DatasetInfo,
    NamedFile,
)
from hnp_shared.errors import InputError
from hnp_shared.flow import merged_flow
from hnp_shared.ledger import LedgerRow, write_ledger
from hnp_shared.places import refuse_in_dataset
from hnp_shared.progress import track
from hnp_shared.storage import DISK, Disk, replace_by_link
from hnp_shared.tables import ROW_GROUP_ROWS, write_table

_MANIFEST_ORDER = ("patient_id", "study_id", "series_id", "slice_position_mm", "slice_id")
_LEDGER_ORDER = ("file_id", "kind", "state", "reason", "slice_id")


@dataclass(frozen=True, slots=True)
class MergeReport:
    """What was made.

    Attributes:
        parts: the data sets that went in, by data set id.
        one_recipe: all were built with one recipe.
        slices: in each of them.
        pictures_shared: pictures that one more of them holds than the first that does.
    """

    info: DatasetInfo
    parts: tuple[DatasetInfo, ...]
    one_recipe: bool
    slices: tuple[int, ...]
    pictures_shared: int


def merge(sources: Sequence[Path], out: Path, *, disk: Disk = DISK) -> MergeReport:
    """Make ``out`` the data set of all slices of ``sources``.

    Raises:
        InputError: they do not fit each other, overlap, or ``out`` holds another data set.
        OutputError: ``out`` is in use or holds something else.
        StorageError: a write failed; the data set that was there stands.
    """
    refuse_overlap(sources, {"--out": out}, of="data set")
    refuse_in_dataset(out.absolute().parent)
    with contextlib.ExitStack() as locks:
        for source in sources:
            locks.enter_context(hold_still(source))
        opened = [
            open_named(f"data set {number} of {len(sources)},", source)
            for number, source in enumerate(sources, 1)
        ]
        parts = sorted(opened, key=lambda part: _identity(part.info))
        infos = tuple(part.info for part in parts)
        _refuse_unfit(parts)
        locks.enter_context(hold_out(out, disk=disk))
        _refuse_other(out, merged_key_id(infos))
        manifests = [part.manifest_table() for part in parts]
        info = replace_dataset(out, _merged(parts, manifests, out, disk), disk=disk)
    return MergeReport(
        info,
        infos,
        len(different_recipes(infos)) == 1,
        tuple(each.num_rows for each in manifests),
        _in_several(manifests, "pixel_sha256"),
    )


def _identity(info: DatasetInfo) -> tuple[str, str]:
    return info.dataset_id, info.ledger  # manifests without a slice are all alike


def _refuse_unfit(parts: Sequence[Dataset]) -> None:
    infos = [part.info for part in parts]
    (twice, count), *_ = Counter(map(_identity, infos)).most_common(1)
    if count > 1:
        raise InputError(f"data set {twice[0]} is given {count} times, expected once")
    pixels = sorted({info.pixels_id for info in infos})
    if len(pixels) > 1:
        raise InputError(f"found pixels_id {', '.join(pixels)}, expected one in all data sets")
    damaged = [part.info.dataset_id for part in parts if not part.is_whole()]
    if damaged:
        raise InputError(f"data set {damaged[0]} is not whole; see hnp-etl check")


def _refuse_other(out: Path, key_id: str) -> None:
    if (out / DATASET_FILE).exists():
        found = open_dataset(out).info.key_id
        if found != key_id:
            raise InputError(f"OUT holds a data set of key {found}, expected {key_id} or none")


def _merged(
    parts: Sequence[Dataset], manifests: Sequence[pa.Table], out: Path, disk: Disk
) -> Contents:
    infos = [part.info for part in parts]
    _refuse_shared(manifests)
    shards = _link_shards(parts, out, disk)
    tables = out / TABLES_FOLDER
    further = further_columns(manifests)
    columns = [*MANIFEST, *further]
    completed_all = [completed(each, further) for each in manifests]
    rows = _rows(completed_all, [column.name for column in columns], _MANIFEST_ORDER)
    manifest = write_table(tables, "manifest-", columns, rows, disk=disk)
    rows = _rows(
        [part.ledger_table() for part in parts], [column.name for column in LEDGER], _LEDGER_ORDER
    )
    ledger = write_ledger(tables, (LedgerRow(*row) for row in rows), disk=disk)
    return Contents(
        manifest=manifest,
        ledger=ledger,
        shards=shards,
        pixels_id=infos[0].pixels_id,
        key_id=merged_key_id(infos),
        recipe=merged_recipe(infos),
        identity=merged_identity(infos),
        states=merged_counts(info.states for info in infos),
        reasons=merged_counts(info.reasons for info in infos),
        notices=merged_notices(infos),
        parts=merged_parts(infos),
        flow=merged_flow(info.flow for info in infos) if all(info.flow for info in infos) else {},
        corrections=merged_corrections(infos),
        joined=merged_joined(infos),
    )


def _refuse_shared(manifests: Sequence[pa.Table]) -> None:
    for name in ("slice_id", "patient_id"):
        if shared := _in_several(manifests, name):
            raise InputError(f"{shared} {name} are in more than one data set, expected none")


def _in_several(manifests: Sequence[pa.Table], name: str) -> int:
    """Return how often a value of a column is in one more data set than the first with it."""
    met = pa.chunked_array([pc.unique(each.column(name)) for each in manifests], type=pa.string())
    return len(met) - len(pc.unique(met))


def _link_shards(parts: Sequence[Dataset], out: Path, disk: Disk) -> dict[str, NamedFile]:
    """Give every shard a second name in ``out``; a copy where the file system has no links."""
    named = [
        (part.folder / name, name, file)
        for part in parts
        for name, file in sorted(part.info.files.items())
        if name.startswith(f"{SHARDS_FOLDER}/")
    ]
    for path, name, _ in track(named, "linking", total=len(named), unit="shard"):
        replace_by_link(path, out / name, role="the shard", disk=disk)
    return {name.removeprefix(f"{SHARDS_FOLDER}/"): file for _, name, file in named}


def _rows(
    tables: Sequence[pa.Table], columns: Sequence[str], order: Sequence[str]
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of all tables, sorted; nulls come last, as they do by default in Arrow."""
    table = pa.concat_tables([each.select(columns).replace_schema_metadata() for each in tables])
    keys = [(name, "ascending") for name in order]
    places = pc.sort_indices(table, sort_keys=keys)
    for start in range(0, len(places), ROW_GROUP_ROWS):
        part = table.take(places.slice(start, ROW_GROUP_ROWS))
        yield from zip(*(column.to_pylist() for column in part.columns), strict=True)
