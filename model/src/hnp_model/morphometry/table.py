"""measures.parquet: one row a slice and measure."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from hnp_shared.errors import InputError, StorageError
from hnp_shared.opening import open_regular
from hnp_shared.storage import DISK, Disk, Sink, replace_file

FORMAT_KEY = b"hnp.measures"
FORMAT = b"1"
DATASET_KEY = b"hnp.dataset_id"
ROLE = "the table of measures"


class Row(NamedTuple):
    """One measure of one slice.

    Attributes:
        value: None where it is missing, `reason` says why.
        low: lower end of the 95 % interval; None without one, `interval_reason` says why.
        source: mask set id.
        percentile: among the data set's healthy, 0 to 100; None where they are too few.
        among: what those are alike in.
    """

    slice_id: str
    measure: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    reason: str | None
    source: str
    interval_reason: str | None
    percentile: float | None
    among: str | None


SCHEMA = pa.schema(
    [
        pa.field("slice_id", pa.string(), nullable=False),
        pa.field("measure", pa.string(), nullable=False),
        pa.field("value", pa.float64()),
        pa.field("low", pa.float64()),
        pa.field("high", pa.float64()),
        pa.field("unit", pa.string(), nullable=False),
        pa.field("reason", pa.string()),
        pa.field("source", pa.string(), nullable=False),
        pa.field("interval_reason", pa.string()),
        pa.field("percentile", pa.float64()),
        pa.field("among", pa.string()),
    ]
)
_NEEDED = ("slice_id", "measure", "value", "low", "high", "unit", "reason", "source")


def write_measures(path: Path, rows: Iterable[Row], dataset_id: str, *, disk: Disk = DISK) -> None:
    """Write the table.

    Raises:
        StorageError: it could not be written; what was there stands.
    """
    schema = SCHEMA.with_metadata({FORMAT_KEY: FORMAT, DATASET_KEY: dataset_id.encode()})
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [pa.array(each, field.type) for each, field in zip(columns, schema, strict=True)]
    table = pa.Table.from_arrays(arrays, schema=schema)

    def fill(sink: Sink) -> None:
        pq.write_table(table, pa.PythonFile(sink, mode="w"), compression="zstd")

    replace_file(path, fill, role=ROLE, disk=disk)


def read_measures(path: Path) -> Any:  # noqa: ANN401  # a pyarrow table
    """Read the table.

    Raises:
        InputError: it is none.
        StorageError: it could not be read.
    """
    try:
        with open_regular(path, role=ROLE):
            table = pq.read_table(path, partitioning=None)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise InputError(
            f"{ROLE} is no Parquet file, expected that of hnp-train measure"
        ) from error
    except OSError as error:
        raise StorageError.of(ROLE, error) from error
    lacking = [name for name in _NEEDED if name not in table.column_names]
    if lacking:
        raise InputError(f"{ROLE} has no column {lacking[0]}, expected that of hnp-train measure")
    return table
