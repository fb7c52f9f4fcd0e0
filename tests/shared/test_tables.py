"""Tables follow the one table of columns."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hnp_shared.columns import LEDGER, MANIFEST, SCHEMA_VERSION_KEY, Privacy, schema_of
from hnp_shared.errors import InputError
from hnp_shared.ledger import LedgerRow, read_ledger, write_ledger
from hnp_shared.manifest import read_manifest
from hnp_shared.tables import ROW_GROUP_ROWS, validate

ROWS = [
    LedgerRow("1", "image", "H01", "accepted", None, "s1"),
    LedgerRow("2", "image", "H01", "rejected", "EMPTY", None),
    LedgerRow("3", "other", "unknown", "ignored", None, None),
]


@pytest.mark.parametrize("column", [*MANIFEST, *LEDGER], ids=lambda column: column.name)
def test_every_column_has_a_privacy_class_and_a_meaning(column: object) -> None:
    assert column.privacy in set(Privacy)  # type: ignore[attr-defined]
    assert column.meaning  # type: ignore[attr-defined]


def test_the_manifest_has_the_columns_of_the_contract() -> None:
    types = {column.name: str(column.type) for column in MANIFEST}
    nulls = {column.name for column in MANIFEST if column.null}
    assert list(types)[:4] == ["slice_id", "patient_id", "study_id", "series_id"]
    assert types["level"] == "int8"
    assert types["is_patient"] == "bool"
    assert types["flags"] == "list<element: string not null>"
    assert {types[name] for name in ("row", "source_rows", "source_cols")} == {"int32"}
    assert {types[name] for name in types if name.endswith(("_mm", "_ms", "_deg", "_t"))} == {
        "float"
    }
    assert nulls == {
        *("partition", "level", "level_name", "label_code", "is_patient", "age", "sex"),
        *("canal_width_mm", "pixel_row_mm", "pixel_col_mm", "slice_thickness_mm"),
        *("slice_position_mm", "tilt_deg", "echo_time_ms", "repetition_time_ms"),
        *("field_strength_t", "vendor", "frame"),
    }


def test_rows_come_back_as_they_were(tmp_path: Path) -> None:
    written = write_ledger(tmp_path, ROWS)
    found = read_ledger(tmp_path / written.name)
    assert [LedgerRow(**row) for row in found.to_pylist()] == ROWS
    assert found.schema.metadata[SCHEMA_VERSION_KEY] == b"1.1"
    assert pd.read_parquet(tmp_path / written.name).state.tolist() == [row.state for row in ROWS]


def test_the_same_rows_give_the_same_bytes_however_many(tmp_path: Path) -> None:
    many = ROWS * (ROW_GROUP_ROWS // 2)
    assert write_ledger(tmp_path, many) == write_ledger(tmp_path, iter(many))
    assert read_ledger(next(tmp_path.iterdir())).num_rows == len(many)


def test_no_rows_make_an_empty_table(tmp_path: Path) -> None:
    written = write_ledger(tmp_path, [])
    assert read_ledger(tmp_path / written.name).num_rows == 0


def test_pages_carry_checksums(tmp_path: Path) -> None:
    path = tmp_path / write_ledger(tmp_path, ROWS * 100).name
    content = bytearray(path.read_bytes())
    place = content.index(b"EMPTY") if b"EMPTY" in content else 60
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(InputError, match="the ledger is"):
        read_ledger(path)


def schema(version: bytes = b"1.0", **changes: pa.DataType | None) -> pa.Schema:
    fields = [changes.get(field.name, field.type) for field in schema_of(LEDGER)]
    named = zip(schema_of(LEDGER).names, fields, strict=True)
    kept = [(name, kind) for name, kind in named if kind is not None]
    return pa.schema(kept, metadata={SCHEMA_VERSION_KEY: version})


def test_a_minor_version_and_further_columns_are_welcome() -> None:
    validate(schema(b"1.7").append(pa.field("later", pa.int8())), LEDGER, role="the ledger")


def test_a_manifest_of_before_frames_is_read_without_them() -> None:
    kept = [field for field in schema_of(MANIFEST) if field.name != "frame"]
    before = pa.schema(kept, metadata={SCHEMA_VERSION_KEY: b"1.0"})
    validate(before, MANIFEST, role="the manifest")
    with pytest.raises(InputError, match="the manifest has no column frame"):
        validate(before.with_metadata({SCHEMA_VERSION_KEY: b"1.1"}), MANIFEST, role="the manifest")


def test_the_column_that_it_lacks_is_null_in_every_row(tmp_path: Path) -> None:
    columns = [column for column in MANIFEST if column.name != "frame"]
    empty = schema_of(columns).with_metadata({SCHEMA_VERSION_KEY: b"1.0"}).empty_table()
    pq.write_table(empty, tmp_path / "manifest.parquet")
    found = read_manifest(tmp_path / "manifest.parquet")
    assert found.column_names == [column.name for column in MANIFEST]
    assert found.schema.field("frame").type == pa.int32()


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (schema(b"2.0"), "the ledger has schema version 2.0, expected 1.1"),
        (schema().remove_metadata(), "the ledger has schema version none"),
        (schema(state=None), "the ledger has no column state"),
        (schema(state=pa.int8()), "column state is int8, expected string"),
    ],
)
def test_another_schema_is_refused(found: pa.Schema, told: str) -> None:
    with pytest.raises(InputError, match=told):
        validate(found, LEDGER, role="the ledger")


def test_what_is_no_parquet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"no table")
    with pytest.raises(InputError, match="the ledger is no readable Parquet file"):
        read_ledger(tmp_path / "a")
    with pytest.raises(InputError, match="the ledger is missing from the data set"):
        read_ledger(tmp_path / "b")
    pq.write_table(pa.table({"a": [1]}), tmp_path / "c")
    with pytest.raises(InputError, match="schema version none"):
        read_ledger(tmp_path / "c")
