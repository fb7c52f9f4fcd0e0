"""Measures of slices joined to a data set, so that models can learn of them.

Nothing of a hospital is read, and no private folder: slices are named by their pseudonyms.
"""

import contextlib
import hashlib
import io
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hnp_etl.datasets.replacing import replace_dataset
from hnp_etl.further.extend import refuse_other_key
from hnp_etl.further.joined_contents import Joining, joined_contents
from hnp_etl.further.names import refuse_twice
from hnp_etl.further.values import FurtherColumn
from hnp_etl.further.wanted import Wanted
from hnp_etl.private.folder import hold_out, hold_still
from hnp_etl.walking.walk import refuse_overlap
from hnp_shared.dataset import open_dataset
from hnp_shared.dataset_info import DatasetInfo
from hnp_shared.errors import InputError, StorageError
from hnp_shared.joined_tables import JoinedTable
from hnp_shared.opening import read_regular
from hnp_shared.places import refuse_in_dataset
from hnp_shared.storage import DISK, Disk

SLICE = "slice"
"""The key of such a table."""

_ROLE = "the table of measures"
_COLUMNS = ("slice_id", "measure", "value", "unit", "source")
_DATASET_KEY = b"hnp.dataset_id"
_MOST_BYTES = 2**31


def extend_by_slice(
    out: Path, table: Path, wanted: Sequence[Wanted], new: Path, *, disk: Disk = DISK
) -> DatasetInfo:
    """Make ``new`` the data set ``out`` with measures as further columns.

    Args:
        out: the data set.
        table: measures.parquet of its slices.
        wanted: measures that may pass, and their names in the manifest.
        new: folder of the data set to be made.
        disk: where writes go.

    Raises:
        InputError: the table is none of measures, is of another data set, or lacks a measure.
        OutputError: ``new`` is in use or holds something else.
        StorageError: a read or write failed.
    """
    refuse_overlap([out], {"--out": new}, of="data set")
    refuse_in_dataset(new.absolute().parent)
    with contextlib.ExitStack() as locks:
        locks.enter_context(hold_still(out))
        dataset = open_dataset(out)
        if not dataset.is_whole():
            raise InputError(f"data set {dataset.info.dataset_id} is not whole; see hnp-etl check")
        manifest = dataset.manifest_table()
        refuse_twice([*manifest.column_names, *(each.name for each in wanted)])
        content = _content(table)
        measures = _read(content, dataset.info.dataset_id)
        known = frozenset(manifest.column("slice_id").to_pylist())
        columns = [_column(each, measures, known) for each in wanted]
        locks.enter_context(hold_out(new, disk=disk))
        refuse_other_key(new, dataset.info.key_id)
        joined = _told(content, measures, columns, known)
        joining = Joining("slice_id", columns, joined)
        contents = joined_contents(dataset, joining, new, disk=disk)
        return replace_dataset(new, contents, disk=disk)


def _content(path: Path) -> bytes:
    try:
        return read_regular(path, role=_ROLE, most_bytes=_MOST_BYTES)
    except OSError as error:
        raise StorageError.of(_ROLE, error) from error


def _read(content: bytes, dataset_id: str) -> pa.Table:
    try:
        table = pq.read_table(io.BytesIO(content))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise InputError(
            f"{_ROLE} is no Parquet file, expected that of hnp-train measure"
        ) from error
    lacking = [name for name in _COLUMNS if name not in table.column_names]
    if lacking:
        raise InputError(f"{_ROLE} has no column {lacking[0]}, expected that of hnp-train measure")
    stated = (table.schema.metadata or {}).get(_DATASET_KEY, b"").decode("ascii", "replace")
    if stated and stated != dataset_id:
        raise InputError(f"{_ROLE} is of data set {stated}, expected {dataset_id}")
    return table


def _column(wanted: Wanted, measures: pa.Table, known: frozenset[str]) -> FurtherColumn:
    rows = measures.filter(pc.equal(measures.column("measure"), wanted.header))
    if not rows.num_rows:
        names = sorted(set(measures.column("measure").to_pylist()))
        raise InputError(f"found no measure {wanted.header}, expected one of {', '.join(names)}")
    ids, values = (rows.column(name).to_pylist() for name in ("slice_id", "value"))
    if len(set(ids)) < len(ids):
        raise InputError(f"{_ROLE} has a slice twice, expected one row a slice and measure")
    told = {
        slice_id: value
        for slice_id, value in zip(ids, values, strict=True)
        if slice_id in known and value is not None
    }
    unit, source = (rows.column(name)[0].as_py() for name in ("unit", "source"))
    meaning = f"measure {wanted.header}, {unit}, of mask set {source}"
    return FurtherColumn(wanted.name, pa.float64(), meaning, told)


def _told(
    content: bytes, measures: pa.Table, columns: Sequence[FurtherColumn], known: frozenset[str]
) -> JoinedTable:
    lines = measures.column("slice_id").to_pylist()
    matched = sum(each in known for each in lines)
    return JoinedTable(
        key=SLICE,
        sha256=hashlib.sha256(content).hexdigest(),
        columns={column.name: column.meaning for column in columns},
        lines=len(lines),
        matched=matched,
        unmatched=len(lines) - matched,
        patients=len({slice_id for column in columns for slice_id in column.values}),
    )
