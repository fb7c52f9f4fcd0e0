"""Parquet files as `datasets` of Hugging Face reads them, the picture among the columns.

What a column means to `datasets` stands in the head of README.md, as YAML.
"""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from hnp_etl.exports.parts import Part
from hnp_shared.dataset_info import DatasetInfo
from hnp_shared.storage import Sink

IMAGE = "image"
SPLIT = "slices"
"""All slices have one name: how patients are split is said by hnp-train split, not here."""

_ROWS_AT_A_TIME = 64
_WORDS = {"float": "float32", "double": "float64"}
"""Types that have another name in Arrow than in `datasets`."""


def file_name(part: Part) -> str:
    """Return the name of a part, by which `datasets` tells the name of a split."""
    return f"data/{SPLIT}-{part.number:05}-of-{part.of:05}.parquet"


def write_part(part: Part, sink: Sink) -> None:
    """Write a Parquet file."""
    table = with_images(part)
    with pq.ParquetWriter(sink, table.schema, compression="zstd", store_schema=True) as writer:
        for start in range(0, table.num_rows, _ROWS_AT_A_TIME):  # a group is held as a whole
            writer.write_table(table.slice(start, _ROWS_AT_A_TIME))


def with_images(part: Part) -> pa.Table:
    """Return the rows of a part with a column of pictures, (row, column) each."""
    count, height, width = part.images.shape
    values = pa.array(np.ascontiguousarray(part.images).reshape(-1))
    lines = pa.ListArray.from_arrays(_offsets(count * height, width), values)
    images = pa.ListArray.from_arrays(_offsets(count, height), lines)
    table = part.rows.append_column(pa.field(IMAGE, images.type, nullable=False), images)
    return table.replace_schema_metadata(None)


def card_of(info: DatasetInfo, part: Part) -> bytes:
    """Return the README.md of the folder, whose head tells `datasets` what is what.

    Args:
        info: of the data set.
        part: one of its parts; all have the same columns and pictures of one size.
    """
    _, height, width = part.images.shape
    shape = f"{{shape: [{height}, {width}], dtype: float32}}"
    features = "".join(
        f"  - {{name: {json.dumps(each.name)}, {_feature(each.type)}}}\n"
        for each in part.rows.schema
    )
    return (
        "---\n"
        "configs:\n"
        "- config_name: default\n"
        "  data_files:\n"
        f"  - {{split: {SPLIT}, path: data/{SPLIT}-*.parquet}}\n"
        "dataset_info:\n"
        "  features:\n"
        f"{features}"
        f"  - {{name: {IMAGE}, dtype: {{array2_d: {shape}}}}}\n"
        "---\n"
        f"# Spine slices, data set {info.dataset_id}\n\n"
        f"Axial T2 slices with labels, made by {info.tool}. A row is a slice; `{IMAGE}` is float32 "
        "in 0..1.\nAll slices of a patient lie in one file. Split by `patient_id`: slices of one "
        "patient are alike.\n"
    ).encode()


def _offsets(count: int, length: int) -> pa.Array:
    return pa.array(np.arange(count + 1, dtype=np.int32) * length)


def _feature(kind: pa.DataType) -> str:
    """Return a type in the words of `datasets`."""
    if pa.types.is_list(kind):
        return f"list: {_WORDS.get(str(kind.value_type), str(kind.value_type))}"
    return f"dtype: {_WORDS.get(str(kind), str(kind))}"
