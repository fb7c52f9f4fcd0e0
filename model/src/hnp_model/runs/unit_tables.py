"""What a run says of each disc and each patient: two tables beside that of slices."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from hnp_model.data.slices import UNKNOWN_LEVEL
from hnp_model.measures.prediction_sets import class_p_values, name_sets, patients_needed
from hnp_model.measures.units import Numbers, UnitName, pool_discs
from hnp_model.runs.predictions import Calibrated, Predictions
from hnp_model.runs.val_discs import ValDiscs

TABLES: Mapping[UnitName, str] = {"level": "discs", "patient": "patients"}
"""Unit -> what the table of it is called."""

ERROR_LEVEL_KEY = b"hnp.referral_error"
"""In the metadata: the share of a class that may have its class left out of its set."""

SCHEMA = pa.schema(
    [
        pa.field("patient_id", pa.string(), nullable=False),
        pa.field("study_id", pa.string()),
        pa.field("hospital", pa.string(), nullable=False),
        pa.field("level", pa.int8()),  # of a patient, that of the most probable disc
        pa.field("n_discs", pa.int64()),
        pa.field("n_slices", pa.int64(), nullable=False),
        pa.field("is_patient", pa.bool_()),
        pa.field("probability", pa.float64()),
        pa.field("probability_calibrated", pa.float64()),
        pa.field("called", pa.bool_()),
        pa.field("p_normal", pa.float64()),
        pa.field("p_patient", pa.float64()),
        pa.field("prediction_set", pa.string()),
        pa.field("read_next", pa.int64()),
    ]
)


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """How discs and patients are judged.

    Attributes:
        calibrated: what makes logits and probabilities match frequencies.
        val: the discs of val; None in a run of an older version.
        thresholds: unit -> probability from which on it is called positive.
        error_level: share of a class that may have its class left out of its set.
    """

    calibrated: Calibrated
    val: ValDiscs | None
    thresholds: Mapping[str, float]
    error_level: float

    def known_from(self, unit: UnitName) -> ValDiscs | None:
        """Return what sets of a unit are made from; None where val is too small for any."""
        val = self.val.by_patient() if self.val and unit == "patient" else self.val
        if val is None:
            return None
        counts = [np.unique(val.patient[val.truth == truth]).size for truth in (False, True)]
        return val if min(counts) >= patients_needed(self.error_level) else None


def unit_tables(
    predictions: Predictions, ways: Ways, *, labelled: bool
) -> dict[UnitName, pa.Table]:
    """Return unit -> table, discs and patients by id.

    Slices whose disc is not known are part of no disc; of a patient with such a slice nothing is
    said but how many slices there are.

    Args:
        predictions: of whole patients.
        ways: how they are judged.
        labelled: whether the truth is known.
    """
    discs = _pool(predictions, ways)
    patients = _highest(discs)
    discs = discs[discs["level"] != UNKNOWN_LEVEL].reset_index(drop=True)
    metadata = {**predictions.metadata, ERROR_LEVEL_KEY: str(ways.error_level)}
    by_unit: dict[UnitName, pd.DataFrame] = {"level": discs, "patient": patients}
    return {
        unit: _table(frame if labelled else frame.drop(columns="is_patient"), unit, ways, metadata)
        for unit, frame in by_unit.items()
    }


def with_read_next(table: pa.Table, probability_calibrated: Numbers) -> pa.Table:
    """Return a table of slices with the order of what to read next as its last column."""
    order = pa.array(read_next(probability_calibrated).tolist(), from_pandas=True)
    return table.append_column("read_next", order.cast(pa.int64()))


def read_next(probability: Numbers) -> Numbers:
    """Return in which order to read what a model is least certain of, (row,), 1 first.

    The nearer a calibrated probability is to a half, the more a reader's answer tells; NaN where
    nothing is known.
    """
    distance = np.abs(probability - 0.5)
    order = np.argsort(distance, kind="stable")  # NaN comes last
    rank = np.empty(order.size)
    rank[order] = np.arange(1, order.size + 1)
    return np.where(np.isnan(distance), np.nan, rank)


def _pool(predictions: Predictions, ways: Ways) -> pd.DataFrame:
    """Return a row a disc; `apart` is on the scale that sets are made on."""
    slices = predictions.slices
    pooled = pool_discs(slices, predictions.probability)
    scaled = pool_discs(slices, ways.calibrated.line.apply(predictions.logit))
    first = np.unique(pooled.disc, return_index=True)[1]
    names = ("patient_id", "study_id", "hospital", "level")
    return pd.DataFrame(
        {name: getattr(slices, name)[first] for name in names}
        | {
            "n_slices": np.bincount(pooled.disc),
            "is_patient": np.bincount(pooled.disc, weights=slices.is_patient) > 0,
            "probability": pooled.probability,
            "apart": scaled.probability,
        }
    )


def _highest(discs: pd.DataFrame) -> pd.DataFrame:
    """Return a row a patient: the maximum over discs of each."""
    each = discs.groupby("patient_id", sort=True)
    told = each.agg(
        hospital=("hospital", "first"),
        n_discs=("level", "size"),
        n_slices=("n_slices", "sum"),
        is_patient=("is_patient", "any"),
        probability=("probability", "max"),
        apart=("apart", "max"),
    )
    told["level"] = discs["level"].to_numpy()[each["probability"].idxmax()]
    unknown = each["level"].min() == UNKNOWN_LEVEL
    told["level"] = told["level"].astype(float).mask(unknown)
    told["n_discs"] = told["n_discs"].astype(float).mask(unknown)
    for name in ("probability", "apart"):
        told[name] = told[name].mask(unknown)
    return told.reset_index()


def _table(
    frame: pd.DataFrame, unit: UnitName, ways: Ways, metadata: Mapping[bytes, str]
) -> pa.Table:
    """Return the table of one unit, with the columns that follow from the probability."""
    probability, apart = (frame[name].to_numpy(np.float64) for name in ("probability", "apart"))
    known = ~np.isnan(probability)
    units, threshold = ways.calibrated.units, ways.thresholds[unit]
    calibrated = units.units[unit].apply(probability) if units else apart
    columns = {
        **{name: frame[name].to_numpy() for name in frame.columns},
        "probability_calibrated": calibrated,
        "called": _where(known & ~np.isnan(threshold), probability >= threshold),
        **_sets(unit, apart, ways),
        "read_next": read_next(calibrated),
    }
    fields = [field for field in SCHEMA if field.name in columns or field.name == "is_patient"]
    arrays = [_array(columns.get(field.name), field, len(frame)) for field in fields]
    return pa.table(arrays, schema=pa.schema(fields, metadata=metadata))


def _sets(unit: UnitName, apart: Numbers, ways: Ways) -> dict[str, npt.NDArray[np.object_]]:
    val = ways.known_from(unit)
    names = ("p_normal", "p_patient", "prediction_set")
    known = ~np.isnan(apart)
    told = {name: np.full(apart.size, None, dtype=np.object_) for name in names}
    if val is not None:
        p_values = class_p_values(val.apart, val.truth, val.patient, apart[known])
        told["p_normal"][known], told["p_patient"][known] = p_values.T
        told["prediction_set"][known] = name_sets(p_values, ways.error_level)
    return told


def _where(known: npt.NDArray[np.bool_], values: npt.NDArray[np.bool_]) -> npt.NDArray[np.object_]:
    """Return values, (row,), None where they are not known."""
    told = values.astype(np.object_)
    told[~known] = None
    return told


def _array(values: npt.NDArray[np.generic] | None, field: pa.Field, count: int) -> pa.Array:
    if values is None:
        return pa.nulls(count, field.type)
    return pa.array(values.tolist(), from_pandas=True).cast(field.type)
