"""predictions.parquet: what the model says of each slice, next to the truth."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from hnp_model.calibration import Calibration, sigmoid
from hnp_model.run_folder import PREDICTIONS_FILE, RunFolder
from hnp_model.slices import Slices, Strings
from hnp_shared.storage import Sink, replace_file

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


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """The logit of each slice; every array is (slice,)."""

    slices: Slices
    part: Strings
    logit: npt.NDArray[np.float64]

    @property
    def probability(self) -> npt.NDArray[np.float64]:
        """The uncalibrated sigmoid, which all figures are about."""
        return sigmoid(self.logit)

    def of_part(self, part: str) -> "Predictions":
        """Return those of one part."""
        here = self.part == part
        return Predictions(self.slices.take(here), self.part[here], self.logit[here])


def write_predictions(
    folder: RunFolder, predictions: Predictions, calibration: Calibration
) -> None:
    """Write predictions.parquet, in the order of the manifest within each part."""
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
        schema=SCHEMA,
    )

    def fill(sink: Sink) -> None:
        pq.write_table(table, pa.PythonFile(sink, mode="w"), compression="zstd")

    replace_file(folder.path / PREDICTIONS_FILE, fill, role=PREDICTIONS_FILE, disk=folder.disk)
