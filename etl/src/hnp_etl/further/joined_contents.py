"""What a data set with further columns is made of: pictures and ledger as they are, new rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from hnp_etl.datasets.further_columns import further_columns
from hnp_etl.datasets.replacing import Contents
from hnp_etl.further.values import FurtherColumn
from hnp_shared.columns import MANIFEST, Column, Privacy
from hnp_shared.dataset import Dataset
from hnp_shared.dataset_info import SHARDS_FOLDER, TABLES_FOLDER, NamedFile
from hnp_shared.joined_tables import JoinedTable
from hnp_shared.progress import track
from hnp_shared.storage import DISK, Disk, Written, replace_by_copy
from hnp_shared.tables import ROW_GROUP_ROWS, write_table


@dataclass(frozen=True, slots=True)
class Joining:
    """What is joined to a data set.

    Attributes:
        owner: column of the manifest that says whose a slice is.
        joined: what dataset.json tells of the table.
    """

    owner: str
    columns: Sequence[FurtherColumn]
    joined: JoinedTable


def joined_contents(
    dataset: Dataset, joining: Joining, new: Path, *, disk: Disk = DISK
) -> Contents:
    """Copy shards and ledger to ``new``, write its manifest, and return what it is made of.

    Raises:
        StorageError: a file could not be read or written.
    """
    info, manifest = dataset.info, dataset.manifest_table()
    shards = {
        name.removeprefix(f"{SHARDS_FOLDER}/"): file
        for name, file in sorted(info.files.items())
        if name.startswith(f"{SHARDS_FOLDER}/")
    }
    copied = [*(f"{SHARDS_FOLDER}/{name}" for name in shards), info.ledger]
    for name in track(copied, "copying", total=len(copied), unit="file"):
        replace_by_copy(dataset.folder / name, new / name, role="the copy of a file", disk=disk)
    before = [*MANIFEST, *further_columns([manifest])]
    manifest = manifest.select([column.name for column in before])
    schema = [*before, *map(_column, joining.columns)]
    rows = _rows(manifest, joining.owner, joining.columns)
    return Contents(
        manifest=write_table(new / TABLES_FOLDER, "manifest-", schema, rows, disk=disk),
        ledger=_written(info.ledger, info.files[info.ledger]),
        shards=shards,
        pixels_id=info.pixels_id,
        key_id=info.key_id,
        recipe=info.recipe,
        identity=info.identity,
        states=info.states,
        reasons=info.reasons,
        notices=info.notices,
        parts=info.parts,
        flow=info.flow,
        corrections=info.corrections,
        joined=(*info.joined, joining.joined),
    )


def _written(name: str, file: NamedFile) -> Written:
    return Written(Path(name).name, file.sha256, file.size)


def _column(column: FurtherColumn) -> Column:
    return Column(column.name, column.type, True, Privacy.QUASI, column.meaning)


def _rows(
    manifest: pa.Table, owner: str, columns: Sequence[FurtherColumn]
) -> Iterator[tuple[object, ...]]:
    """Yield the rows of the manifest in their order, each with what its owner has."""
    for batch in manifest.to_batches(max_chunksize=ROW_GROUP_ROWS):
        owners = batch.column(owner).to_pylist()
        further = [[column.values.get(each) for each in owners] for column in columns]
        yield from zip(*(each.to_pylist() for each in batch.columns), *further, strict=True)
