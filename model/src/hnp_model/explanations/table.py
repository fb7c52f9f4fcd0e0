"""attributions.parquet: a row a slice that was explained."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hnp_model.data.slices import UNKNOWN_LEVEL
from hnp_model.data.tabular import features_of
from hnp_model.explanations.curves import RANDOM
from hnp_model.explanations.measured import METHODS, Measured
from hnp_model.explanations.regions import REGIONS
from hnp_model.explanations.subject import Subject
from hnp_model.measures.calibration import sigmoid
from hnp_model.runs.predictions import WEIGHTS_KEY

TABLE_FILE = "attributions.parquet"
DATASET_KEY = b"hnp.dataset_id"

Numbers = npt.NDArray[np.float64]


def attribution_table(subject: Subject, measured: Measured) -> pa.Table:
    """Return a row a slice; what is not known, or not asked, is null."""
    slices, count = subject.slices, len(subject.slices)
    drawn = np.zeros(count, dtype=np.bool_)
    drawn[subject.selection.drawn] = True
    sheet = np.full(count, None, dtype=object)
    for name, rows in subject.selection.sheets.items():
        sheet[rows] = name
    level = pa.array(slices.level, mask=slices.level == UNKNOWN_LEVEL)
    truth = pa.nulls(count, pa.bool_()) if subject.truth is None else pa.array(subject.truth)
    known = {
        "slice_id": pa.array(slices.slice_id.tolist()),
        "patient_id": pa.array(slices.patient_id.tolist()),
        "study_id": pa.array(slices.study_id.tolist()),
        "hospital": pa.array(slices.hospital.tolist()),
        "level": level,
        "is_patient": truth,
        "called": pa.array(subject.called),
        "drawn": pa.array(drawn),
        "sheet": pa.array(sheet.tolist(), pa.string()),
    }
    metadata = {WEIGHTS_KEY: subject.weights_sha256, DATASET_KEY: subject.data.dataset_id}
    numbers = {
        name: pa.array(values, from_pandas=True)  # NaN is null
        for name, values in _numbers(measured, features_of(slices)).items()
    }
    return pa.table({**known, **numbers}).replace_schema_metadata(metadata)


def _numbers(measured: Measured, inputs: tuple[str, ...]) -> dict[str, Numbers]:
    shares = measured.input_shares
    found = {
        "logit": measured.logit,
        "probability": sigmoid(measured.logit),
        "baseline_logit": measured.start,
        "completeness_error": measured.missed,
        "added_by_picture": measured.image,
        "picture_share": shares[:, 0],
    }
    for number, name in enumerate(inputs):
        found[f"added_by_{name}"] = measured.tabular[:, number]
        found[f"{name}_share"] = shares[:, number + 1]
    for number, name in enumerate(REGIONS):
        found[f"{name}_area"] = measured.areas[:, number]
        found[f"added_by_{name}"] = measured.regions[:, number]
        for method in METHODS:
            found[f"{method}_{name}"] = measured.shares[method][:, number]
    for order in (*METHODS, RANDOM):
        found[f"{order}_deletion_auc"] = measured.curves[order].deletion
        found[f"{order}_insertion_auc"] = measured.curves[order].insertion
    for method in METHODS:
        found[f"{method}_random_weights_correlation"] = measured.alike[method]
    return found
