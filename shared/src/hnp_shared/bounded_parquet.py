"""Parquet that somebody else may have written: a few MB of it may stand for gigabytes.

Equal values cost a file nothing and a reader all of them, so rows are held against the size of the
file, and a text's length is looked at where each different one lies once: in its dictionary.
"""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hnp_shared.errors import InputError

FREE_ROWS = 65_536
"""Rows that a file of any size may have."""

LONGEST_TEXT = 4096
"""Bytes of one text or value."""

_MOST_COLUMNS = 1000
_MOST_ROW_GROUPS = 65_536
_THRIFT_BYTES = 64 * 2**20
_INFLATED, _FREE_BYTES = 100, 16 * 2**20
"""How many times its size a file's columns may have, encoded; random ids keep ours below 3."""


def read_parquet(
    source: Path | bytes,
    *,
    size: int,
    role: str,
    columns: Sequence[str] | None = None,
    least_bytes_a_row: int = 1,
) -> pa.Table:
    """Return a table of texts of sane length, no more rows than its file can hold.

    Args:
        source: path of the file, or its content.
        size: of the file, in bytes.
        role: what the file is, for messages.
        columns: those to read; all without it.
        least_bytes_a_row: what a row takes at least, packed: its ids are random.

    Raises:
        InputError: says what is beyond its bound.
        pa.ArrowException: no Parquet, or a damaged one.
        OSError: it could not be read.
    """
    opened = pa.BufferReader(source) if isinstance(source, bytes) else source
    with pq.ParquetFile(
        opened, thrift_string_size_limit=_THRIFT_BYTES, thrift_container_size_limit=10**6
    ) as file:
        _refuse_inflated(file.metadata, size, least_bytes_a_row, role)
        texts = [
            column.path
            for column in map(file.schema.column, range(len(file.schema)))
            if column.physical_type == "BYTE_ARRAY"
        ]
    opened = pa.BufferReader(source) if isinstance(source, bytes) else source
    with pq.ParquetFile(opened, read_dictionary=texts, page_checksum_verification=True) as file:
        # No threads: one that lets go of bytes of ours while the program ends aborts it.
        table = file.read(columns=columns, use_threads=isinstance(source, Path))
    for name in table.column_names:
        _refuse_long(table.column(name), f"{role}: column {name[:64]!r}")
    return table.cast(pa.schema(map(_plain, table.schema), metadata=table.schema.metadata))


def _refuse_inflated(found: pq.FileMetaData, size: int, least_bytes_a_row: int, role: str) -> None:
    groups = found.num_row_groups
    if found.num_columns > _MOST_COLUMNS or groups > _MOST_ROW_GROUPS:
        raise InputError(
            f"{role} has {found.num_columns:,} columns in {groups:,} row groups, "
            f"expected at most {_MOST_COLUMNS:,} and {_MOST_ROW_GROUPS:,}"
        )
    if found.num_rows > max(FREE_ROWS, size // least_bytes_a_row):
        raise InputError(
            f"{role} has {found.num_rows:,} rows in {size:,} bytes, "
            f"expected at least {least_bytes_a_row} bytes a row: rows repeat each other"
        )
    inflated = sum(found.row_group(number).total_byte_size for number in range(groups))
    if inflated > _INFLATED * size + _FREE_BYTES:
        raise InputError(f"{role} inflates to {inflated:,} bytes, expected no such file")
    for column in map(found.schema.column, range(len(found.schema))):
        if column.physical_type == "FIXED_LEN_BYTE_ARRAY" and column.length > LONGEST_TEXT:
            raise InputError(f"{role} has a column of values too long, expected texts and numbers")


def _refuse_long(column: pa.ChunkedArray, what: str) -> None:
    for chunk in column.chunks:
        values = chunk.flatten() if pa.types.is_list(chunk.type) else chunk
        if not pa.types.is_dictionary(values.type):
            continue
        longest = pc.max(pc.binary_length(values.dictionary)).as_py() or 0
        if longest > LONGEST_TEXT:
            raise InputError(f"{what} has a text of {longest:,} bytes, expected {LONGEST_TEXT:,}")


def _plain(field: pa.Field) -> pa.Field:
    """Return a field without the dictionaries that we have read it by."""
    kind = field.type
    if pa.types.is_dictionary(kind):
        return field.with_type(kind.value_type)
    if pa.types.is_list(kind) and pa.types.is_dictionary(kind.value_type):
        return field.with_type(pa.list_(kind.value_field.with_type(kind.value_type.value_type)))
    return field
