"""A table of predictions, as `hnp-train predict` writes it, by slice."""

import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.csv as pv

from hnp_shared.bounded_parquet import read_parquet
from hnp_shared.errors import InputError, StorageError
from hnp_shared.opening import read_regular

ROLE = "the predictions"
MOST_BYTES = 2**30

_TOLD = "hnp."
"""Before the keys of what a Parquet file tells beside its columns."""

_DIGEST = re.compile("[0-9a-f]{64}")
# RUN/evaluations/66d55d686ca6be02-all: the data set is told by the folder.
_PLACE = re.compile(r"([0-9a-f]{16})-\w+")
_NEEDED = ("slice_id", "patient_id", "study_id", "level", "probability", "probability_calibrated")
_OF_DISC = "level_probability_calibrated"


class SliceSaid(NamedTuple):
    """What a model says of one slice.

    Attributes:
        level: 0 to 4; None in a data set without labels.
        probability: of the slice, calibrated.
        of_disc: of its disc, calibrated; None where the model does not tell.
    """

    slice_id: str
    patient_id: str
    study_id: str
    level: int | None
    probability: float
    of_disc: float | None


@dataclass(frozen=True, slots=True)
class Said:
    """All that was said.

    Attributes:
        weights_sha256: of the model.
        dataset_id: of the data set, where the table tells it.
        slices: by slice_id.
    """

    weights_sha256: str
    dataset_id: str | None
    slices: Mapping[str, SliceSaid]


def read_said(path: Path, weights_sha256: str | None) -> Said:
    """Read predictions, Parquet or CSV.

    Args:
        path: of the table.
        weights_sha256: where the table does not tell it; it must agree where it does.

    Raises:
        InputError: no such table, or a value that is no probability.
        StorageError: it could not be read.
    """
    try:
        content = read_regular(path, role=ROLE, most_bytes=MOST_BYTES)
    except OSError as error:
        raise StorageError.of(ROLE, error) from error
    table, told = _table(content)
    missing = [name for name in _NEEDED if name not in table.column_names]
    if missing:
        raise InputError(
            f"{ROLE} have no column {missing[0]}, expected a table of hnp-train predict"
        )
    slices = _slices(table)
    if not slices:
        raise InputError(f"{ROLE} have no line, expected one a slice")
    weights = told.get("weights_sha256")
    if weights and weights_sha256 and weights != weights_sha256:
        raise InputError(f"{ROLE} come from other weights than --weights-sha256 says")
    weights = weights or weights_sha256
    if not weights or not _DIGEST.fullmatch(weights):
        raise InputError(
            f"{ROLE} do not tell weights_sha256, expected 64 hex digits; --weights-sha256 gives it "
            "(metrics.json of the run has it), or predict to Parquet"
        )
    place = _PLACE.fullmatch(path.absolute().parent.name)
    return Said(weights, told.get("dataset_id") or (place[1] if place else None), slices)


def _table(content: bytes) -> tuple[pa.Table, dict[str, str]]:
    """Return the table and what it tells beside its columns."""
    try:
        if content.startswith(b"PAR1"):
            table = read_parquet(content, size=len(content), role=ROLE)
            metadata = table.schema.metadata or {}
            told = {key.decode(): value.decode() for key, value in metadata.items()
                    if key.startswith(_TOLD.encode())}  # fmt: skip
            return table, {key.removeprefix(_TOLD): value for key, value in told.items()}
        lines = content.decode("utf-8-sig").splitlines()
        comments = [line[1:].partition(":") for line in lines if line.startswith("#")]
        told = {
            key.strip().replace(" ", "_").removeprefix(_TOLD): value.strip()
            for key, _, value in comments
        }
        rows = "\n".join(line for line in lines if not line.startswith("#")).encode()
        types = dict.fromkeys(("slice_id", "patient_id", "study_id"), pa.string())
        return pv.read_csv(
            io.BytesIO(rows), convert_options=pv.ConvertOptions(column_types=types)
        ), told
    except (pa.ArrowException, UnicodeDecodeError, OSError) as error:
        raise InputError(f"{ROLE} are no readable Parquet file or CSV") from error


def _slices(table: pa.Table) -> dict[str, SliceSaid]:
    names = [*_NEEDED, *([_OF_DISC] if _OF_DISC in table.column_names else [])]
    columns = [table.column(name).to_pylist() for name in names]
    found: dict[str, SliceSaid] = {}
    for row in zip(*columns, strict=True):
        slice_id, patient_id, study_id, level, _, calibrated, *rest = row
        of_disc = rest[0] if rest and not _is_nan(rest[0]) else None
        _refuse_unsound([calibrated, *([] if of_disc is None else [of_disc])], level)
        if slice_id in found:
            raise InputError(f"{ROLE} have slice {slice_id} twice, expected one line a slice")
        found[slice_id] = SliceSaid(
            f"{slice_id}", f"{patient_id}", f"{study_id}", level, float(calibrated), of_disc
        )
    return found


def _is_nan(value: Any) -> bool:  # noqa: ANN401  # a cell of any type
    return isinstance(value, float) and math.isnan(value)


def _refuse_unsound(probabilities: Sequence[object], level: object) -> None:
    for value in probabilities:
        if not isinstance(value, (int, float)) or not 0 <= value <= 1:
            raise InputError(f"{ROLE} hold a value that is no probability, expected 0 to 1")
    if level is not None and (not isinstance(level, int) or not 0 <= level <= 4):
        raise InputError(f"{ROLE} hold a level that is none, expected 0 to 4 or nothing")
