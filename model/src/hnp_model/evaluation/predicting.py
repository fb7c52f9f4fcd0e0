"""From a run and any data set, labelled or not, to a table of what the model says."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from hnp_model.data.slices import read_slices
from hnp_model.evaluation.evaluation import predict, refuse_other_pixels, result_of
from hnp_model.report.remarks import remarks_on_prediction
from hnp_model.runs.predictions import SCHEMA, WEIGHTS_KEY, Predictions
from hnp_model.runs.run_config import FitResult, describe_dataset
from hnp_model.runs.run_folder import RunFolder
from hnp_model.runs.seen import find_seen
from hnp_model.settings import ALL
from hnp_shared.dataset import Dataset, open_dataset
from hnp_shared.places import refuse_place
from hnp_shared.storage import Sink, replace_file


@dataclass(frozen=True, slots=True)
class Predicted:
    """What was written.

    Attributes:
        slice_count: rows.
        patient_count: distinct patients.
        called: slices at or above the run's threshold by slice.
        threshold: that threshold.
        remarks: what a reader should know first.
    """

    slice_count: int
    patient_count: int
    called: int
    threshold: float
    remarks: tuple[str, ...]


def predict_dataset(
    run: Path, out: Path, target: Path, *, allow_mismatch: bool, force: bool = False
) -> Predicted:
    """Write what the run says of each slice of ``out``, in the order of the manifest.

    Columns are those of predictions.parquet; part is ``all``, and level and is_patient are null
    where the data set has none.

    Raises:
        InputError: no finished run, no data set, or other pixels than those trained on.
        OutputError: the file exists and ``force`` is not given, or it would lie in a data set.
        StorageError: a read or write failed.
    """
    refuse_place(target, force=force)
    dataset = open_dataset(out)
    folder = RunFolder(run)
    config = folder.config()
    result = result_of(config)
    data = describe_dataset(dataset.info)
    refuse_other_pixels(config.data, data, allow=allow_mismatch)
    slices = read_slices(dataset, labelled=False)
    parts = np.full(len(slices), ALL)
    predictions = predict(folder, config, dataset, slices, parts)
    _write(target, dataset, predictions, result)
    threshold = result.thresholds["slice"]
    return Predicted(
        slice_count=len(slices),
        patient_count=np.unique(slices.patient_id).size,
        called=int((predictions.probability >= threshold).sum()),
        threshold=threshold,
        remarks=remarks_on_prediction(config, data, find_seen(folder, slices, parts)),
    )


def _write(target: Path, dataset: Dataset, predictions: Predictions, result: FitResult) -> None:
    told = {
        "part": predictions.part.tolist(),
        "logit": predictions.logit,
        "probability": predictions.probability,
        "probability_calibrated": result.calibration.apply(predictions.logit),
    }
    known = dataset.manifest()
    schema = pa.schema(
        [field.with_nullable(field.name not in told) for field in SCHEMA],
        metadata={WEIGHTS_KEY: predictions.weights_sha256},
    )
    columns = {name: told[name] if name in told else known.column(name) for name in schema.names}
    table = pa.table(columns, schema=schema)

    def fill(sink: Sink) -> None:
        pq.write_table(table, pa.PythonFile(sink, mode="w"), compression="zstd")

    replace_file(target, fill, role="the predictions")
