"""The manifest as arrays: one entry a slice, in manifest order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from hnp_model.data.columns import read_columns
from hnp_shared.counted import counted
from hnp_shared.dataset import Dataset
from hnp_shared.errors import InputError

UNKNOWN = "unknown"
"""Stands for a missing sex or vendor, so that such slices form a group of their own."""

UNKNOWN_LEVEL = -1
"""Stands for a missing level."""

_LONGEST = 256
"""Letters of a text in the manifest; ids have 32, digests 64, several codes some more."""

Strings = npt.NDArray[np.str_]


@dataclass(frozen=True, slots=True, eq=False)
class Slices:
    """What is known of each slice; every array is (slice,).

    Attributes:
        slice_id: unique.
        patient_id: the person.
        study_id: the study.
        hospital: where the slice comes from.
        level: disc, 0..4 from the head down; -1 when missing.
        is_patient: the truth; False when missing.
        age: years, NaN when missing.
        sex: `F`, `M` or `unknown`.
        canal_width_mm: NaN when missing.
        vendor: maker of the scanner or `unknown`.
        shard: file under shards/.
        row: index in the shard.
        pixel_sha256: of the stored array.
        pixel_row_mm: height of a pixel of the stored array, NaN when missing.
        pixel_col_mm: its width, NaN when missing.
        further: other columns that were asked for, NaN when missing.
        label_code: the label's codes, joined by `,`, "" when missing; None: nobody looked.
    """

    slice_id: Strings
    patient_id: Strings
    study_id: Strings
    hospital: Strings
    level: npt.NDArray[np.int8]
    is_patient: npt.NDArray[np.bool_]
    age: npt.NDArray[np.float32]
    sex: Strings
    canal_width_mm: npt.NDArray[np.float32]
    vendor: Strings
    shard: Strings
    row: npt.NDArray[np.int32]
    pixel_sha256: Strings
    pixel_row_mm: npt.NDArray[np.float32]
    pixel_col_mm: npt.NDArray[np.float32]
    further: Mapping[str, npt.NDArray[np.float64]] = field(default_factory=dict)
    label_code: Strings | None = None

    def __len__(self) -> int:
        return self.slice_id.size

    def take(self, rows: npt.NDArray[np.int64] | npt.NDArray[np.bool_]) -> "Slices":
        """Return the slices at ``rows``: indices or a mask."""
        apart = {"further", "label_code"}
        own = [one.name for one in fields(self) if one.name not in apart]
        arrays: dict[str, Any] = {name: getattr(self, name)[rows] for name in own}
        further = {name: values[rows] for name, values in self.further.items()}
        codes = None if self.label_code is None else self.label_code[rows]
        return Slices(**arrays, further=further, label_code=codes)


def read_slices(
    dataset: Dataset, *, labelled: bool = True, columns: Sequence[str] | None = None
) -> Slices:
    """Read the manifest.

    Args:
        dataset: an opened data set.
        labelled: whether level and truth are needed.
        columns: further ones, of numbers; one that the manifest lacks is missing everywhere.

    Raises:
        InputError: no slices, slices without a label, or a column of no numbers.
        StorageError: the manifest could not be read.
    """
    table = dataset.manifest_table()
    if table.num_rows == 0:
        raise InputError("found a data set of 0 slices, expected at least one")
    for name in ("is_patient", "level") if labelled else ():
        missing = table.column(name).null_count
        if missing:
            raise InputError(
                f"found {missing:,} of {counted(table.num_rows, 'slice')} without {name}, "
                "expected a data set built with labels"
            )
    return Slices(
        slice_id=texts_of(table, "slice_id"),
        patient_id=texts_of(table, "patient_id"),
        study_id=texts_of(table, "study_id"),
        hospital=texts_of(table, "hospital"),
        level=_numbers(table, "level", UNKNOWN_LEVEL).astype(np.int8),
        is_patient=_numbers(table, "is_patient", False).astype(np.bool_),
        age=_numbers(table, "age").astype(np.float32),
        sex=texts_of(table, "sex"),
        canal_width_mm=_numbers(table, "canal_width_mm").astype(np.float32),
        vendor=texts_of(table, "vendor"),
        shard=texts_of(table, "shard"),
        row=_numbers(table, "row").astype(np.int32),
        pixel_sha256=texts_of(table, "pixel_sha256"),
        pixel_row_mm=_numbers(table, "pixel_row_mm").astype(np.float32),
        pixel_col_mm=_numbers(table, "pixel_col_mm").astype(np.float32),
        further=read_columns(table, columns or ()),
        label_code=texts_of(table, "label_code", ""),
    )


def texts_of(
    table: Any,  # noqa: ANN401  # pyarrow has no types
    name: str,
    missing: str = UNKNOWN,
) -> Strings:
    """Return a column of texts, (slice,).

    Raises:
        InputError: one is too long, or no line: an array is as wide as its longest text.
    """
    values = table.column(name).fill_null(missing).to_pylist()
    odd = [text for text in set(values) if len(text) > _LONGEST or not text.isprintable()]
    if odd:
        longest = max(map(len, odd))
        raise InputError(
            f"the manifest's {name} holds a text of {longest:,} letters or one that is no line, "
            f"expected up to {_LONGEST} that can be printed"
        )
    return np.array(values, dtype=np.str_)


def _numbers(
    table: Any,  # noqa: ANN401  # as above
    name: str,
    missing: float = np.nan,
) -> npt.NDArray[np.float64]:
    values = [missing if value is None else value for value in table.column(name).to_pylist()]
    return np.array(values, dtype=np.float64)
