"""predictions.parquet: what the model says of each slice, next to the truth."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from hnp_model.data.slices import Slices, Strings
from hnp_model.measures.calibration import Calibration, sigmoid
from hnp_model.runs.run_folder import PREDICTIONS_FILE, RunFolder
from hnp_shared.storage import DISK, Disk, Sink, replace_file

SCHEMA = pa.schema(
    [
        pa.field("slice_id", pa.string(), nullable=False),
        pa.field("patient_id", pa.string(), nullable=False),
        pa.field("hospital", pa.string(), nullable=False),
        pa.field("level", pa.int8(), nullable=False),
        pa.field("part", pa.string(), nullable=False),
        pa.field("is_patient", pa.bool_(), nullable=False),
        pa.field("logit", pa.float64(), nullable=False),
        pa.field("probability", pa.float64(), nullable=False),
        pa.field("probability_calibrated", pa.float64(), nullable=False),
        pa.field("study_id", pa.string(), nullable=False),  # or a disc cannot be put together
    ]
)


MEMBER_PREFIX = "probability_member_"
"""Columns of what each member of several seeds says, from 1."""

WEIGHTS_KEY = b"hnp.weights_sha256"
"""In the metadata of a table of predictions: the digest of the weights that made them."""


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """The logit of each slice; every array is (slice,).

    Attributes:
        weights_sha256: of the model.safetensors that they come from.
        members: (member, slice), logits of the members whose mean the model is; None: it is one.
    """

    slices: Slices
    part: Strings
    logit: npt.NDArray[np.float64]
    weights_sha256: str
    members: npt.NDArray[np.float64] | None = None

    @property
    def by_member(self) -> tuple[npt.NDArray[np.float64], ...]:
        """The probability of each member, (slice,); () where the model is one."""
        return () if self.members is None else tuple(sigmoid(logit) for logit in self.members)

    @property
    def probability(self) -> npt.NDArray[np.float64]:
        """The uncalibrated sigmoid, which all figures are about."""
        return sigmoid(self.logit)

    def of_part(self, part: str) -> "Predictions":
        """Return those of one part."""
        here = self.part == part
        members = None if self.members is None else self.members[:, here]
        return Predictions(
            self.slices.take(here), self.part[here], self.logit[here], self.weights_sha256, members
        )


def write_predictions(folder: RunFolder, predictions: Predictions, calibration: Calibration) -> str:
    """Write predictions.parquet, in the order of the manifest within each part.

    Returns:
        Its sha256.
    """
    slices = predictions.slices
    table = pa.table(
        {
            "slice_id": slices.slice_id.tolist(),
            "patient_id": slices.patient_id.tolist(),
            "hospital": slices.hospital.tolist(),
            "level": slices.level,
            "part": predictions.part.tolist(),
            "is_patient": slices.is_patient,
            "logit": predictions.logit,
            "probability": predictions.probability,
            "probability_calibrated": calibration.apply(predictions.logit),
            "study_id": slices.study_id.tolist(),
        },
        schema=SCHEMA.with_metadata({WEIGHTS_KEY: predictions.weights_sha256}),
    )
    for number, probability in enumerate(predictions.by_member, 1):
        table = table.append_column(f"{MEMBER_PREFIX}{number}", pa.array(probability))

    return _write(folder.path / PREDICTIONS_FILE, table, PREDICTIONS_FILE, folder.disk)


def write_beside(
    target: Path, known: pa.Table, predictions: Predictions, calibration: Calibration
) -> None:
    """Write the table of `table_beside`."""
    _write(target, table_beside(known, predictions, calibration), "the predictions", DISK)


def table_beside(known: pa.Table, predictions: Predictions, calibration: Calibration) -> pa.Table:
    """Return predictions beside what a manifest knows, which may be no level and no truth.

    Args:
        known: the manifest, rows as in ``predictions``.
        predictions: of all its slices.
        calibration: from logits to calibrated ones.
    """
    told = {
        "part": predictions.part.tolist(),
        "logit": predictions.logit,
        "probability": predictions.probability,
        "probability_calibrated": calibration.apply(predictions.logit),
    }
    schema = pa.schema(
        [field.with_nullable(field.name not in told) for field in SCHEMA],
        metadata={WEIGHTS_KEY: predictions.weights_sha256},
    )
    columns = {name: told[name] if name in told else known.column(name) for name in schema.names}
    return pa.table(columns, schema=schema)


def _write(path: Path, table: pa.Table, role: str, disk: Disk) -> str:
    def fill(sink: Sink) -> None:
        pq.write_table(table, pa.PythonFile(sink, mode="w"), compression="zstd")

    return replace_file(path, fill, role=role, disk=disk).sha256
