"""What the slices looked like that a run was trained on, to know them again under any name.

Kept as checkpoints/looks.parquet, one row a slice of train and val: small pictures, which leave the
data set with whoever hands the checkpoints on.
"""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from hnp_model.data.slices import Strings
from hnp_model.data.thumbnails import CELLS, Thumbnails
from hnp_model.runs.run_folder import CHECKPOINTS_FOLDER, RunFolder
from hnp_model.runs.typed_record import DAMAGED_JSON
from hnp_model.splits.near_copies import Looks
from hnp_shared.bounded_parquet import read_parquet
from hnp_shared.errors import InputError

LOOKS_FILE = f"{CHECKPOINTS_FOLDER}/looks.parquet"
NAMES = ("slice_id", "patient_id", "part", "pixel_sha256")
SIDES_KEY = b"hnp.sides"
"""In the metadata: rows and columns of a picture."""


def write_looks(folder: RunFolder, looks: Looks) -> None:
    """Keep the looks of train and val."""
    seen = looks.take(looks.part != "test")
    rows, columns = seen.thumbnails.shape[1:]
    pictures = pa.py_buffer(np.ascontiguousarray(seen.thumbnails))
    size = pa.binary(rows * columns)
    table = pa.table(
        {
            **{name: getattr(seen, name).tolist() for name in NAMES},
            "picture": pa.Array.from_buffers(size, len(seen), [None, pictures]),
        }
    ).replace_schema_metadata({SIDES_KEY: f"{rows} {columns}"})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    folder.write(LOOKS_FILE, sink.getvalue().to_pybytes())


def read_looks(folder: RunFolder) -> Looks | None:
    """Return what `write_looks` kept; None in a run of an older version.

    Raises:
        InputError: the file is damaged.
        StorageError: it could not be read.
    """
    if not folder.has(LOOKS_FILE):
        return None
    content = folder.read(LOOKS_FILE)
    try:
        table = read_parquet(content, size=len(content), role=LOOKS_FILE)
        names = {name: _strings(table, name) for name in NAMES}
        return Looks(**names, thumbnails=_pictures(table))
    except (pa.ArrowException, OSError, MemoryError, *DAMAGED_JSON) as error:
        raise InputError(f"{LOOKS_FILE} is damaged or was not written by hnp-train fit") from error


def _strings(table: pa.Table, name: str) -> Strings:
    values = table.column(name).to_pylist()
    if not all(isinstance(value, str) for value in values):
        raise ValueError(f"expected texts in {name}")
    return np.array(values, dtype=np.str_)


def _pictures(table: pa.Table) -> Thumbnails:
    rows, columns = map(int, table.schema.metadata[SIDES_KEY].split())
    if not (0 < rows <= CELLS and 0 < columns <= CELLS):
        raise ValueError("expected small pictures")
    content = b"".join(table.column("picture").to_pylist())
    return np.frombuffer(content, dtype=np.uint8).reshape(table.num_rows, rows, columns)
