"""Reading, writing and validating the Parquet tables of a data set.

Row groups and encodings are fixed, so the same rows in the same order give the same bytes.
"""

import contextlib
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from hnp_shared.bounded_parquet import read_parquet
from hnp_shared.columns import SCHEMA_VERSION_KEY, Column, schema_of
from hnp_shared.errors import InputError, StorageError
from hnp_shared.opening import open_regular
from hnp_shared.storage import DISK, Disk, Fill, Sink, Written, replace_file, write_named
from hnp_shared.vocabulary import SCHEMA_VERSION

ROW_GROUP_ROWS = 16_384
"""Rows that are held in memory at a time while a table is written."""

Row = Sequence[object]
"""Values of one row, in the order of the table's columns."""


def write_table(
    folder: Path,
    prefix: str,
    columns: Sequence[Column],
    rows: Iterable[Row],
    *,
    disk: Disk = DISK,
) -> Written:
    """Stream rows, already sorted, into ``<prefix><hex>.parquet``.

    Raises:
        StorageError: the table could not be written.
    """
    role = f"the {prefix}table"
    return write_named(
        folder, ".parquet", _fill(columns, rows), role=role, prefix=prefix, disk=disk
    )


def replace_table(
    path: Path, columns: Sequence[Column], rows: Iterable[Row], *, mode: int, disk: Disk = DISK
) -> Written:
    """Stream rows, already sorted, into a file of a given name.

    Raises:
        StorageError: the table could not be written; what was there stands.
    """
    return replace_file(path, _fill(columns, rows), role=path.name, mode=mode, disk=disk)


def _fill(columns: Sequence[Column], rows: Iterable[Row]) -> Fill:
    def fill(sink: Sink) -> None:
        schema = schema_of(columns)
        with pq.ParquetWriter(
            pa.PythonFile(sink, mode="w"),
            schema,
            compression="zstd",
            write_page_checksum=True,
            store_schema=True,
        ) as writer:
            for batch in _batches(rows):
                writer.write_batch(_record_batch(batch, schema), row_group_size=ROW_GROUP_ROWS)

    return fill


def read_table(
    path: Path,
    columns: Sequence[Column],
    *,
    role: str,
    whole: bool = True,
    least_bytes_a_row: int = 1,
) -> pa.Table:
    """Read a table and check it.

    Args:
        path: of the file.
        columns: that it has.
        role: what the table is, for messages.
        whole: read other columns of the table too.
        least_bytes_a_row: what a row takes at least in the file.

    Raises:
        InputError: not Parquet, beyond a bound, of an unknown major version, or columns that do
            not fit.
        StorageError: the file could not be read.
    """
    try:
        # By its path: an Arrow thread that lets go of a Python file at exit ends in an abort.
        with open_regular(path, role=role) as file:
            names = None if whole else [column.name for column in columns]
            table = read_parquet(
                path,
                size=os.fstat(file.fileno()).st_size,
                role=role,
                columns=names,
                least_bytes_a_row=least_bytes_a_row,
            )
    except FileNotFoundError as error:
        raise InputError(f"{role} is missing from the data set") from error
    except IsADirectoryError as error:  # nothing is wrong with the disk
        raise InputError(f"{role} is a folder, expected a file") from error
    except (pa.ArrowException, ValueError, MemoryError) as error:
        raise InputError(f"{role} is no readable Parquet file") from error
    except OSError as error:
        if error.errno is None:  # Arrow reports damaged pages as an OSError without a number
            raise InputError(f"{role} is damaged") from error
        raise StorageError.of(role, error) from error
    validate(table.schema, columns, role=role)
    return _with_later(table, columns)


def _with_later(table: pa.Table, columns: Sequence[Column]) -> pa.Table:
    """Return a table of an earlier version with the columns that came later, all null."""
    for column in columns:
        if column.name not in table.column_names:
            table = table.append_column(column.name, pa.nulls(len(table), column.type))
    return table


def validate(schema: pa.Schema, columns: Sequence[Column], *, role: str) -> None:
    """Check names, types and version; further columns are welcome, later ones may lack.

    Raises:
        InputError: says which column is missing or of another type.
    """
    found = (schema.metadata or {}).get(SCHEMA_VERSION_KEY, b"none").decode("utf-8", "replace")
    if found.split(".")[0] != SCHEMA_VERSION.split(".")[0]:
        raise InputError(f"{role} has schema version {found}, expected {SCHEMA_VERSION}")
    for column in columns:
        index = schema.get_field_index(column.name)
        if index < 0 and _number(found) < _number(column.since):
            continue
        if index < 0:
            raise InputError(f"{role} has no column {column.name}")
        if not _same_type(schema.field(index).type, column.type):
            raise InputError(
                f"{role}: column {column.name} is {schema.field(index).type}, "
                f"expected {column.type}"
            )


def _number(version: str) -> tuple[int, ...]:
    """Return a version as it is compared; what is no number comes first."""
    return tuple(int(part) if part.isdecimal() else 0 for part in version.split("."))


def _same_type(found: pa.DataType, expected: pa.DataType) -> bool:
    if pa.types.is_list(expected):  # readers name the element differently
        return bool(pa.types.is_list(found) and found.value_type == expected.value_type)
    return bool(found == expected)


def _spare_pandas() -> None:
    """Keep Arrow from importing pandas, a quarter of a small build, to see whether a list is its.

    Arrow looks once and asks again when a table is turned into a frame, so that still works.
    """
    if "pandas" not in sys.modules:
        sys.modules["pandas"] = None  # type: ignore[assignment]  # what import takes for: not there
        with contextlib.suppress(ImportError, AttributeError):  # by version
            pa.array([])
        del sys.modules["pandas"]


def _batches(rows: Iterable[Row]) -> Iterable[list[Row]]:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == ROW_GROUP_ROWS:
            yield batch
            batch = []
    if batch:
        yield batch


def _record_batch(rows: list[Row], schema: pa.Schema) -> pa.RecordBatch:
    _spare_pandas()
    arrays = [
        pa.array(values, type=field.type)
        for values, field in zip(zip(*rows, strict=True), schema, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
