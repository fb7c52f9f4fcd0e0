"""The manifest: one row per accepted slice, sorted by patient, study, series, position, slice."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from operator import attrgetter
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from hnp_shared.columns import MANIFEST
from hnp_shared.storage import DISK, Disk, Written
from hnp_shared.tables import read_table, write_table


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One accepted slice; fields are the columns of `hnp_shared.columns.MANIFEST`, in order."""

    slice_id: str
    patient_id: str
    study_id: str
    series_id: str
    hospital: str
    partition: str | None
    level: int | None
    level_name: str | None
    label_code: str | None
    is_patient: bool | None
    age: float | None
    sex: str | None
    canal_width_mm: float | None
    shard: str
    row: int
    pixel_sha256: str
    source_rows: int
    source_cols: int
    pixel_row_mm: float | None
    pixel_col_mm: float | None
    slice_thickness_mm: float | None
    slice_position_mm: float | None
    tilt_deg: float | None
    echo_time_ms: float | None
    repetition_time_ms: float | None
    field_strength_t: float | None
    vendor: str | None
    source_min: float
    source_max: float
    weighting_from: str
    flags: tuple[str, ...]
    frame: int | None = None


if [field.name for field in fields(ManifestRow)] != [column.name for column in MANIFEST]:
    raise TypeError("ManifestRow and the table of columns differ")

LEAST_BYTES_A_ROW = 40
"""In the file: half a slice_id's and all of a pixel_sha256's letters are random, 48 bytes."""

_VALUES = attrgetter(*(field.name for field in fields(ManifestRow)))  # astuple copies deeply


def write_manifest(folder: Path, rows: Iterable[ManifestRow], *, disk: Disk = DISK) -> Written:
    """Stream sorted rows into ``manifest-<hex>.parquet``."""
    return write_table(folder, "manifest-", MANIFEST, map(_VALUES, rows), disk=disk)


def read_manifest(path: Path) -> pa.Table:
    """Read and check a manifest.

    Raises:
        InputError: it does not follow the contract.
    """
    return read_table(path, MANIFEST, role="the manifest", least_bytes_a_row=LEAST_BYTES_A_ROW)


def count_flags(path: Path) -> dict[str, int]:
    """Return how many slices of a manifest have which flag, by name.

    Raises:
        InputError: it does not follow the contract.
    """
    flags = [column for column in MANIFEST if column.name == "flags"]
    table = read_table(
        path,
        flags,
        role="the manifest",
        whole=False,
        least_bytes_a_row=LEAST_BYTES_A_ROW,
    )
    counts = pc.value_counts(table.column("flags").combine_chunks().flatten()).to_pylist()
    return dict(sorted((each["values"], each["counts"]) for each in counts))
