"""predictions.parquet: what the model says of each slice, next to the truth."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from hnp_model.data.slices import Slices, Strings
from hnp_model.measures.calibration import METHOD, Calibration, sigmoid
from hnp_model.measures.code_rows import call_codes
from hnp_model.measures.units import UNITS, Scores, UnitName, score_units
from hnp_model.runs.calibrations import CALIBRATED_UNITS, Calibrations
from hnp_model.runs.run_folder import PREDICTIONS_FILE, RunFolder
from hnp_model.settings.codes import CodeTarget
from hnp_shared.storage import Disk, Sink, replace_file

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
        pa.field("level_probability_calibrated", pa.float64()),  # of the slice's disc
        pa.field("patient_probability_calibrated", pa.float64()),  # of its patient
    ]
)


MEMBER_PREFIX = "probability_member_"
"""Columns of what each member of several seeds says, from 1."""

CODE_PREFIX = "probability_code_"
"""Columns of the probability of each label code, where the run tells them apart."""

CALLED_CODE = "code_predicted"

WEIGHTS_KEY = b"hnp.weights_sha256"
"""In the metadata of a table of predictions: the digest of the weights that made them."""

DATASET_KEY = b"hnp.dataset_id"
"""In the metadata of what predict writes: which data set was judged."""

LACKING_KEY = b"hnp.lacking_inputs"
"""In the metadata, where there are any: inputs that train had and no slice judged has."""


@dataclass(frozen=True, slots=True, eq=False)
class CodesSaid:
    """What a run says of label codes.

    Attributes:
        codes: of the run, in their order.
        members: (member, slice, code), probabilities; their mean counts.
    """

    codes: CodeTarget
    members: npt.NDArray[np.float64]

    def columns(self) -> dict[str, pa.Array]:
        """Return what predictions.parquet gains."""
        mean = self.members.mean(axis=0)
        called = np.array(self.codes.classes)[call_codes(self.codes.model, mean)]
        each = zip(self.codes.classes, mean.T, strict=True)
        return {
            CALLED_CODE: pa.array(called.tolist(), pa.string()),
            **{f"{CODE_PREFIX}{code}": pa.array(values) for code, values in each},
        }


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """The logit of each slice; every array is (slice,).

    Attributes:
        weights_sha256: of the model.safetensors that they come from.
        lacking: inputs that train had and none of the slices has.
        members: (member, slice), logits of the members whose mean the model is; None: it is one.
        codes: what is said of label codes; None where the run knows none.
        dataset_id: of the data set judged, where a table is to say so.
    """

    slices: Slices
    part: Strings
    logit: npt.NDArray[np.float64]
    weights_sha256: str
    lacking: tuple[str, ...] = ()
    members: npt.NDArray[np.float64] | None = None
    codes: CodesSaid | None = None
    dataset_id: str | None = None

    @property
    def by_member(self) -> tuple[npt.NDArray[np.float64], ...]:
        """The probability of each member, (slice,); () where the model is one."""
        return () if self.members is None else tuple(sigmoid(logit) for logit in self.members)

    @property
    def probability(self) -> npt.NDArray[np.float64]:
        """The uncalibrated sigmoid, which all figures are about."""
        return sigmoid(self.logit)

    def scores(self) -> dict[UnitName, Scores]:
        """Return unit -> scores."""
        return {unit: score_units(unit, self.slices, self.probability) for unit in UNITS}

    def of_part(self, part: str) -> "Predictions":
        """Return those of one part."""
        here = self.part == part
        members = None if self.members is None else self.members[:, here]
        codes = self.codes and replace(self.codes, members=self.codes.members[:, here])
        return replace(
            self,
            slices=self.slices.take(here),
            part=self.part[here],
            logit=self.logit[here],
            members=members,
            codes=codes,
        )

    @property
    def metadata(self) -> dict[bytes, str]:
        """What a table of them says beside its columns."""
        lacking = {LACKING_KEY: ", ".join(self.lacking)} if self.lacking else {}
        judged = {DATASET_KEY: self.dataset_id} if self.dataset_id else {}
        return {WEIGHTS_KEY: self.weights_sha256, **lacking, **judged}


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What makes logits and the probabilities of discs and patients match frequencies.

    Attributes:
        line: of slices.
        units: of discs and patients; None in a run of an older version.
    """

    line: Calibration
    units: Calibrations | None

    def method(self, unit: UnitName) -> str:
        """Return what calibrates a unit."""
        if unit in CALIBRATED_UNITS and self.units:
            return self.units.units[unit].method
        return METHOD

    def scores(self, predictions: Predictions) -> dict[UnitName, Scores]:
        """Return unit -> calibrated scores; of slices put together where the run has no other."""
        line = self.line.apply(predictions.logit)
        found = {unit: score_units(unit, predictions.slices, line) for unit in UNITS}
        if self.units:
            for unit in CALIBRATED_UNITS:
                plain = score_units(unit, predictions.slices, predictions.probability)
                probability = self.units.units[unit].apply(plain.probability)
                found[unit] = Scores(probability, plain.truth, plain.patient)
        return found

    def columns(self, predictions: Predictions) -> dict[str, pa.Array]:
        """Return the calibrated columns; null where a disc, or the run's calibration, is unknown.

        Args:
            predictions: of whole patients.
        """
        count = len(predictions.slices)
        told = (
            self.units.by_slice(predictions.slices, predictions.probability)
            if self.units
            else dict.fromkeys(CALIBRATED_UNITS, np.full(count, np.nan))
        )
        return {
            "probability_calibrated": pa.array(self.line.apply(predictions.logit)),
            **{
                f"{unit}_probability_calibrated": pa.array(values, from_pandas=True)
                for unit, values in told.items()
            },
        }


def write_predictions(folder: RunFolder, predictions: Predictions, calibrated: Calibrated) -> str:
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
            "study_id": slices.study_id.tolist(),
            **calibrated.columns(predictions),
        },
        schema=SCHEMA.with_metadata(predictions.metadata),
    )
    for number, probability in enumerate(predictions.by_member, 1):
        table = table.append_column(f"{MEMBER_PREFIX}{number}", pa.array(probability))
    table = _with_codes(table, predictions)
    return _write(folder.path / PREDICTIONS_FILE, table, PREDICTIONS_FILE, folder.disk)


def table_beside(known: pa.Table, predictions: Predictions, calibrated: Calibrated) -> pa.Table:
    """Return predictions beside what a manifest knows, which may be no level and no truth.

    Args:
        known: the manifest, rows as in ``predictions``.
        predictions: of all its slices.
        calibrated: what the run calibrates by.
    """
    told = {
        "part": predictions.part.tolist(),
        "logit": predictions.logit,
        "probability": predictions.probability,
        **calibrated.columns(predictions),
    }
    schema = pa.schema(
        [field.with_nullable(field.nullable or field.name not in told) for field in SCHEMA],
        metadata=predictions.metadata,
    )
    columns = {name: told[name] if name in told else known.column(name) for name in schema.names}
    return _with_codes(pa.table(columns, schema=schema), predictions)


def _with_codes(table: pa.Table, predictions: Predictions) -> pa.Table:
    for name, values in (predictions.codes.columns() if predictions.codes else {}).items():
        table = table.append_column(name, values)
    return table


def _write(path: Path, table: pa.Table, role: str, disk: Disk) -> str:
    def fill(sink: Sink) -> None:
        pq.write_table(table, pa.PythonFile(sink, mode="w"), compression="zstd")

    return replace_file(path, fill, role=role, disk=disk).sha256
