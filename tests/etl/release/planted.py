"""A small data set of the contract's own writers, and what could identify, planted into it.

After the synthetic answer key of MIDI-B (arXiv 2508.01889): for each kind of identifying value the
places in which one hides, so that what is found can be told apart from what is missed.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from hnp_shared.dataset_info import NamedFile, read_info, write_info
from model.synthetic import Plan, write_dataset


def clean(folder: Path) -> Path:
    """Write a data set that names nobody: 24 patients of one hospital, all alike."""
    plan = Plan(patients=24, levels=1, slices_a_level=1, side=8, hospitals=("H01",))
    write_dataset(folder, plan)
    info = read_info(folder)
    write_info(folder, replace(info, tool="hnp-etl 0.1.0"))
    for alias, table in (("manifest", info.manifest), ("ledger", info.ledger)):
        (folder / f"{alias}.parquet").write_bytes((folder / table).read_bytes())
    alike = {"age": pa.array([50.0] * 24, pa.float32()), "sex": ["F"] * 24, "vendor": ["GE"] * 24}
    for name, values in alike.items():
        column(name, values)(folder)
    return folder


def column(name: str, values: object, table: str = "manifest") -> Callable[[Path], None]:
    """Return what puts values into a column, new or not, of a table."""

    def plant(folder: Path) -> None:
        found = pq.read_table(folder / getattr(read_info(folder), table))
        kind = found.schema.field(name).type if name in found.column_names else None
        made = pa.array(values, kind)
        if kind is None:
            found = found.append_column(name, made)
        else:
            found = found.set_column(found.column_names.index(name), name, made)
        _rewrite(folder, table, found)

    return plant


def one(name: str, value: object, table: str = "manifest") -> Callable[[Path], None]:
    """Return what puts a value into the first row of a column."""

    def plant(folder: Path) -> None:
        found = pq.read_table(folder / getattr(read_info(folder), table))
        values = found.column(name).to_pylist()
        column(name, [value, *values[1:]], table)(folder)

    return plant


def metadata(key: str, value: str) -> Callable[[Path], None]:
    """Return what puts an entry into the metadata of the manifest."""

    def plant(folder: Path) -> None:
        found = pq.read_table(folder / read_info(folder).manifest)
        found = found.replace_schema_metadata({**found.schema.metadata, key: value})
        _rewrite(folder, "manifest", found)

    return plant


def appended(name: str, content: bytes) -> Callable[[Path], None]:
    """Return what hides bytes in a named file: behind a shard, before the footer of a table."""

    def plant(folder: Path) -> None:
        info = read_info(folder)
        path = next(folder / each for each in info.files if name in each)
        old = path.read_bytes()
        if name == "manifest":
            cut = len(old) - 8 - int.from_bytes(old[-8:-4], "little")
            new = old[:cut] + content + old[cut:]
        else:
            new = old + content
        path.write_bytes(new)
        _name_anew(folder, path)

    return plant


def told(change: Callable[[dict[str, object]], None]) -> Callable[[Path], None]:
    """Return what changes dataset.json."""

    def plant(folder: Path) -> None:
        path = folder / "dataset.json"
        found = json.loads(path.read_bytes())
        change(found)
        path.write_text(json.dumps(found))
        write_info(folder, read_info(folder))

    return plant


def _rewrite(folder: Path, table: str, found: pa.Table) -> None:
    path = folder / getattr(read_info(folder), table)
    pq.write_table(found, path, compression="zstd")
    _name_anew(folder, path)
    (folder / f"{table}.parquet").write_bytes(path.read_bytes())


def _name_anew(folder: Path, path: Path) -> None:
    info, content = read_info(folder), path.read_bytes()
    name = path.relative_to(folder).as_posix()
    named = NamedFile(hashlib.sha256(content).hexdigest(), len(content))
    write_info(folder, replace(info, files={**info.files, name: named}))
