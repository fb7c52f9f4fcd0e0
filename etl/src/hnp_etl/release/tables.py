"""What the columns of a table hold that is on no list, and what its container holds beside them."""

from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hnp_etl.release.finding import Clue, Found
from hnp_etl.release.values import FURTHER, RANGES, TEXTS, clue_of
from hnp_shared.columns import LEDGER, MANIFEST, SCHEMA_VERSION_KEY
from hnp_shared.small_groups import SMALL_GROUP_PATIENTS, small_groups
from hnp_shared.vocabulary import MAX_AGE_YEARS

_LISTED = frozenset(column.name for column in (*MANIFEST, *LEDGER)) | {"frame"}
_METADATA = frozenset([SCHEMA_VERSION_KEY, b"ARROW:schema"])
_MAKER = "parquet-cpp-arrow version "
_MAGIC_BYTES = 4
_ENDING_BYTES = 8  # length of the footer, and the magic once more


def audit_columns(table: pa.Table, role: str, joined: Collection[str]) -> Iterator[Found]:
    """Yield what columns hold that they may not.

    Args:
        table: manifest or ledger.
        role: which of both.
        joined: columns that dataset.json says a hospital's table has brought.
    """
    for field in table.schema:
        place = f"{role}, column {field.name}"
        if field.name not in _LISTED and field.name not in joined:
            kind = "of a type" if len(field.name) <= 64 else "of a name"
            yield Found(Clue.COLUMN, f"{role}, a column", 1, f"{kind} that is on no list")
            place = f"{role}, a column on no list"
        column = table.column(field.name)
        if pa.types.is_list(field.type):
            column = pa.chunked_array([column.combine_chunks().flatten()])
        if pa.types.is_string(column.type) or pa.types.is_binary(column.type):
            yield from _audit_texts(column, place, field.name)
        elif pa.types.is_floating(column.type) or pa.types.is_integer(column.type):
            yield from _audit_numbers(column, place, field.name)
        elif not pa.types.is_boolean(column.type):
            yield Found(Clue.COLUMN, place, 1, "of a type that is on no list")


def _is_on_no_list(_text: str) -> bool:
    return False


def _audit_texts(column: pa.ChunkedArray, place: str, name: str) -> Iterator[Found]:
    allowed = TEXTS.get(name, _is_on_no_list)
    odd = Counter[Clue]()
    counts: list[dict[str, Any]] = pc.value_counts(column).to_pylist()
    for each in counts:
        value = each["values"]
        text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        if text is not None and not allowed(text):
            odd[clue_of(text)] += each["counts"]
    for clue, count in sorted(odd.items()):
        yield Found(clue, place, count, "texts that no list has")


def _audit_numbers(column: pa.ChunkedArray, place: str, name: str) -> Iterator[Found]:
    least, most = RANGES.get(name, FURTHER)
    numbers = column.cast(pa.float64(), safe=False).drop_null()
    outside = pc.or_(pc.less(numbers, least), pc.greater(numbers, most))
    count = pc.sum(pc.or_kleene(outside, pc.invert(pc.is_finite(numbers)))).as_py() or 0
    if count:
        clue = Clue.AGE if name == "age" else Clue.NUMBER
        yield Found(clue, place, count, f"numbers beyond {least:g} to {most:g}")


def audit_people(manifest: pa.Table, smallest: int) -> Iterator[Found]:
    """Yield groups of few patients, and pictures that two of them share."""
    groups = small_groups(manifest)
    if groups and groups.patients < smallest:
        few = groups.small if smallest == SMALL_GROUP_PATIENTS else 1
        yield Found(
            Clue.RARE,
            "manifest, age band, sex, hospital and vendor",
            few,
            f"of {groups.groups:,} groups with fewer than {smallest} patients, "
            f"the smallest with {groups.patients}",
        )
    ages = manifest.column("age").cast(pa.float32()).drop_null()
    oldest = pc.sum(pc.greater(ages, MAX_AGE_YEARS)).as_py() or 0
    if oldest:
        yield Found(Clue.AGE, "manifest, column age", oldest, f"ages above {MAX_AGE_YEARS}")
    pairs = manifest.select(["pixel_sha256", "patient_id"]).group_by("pixel_sha256")
    owners = pairs.aggregate([("patient_id", "count_distinct")]).column("patient_id_count_distinct")
    shared = pc.sum(pc.greater(owners, 1)).as_py() or 0
    if shared:
        yield Found(
            Clue.SHARED,
            "manifest, column pixel_sha256",
            shared,
            "pictures of two patients or more: they may be one person",
        )


def audit_parquet(path: Path, role: str) -> Iterator[Found]:
    """Yield what a Parquet file holds beside its columns: metadata, and bytes that nobody reads."""
    with pq.ParquetFile(path) as file:
        found = file.metadata
    odd = set(found.metadata or {}) - _METADATA
    odd |= {key for field in file.schema_arrow for key in field.metadata or {}} - {
        b"PARQUET:field_id"
    }
    if odd:
        yield Found(Clue.HIDDEN, f"{role}, its metadata", len(odd), "entries that no reader needs")
    maker = str(found.created_by)
    if not maker.startswith(_MAKER) or len(maker) > len(_MAKER) + 16:
        yield Found(Clue.HIDDEN, f"{role}, its metadata", 1, "name of a maker that is not Arrow")
    unread = path.stat().st_size - _covered(found)
    if unread:
        yield Found(Clue.HIDDEN, role, abs(unread), "bytes that belong to no column")


def _covered(found: pq.FileMetaData) -> int:
    """Return how many bytes of a file belong to columns, to the footer and to the format."""
    columns = (
        found.row_group(group).column(column).total_compressed_size
        for group in range(found.num_row_groups)
        for column in range(found.num_columns)
    )
    return int(_MAGIC_BYTES + sum(columns) + found.serialized_size + _ENDING_BYTES)
