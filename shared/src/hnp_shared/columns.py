"""The one table of columns: schema, validation and the docs page all come from it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa

from hnp_shared.vocabulary import FIRST_VERSION, SCHEMA_VERSION

SCHEMA_VERSION_KEY = b"hnp.schema_version"
"""Key of the version in the Parquet metadata."""


class Privacy(StrEnum):
    """What a column can tell about a person; every column has one class."""

    PSEUDONYM = "pseudonym"  # keyed hash; needs the private key to be linked
    QUASI = "quasi-identifier"  # harmless alone, telling together
    HEALTH = "health"  # a finding
    TECHNICAL = "technical"  # about the image or the file, not the person


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; tables of a version before `since` do not have it."""

    name: str
    type: pa.DataType
    null: bool
    privacy: Privacy
    meaning: str
    unit: str = ""
    since: str = FIRST_VERSION


_STRINGS = pa.list_(pa.field("element", pa.string(), nullable=False))
_P, _Q, _H, _T = Privacy.PSEUDONYM, Privacy.QUASI, Privacy.HEALTH, Privacy.TECHNICAL

MANIFEST: tuple[Column, ...] = (
    Column("slice_id", pa.string(), False, _P, "pseudonym of the image's path, unique"),
    Column("patient_id", pa.string(), False, _P, "pseudonym of the person"),
    Column("study_id", pa.string(), False, _P, "pseudonym of the study"),
    Column("series_id", pa.string(), False, _P, "pseudonym of the series"),
    Column("hospital", pa.string(), False, _Q, "H01..H06, or what the recipe's pattern finds"),
    Column("partition", pa.string(), True, _T, "`training` or `validation` as delivered"),
    Column("level", pa.int8(), True, _H, "0..4 for L1-2, L2-3, L3-4, L4-5, L5-S1"),
    Column("level_name", pa.string(), True, _H, "the level in words"),
    Column("label_code", pa.string(), True, _H, "the recipe's code keys that matched, by comma"),
    Column("is_patient", pa.bool_(), True, _H, "what the recipe makes of the code"),
    Column("age", pa.float32(), True, _Q, "age from the label, above 89 stored as 90", "year"),
    Column("sex", pa.string(), True, _Q, "`F` or `M`, from the label"),
    Column("canal_width_mm", pa.float32(), True, _H, "spinal canal or cord width (label)", "mm"),
    Column("shard", pa.string(), False, _T, "file under shards/"),
    Column("row", pa.int32(), False, _T, "index in the shard"),
    Column("pixel_sha256", pa.string(), False, _P, "of the stored array, C order, little endian"),
    Column("source_rows", pa.int32(), False, _T, "image height before cropping", "pixel"),
    Column("source_cols", pa.int32(), False, _T, "image width before cropping", "pixel"),
    Column("pixel_row_mm", pa.float32(), True, _T, "height of a pixel of the stored array", "mm"),
    Column("pixel_col_mm", pa.float32(), True, _T, "width of a pixel of the stored array", "mm"),
    Column("slice_thickness_mm", pa.float32(), True, _T, "nominal slice thickness", "mm"),
    Column("slice_position_mm", pa.float32(), True, _T, "position along the slice normal", "mm"),
    Column("tilt_deg", pa.float32(), True, _T, "angle between normal and body axis", "degree"),
    Column("echo_time_ms", pa.float32(), True, _T, "echo time", "ms"),
    Column("repetition_time_ms", pa.float32(), True, _T, "repetition time", "ms"),
    Column("field_strength_t", pa.float32(), True, _T, "magnetic field strength", "T"),
    Column("vendor", pa.string(), True, _T, "maker of the scanner, from a closed list"),
    Column("source_min", pa.float32(), False, _T, "minimum of the resized image before scaling"),
    Column("source_max", pa.float32(), False, _T, "maximum of the resized image before scaling"),
    Column("weighting_from", pa.string(), False, _T, "what told T2: `tags`, `text` or `table`"),
    Column("flags", _STRINGS, False, _T, "remarks from a closed list, sorted"),
    Column("frame", pa.int32(), True, _T, "of a multi-frame file, from 1; else null", since="1.1"),
)
"""Columns of manifest.parquet, in order."""

LEDGER: tuple[Column, ...] = (
    Column("file_id", pa.string(), False, _P, "pseudonym of the file's path"),
    Column("kind", pa.string(), False, _T, "`image`, `label` or `other`"),
    Column("hospital", pa.string(), False, _Q, "as in the manifest"),
    Column("state", pa.string(), False, _T, "what became of the file"),
    Column("reason", pa.string(), True, _T, "null for accepted, used and ignored"),
    Column("slice_id", pa.string(), True, _P, "null unless accepted"),
)
"""Columns of ledger.parquet, in order."""


def schema_of(columns: Iterable[Column]) -> pa.Schema:
    """Return the Arrow schema of a table, with the schema version in its metadata."""
    fields = [pa.field(column.name, column.type, nullable=column.null) for column in columns]
    return pa.schema(fields, metadata={SCHEMA_VERSION_KEY: SCHEMA_VERSION.encode()})


def markdown_table(columns: Iterable[Column]) -> str:
    """Return the columns as a Markdown table for the docs."""
    lines = ["| column | type | unit | null | privacy | meaning |", "|---|---|---|---|---|---|"]
    lines += [
        f"| `{column.name}` | {column.type} | {column.unit} | {'yes' if column.null else 'no'} "
        f"| {column.privacy} | {column.meaning} |"
        for column in columns
    ]
    return "\n".join(lines) + "\n"
