"""Claims about checking a data set by hand: each broken promise is found and named."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hnp_shared.check import check_dataset
from hnp_shared.dataset import open_dataset
from hnp_shared.dataset_info import DatasetInfo, NamedFile, write_info
from hnp_shared.errors import InputError
from hnp_shared.ledger import LedgerRow, write_ledger
from hnp_shared.manifest import ManifestRow, write_manifest
from hnp_shared.shard_check import sample_of
from hnp_shared.shards import write_shard
from hnp_shared.storage import Written, replace_by_copy

IMAGES = np.random.default_rng(0).random((3, 4, 5)).astype(np.float32)


def manifest_row(index: int, shard: str, **changes: Any) -> ManifestRow:
    numbers = [
        "age",
        "canal_width_mm",
        "pixel_row_mm",
        "pixel_col_mm",
        "slice_thickness_mm",
        "tilt_deg",
        "echo_time_ms",
        "repetition_time_ms",
        "field_strength_t",
    ]
    row = ManifestRow(
        slice_id=f"{index:032x}",
        patient_id="p",
        study_id="s",
        series_id="e",
        hospital="H01",
        partition=None,
        level=3,
        level_name="L4-5",
        label_code="3",
        is_patient=True,
        sex=None,
        shard=shard,
        row=index,
        pixel_sha256=sha256(IMAGES[index].tobytes()).hexdigest(),
        source_rows=4,
        source_cols=5,
        slice_position_mm=None if index == 2 else float(index),
        vendor="Siemens",
        source_min=0.0,
        source_max=1.0,
        weighting_from="tags",
        flags=("derived",),
        **dict.fromkeys(numbers, None),
    )
    return replace(row, **changes)


def make(
    out: Path,
    *,
    rows: Callable[[list[ManifestRow]], list[ManifestRow]] = lambda rows: rows,
    ledger: Callable[[list[LedgerRow]], list[LedgerRow]] = lambda rows: rows,
    **changes: Any,
) -> Path:
    """Write a data set of three slices, changed before its tables are written."""
    for folder in ("shards", "tables"):
        (out / folder).mkdir(parents=True)
    shard = write_shard(out / "shards", IMAGES, [f"{index:032x}" for index in range(3)])
    made = rows([manifest_row(index, shard.name) for index in range(3)])
    manifest = write_manifest(out / "tables", made)
    files = [LedgerRow(f"f{i}", "image", "H01", "accepted", None, f"{i:032x}") for i in range(3)]
    listed = write_ledger(
        out / "tables", ledger([*files, LedgerRow("f3", "image", "H01", "rejected", "EMPTY", None)])
    )
    names: dict[str, Written] = {
        f"shards/{shard.name}": shard,
        f"tables/{manifest.name}": manifest,
        f"tables/{listed.name}": listed,
    }
    info = DatasetInfo(
        schema_version="1.0",
        dataset_id=manifest.sha256[:16],
        pixels_id="b" * 16,
        key_id="c" * 8,
        tool="hnp-etl 0",
        recipe={},
        identity={},
        states={"accepted": 3, "rejected": 1},
        reasons={"EMPTY": 1},
        manifest=f"tables/{manifest.name}",
        ledger=f"tables/{listed.name}",
        files={name: NamedFile(file.sha256, file.size) for name, file in names.items()},
    )
    write_info(out, replace(info, **changes))
    for alias, table in (("manifest", info.manifest), ("ledger", info.ledger)):
        replace_by_copy(out / table, out / f"{alias}.parquet", role=alias)
    return out


def findings(out: Path, *, deep: bool = False) -> str:
    return "\n".join(check_dataset(out, deep=deep).findings)


def changed(index: int, **changes: Any) -> Callable[[list[ManifestRow]], list[ManifestRow]]:
    return lambda rows: [
        replace(row, **changes) if number == index else row for number, row in enumerate(rows)
    ]


def test_a_sound_data_set_has_no_findings(tmp_path: Path) -> None:
    report = check_dataset(make(tmp_path / "out"), deep=True)
    assert report.findings == ()
    assert (report.files, report.slices) == (3, 3)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (lambda rows: rows[::-1], "the manifest is not sorted"),
        (changed(1, slice_id="0" * 32), "slice_id is not unique"),
        (changed(1, slice_id="9" * 32), "name different slices"),
        (changed(2, row=5), "slice ids differ from the manifest"),
        (changed(1, row=0), "slice ids differ from the manifest"),
        (changed(1, shard="x.npz"), "names shard x.npz, which dataset.json does not"),
        (changed(1, vendor="Dr. Kim's"), "vendor: 1 values that are not in the closed list"),
        (changed(1, flags=("odd",)), "flags: 1 values that are not in the closed list"),
        (lambda rows: rows[:2], "slice ids differ from the manifest"),
        (lambda _: [], "holds no slice of the manifest"),
    ],
)
def test_a_manifest_that_breaks_a_promise_is_told(
    tmp_path: Path, rows: Callable[[list[ManifestRow]], list[ManifestRow]], told: str
) -> None:
    assert told in findings(make(tmp_path / "out", rows=rows), deep=True)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"state": "lost"}, "state: 1 values that are not in the closed list"),
        ({"reason": "ODD"}, "reason: 1 values that are not in the closed list"),
        ({"kind": "movie"}, "kind: 1 values that are not in the closed list"),
        ({"reason": "NO_LABEL"}, "ledger counts by reason differ from dataset.json"),
        ({"state": "filtered"}, "ledger counts by state differ from dataset.json"),
    ],
)
def test_a_ledger_that_breaks_a_promise_is_told(
    tmp_path: Path, change: dict[str, Any], told: str
) -> None:
    out = make(tmp_path / "out", ledger=lambda rows: [*rows[:-1], replace(rows[-1], **change)])
    assert told in findings(out)


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("manifest", "row"),
        ("manifest", "patient_id"),
        ("manifest", "shard"),
        ("manifest", "flags"),
        ("ledger", "file_id"),
        ("ledger", "state"),
    ],
)
def test_a_null_that_another_writer_left_is_told(tmp_path: Path, table: str, column: str) -> None:
    out = make(tmp_path / "out")
    (path,) = (out / "tables").glob(f"{table}-*.parquet")
    found = pq.read_table(path)
    index = found.schema.get_field_index(column)
    values = [None, *found.column(column).to_pylist()[1:]]
    field = pa.field(column, found.schema.field(index).type)
    pq.write_table(found.set_column(index, field, [pa.array(values, field.type)]), path)
    assert f"{table}: 1 nulls in {column}" in findings(out, deep=True)


def test_pixels_of_few_slices_are_all_compared(tmp_path: Path) -> None:
    out = make(tmp_path / "out", rows=changed(1, pixel_sha256="0" * 64))
    assert f"pixels of slice {1:032x} differ" in findings(out)
    assert check_dataset(out, deep=False).compared == 3


def test_pixels_of_many_are_sampled_and_the_rest_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hnp_shared.shard_check.SAMPLED_SLICES", 1)
    out = make(tmp_path / "out", rows=changed(1, pixel_sha256="0" * 64))
    report = check_dataset(out, deep=False)
    assert (report.findings, report.compared) == ((), 1)
    assert report.not_looked_at[0] == "pixels of 2 of 3 slices (--deep)"
    assert f"pixels of slice {1:032x} differ" in findings(out, deep=True)
    assert len(check_dataset(out, deep=True).not_looked_at) == 1


@pytest.mark.parametrize(
    ("shards", "least"), [([1], 1), ([63], 63), ([64, 64], 64), ([500, 1, 499], 65), ([1] * 99, 99)]
)
def test_a_sample_is_of_64_slices_and_of_each_shard(shards: list[int], least: int) -> None:
    names = [f"{number:03d}" for number, count in enumerate(shards) for _ in range(count)]
    sample = sample_of(pa.table({"shard": names}))
    assert len(sample) >= least
    assert {names[row] for row in sample} == set(names)
    assert sample_of(pa.table({"shard": pa.array([], pa.string())})) == frozenset()


@pytest.mark.parametrize("which", ["shards", "tables"])
def test_a_named_file_that_is_gone_or_changed_is_told(tmp_path: Path, which: str) -> None:
    out = make(tmp_path / "out")
    for alias in ("manifest", "ledger"):
        (out / f"{alias}.parquet").unlink()  # hard links share what is changed below
    path = min((out / which).iterdir())
    path.write_bytes(path.read_bytes()[:-1])
    assert f"{which}/{path.name} is not what dataset.json says" in findings(out)
    path.unlink()
    assert f"{which}/{path.name} is missing" in findings(out)


def test_an_alias_that_is_gone_or_stale_is_told(tmp_path: Path) -> None:
    out = make(tmp_path / "out")
    (out / "manifest.parquet").unlink()
    (out / "ledger.parquet").unlink()
    (out / "ledger.parquet").write_bytes(b"old")
    told = findings(out)
    assert "manifest.parquet: No such file or directory" in told
    assert "ledger.parquet is not the table that dataset.json names" in told


def test_what_lies_about_is_told(tmp_path: Path) -> None:
    out = make(tmp_path / "out")
    (out / "notes.txt").touch()
    (out / "shards" / ".tmp-0123").touch()
    told = findings(out)
    assert "a stray file lies in the data set: notes.txt" in told
    assert "an unfinished file lies in shards" in told


def test_a_data_set_id_that_is_not_the_manifests_is_told(tmp_path: Path) -> None:
    assert "dataset_id 0123 is not that" in findings(make(tmp_path / "out", dataset_id="0123"))


@pytest.mark.parametrize(
    "change",
    [
        {"manifest": 5},
        {"manifest": "../tables/manifest.parquet"},
        {"ledger": "/etc/hostname"},
        {"dataset_id": None},
        {"states": 7},
        {"states": {"accepted": "three"}},
        {"recipe": None},
        {"files": []},
        {"files": {"../x": {"sha256": "", "size": 1}}},
        {"files": {"/x": {"sha256": "", "size": 1}}},
        {"files": {"x": {"sha256": "", "size": float("inf")}}},
        {"files": {"x": {"sha256": ""}}},
        {"files": {"x": None}},
    ],
    ids=str,
)
def test_a_damaged_dataset_json_is_one_line_and_never_leads_outside(
    tmp_path: Path, change: dict[str, Any]
) -> None:
    out = make(tmp_path / "out")
    content = asdict(open_dataset(out).info) | change
    (out / "dataset.json").write_text(json.dumps(content))
    with pytest.raises(InputError, match=r"^dataset\.json is damaged or was not written by"):
        check_dataset(out, deep=True)
