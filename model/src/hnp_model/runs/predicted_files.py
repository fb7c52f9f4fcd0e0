"""Files that predict writes: slices in the one named, discs and patients beside it."""

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from hnp_model.measures.units import UnitName
from hnp_model.runs.unit_tables import TABLES
from hnp_shared.corrections import defused
from hnp_shared.errors import OutputError
from hnp_shared.storage import DISK, Sink, replace_file

CSV_SUFFIX = ".csv"
PARQUET_SUFFIXES = ("", ".parquet", ".pq")


def paths_of(file: Path) -> dict[UnitName, Path]:
    """Return unit -> file, that of slices being the one given.

    >>> [path.name for path in paths_of(Path("said.csv")).values()]
    ['said-discs.csv', 'said-patients.csv', 'said.csv']
    """
    beside: dict[UnitName, Path] = {
        unit: file.with_name(f"{file.stem}-{name}{file.suffix}") for unit, name in TABLES.items()
    }
    return beside | {"slice": file}


def refuse_suffix(file: Path) -> None:
    """Refuse a file whose name promises what is not written.

    Raises:
        OutputError: says which names are taken.
    """
    if file.suffix.lower() not in (CSV_SUFFIX, *PARQUET_SUFFIXES):
        raise OutputError(f"{file.name} ends in {file.suffix}, expected .parquet or .csv")


def write_tables(file: Path, tables: Mapping[UnitName, pa.Table]) -> tuple[str, ...]:
    """Write tables as Parquet, or as CSV where the suffix says so, and return their paths."""
    for unit, path in paths_of(file).items():
        _write(path, tables[unit])
    return tuple(str(path) for path in paths_of(file).values())


def _defused(table: pa.Table) -> pa.Table:
    """Return a table without texts that a spreadsheet would take for formulas."""
    for number, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            texts = [None if text is None else defused(text) for text in table[number].to_pylist()]
            table = table.set_column(number, field, pa.array(texts, field.type))
    return table


def _write(path: Path, table: pa.Table) -> None:
    def fill(sink: Sink) -> None:
        stream = pa.PythonFile(sink, mode="w")
        if path.suffix.lower() == CSV_SUFFIX:
            pyarrow.csv.write_csv(
                _defused(table), stream, pyarrow.csv.WriteOptions(quoting_style="needed")
            )
        else:
            pq.write_table(table, stream, compression="zstd")

    replace_file(path, fill, role="the predictions", disk=DISK)
