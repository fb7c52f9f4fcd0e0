"""A run that was evaluated, read back from its folder."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from hnp_model.run_folder import METRICS_FILE, PREDICTIONS_FILE, RunFolder
from hnp_model.slices import Strings
from hnp_model.units import UNITS, Scores, UnitName, score_units
from hnp_shared.errors import InputError

COLUMNS = ("slice_id", "patient_id", "study_id", "level", "is_patient", "probability")


@dataclass(frozen=True, slots=True, eq=False)
class Evaluated:
    """What a run said of one part; every array is (slice,).

    Attributes:
        slice_id: unique.
        patient_id: the person.
        study_id: the study.
        level: disc, 0..4.
        is_patient: the truth.
        probability: the uncalibrated sigmoid.
        thresholds: unit -> threshold the figures were made with.
        remarks: what the evaluation remarked.
    """

    slice_id: Strings
    patient_id: Strings
    study_id: Strings
    level: npt.NDArray[np.int8]
    is_patient: npt.NDArray[np.bool_]
    probability: npt.NDArray[np.float64]
    thresholds: Mapping[UnitName, float]
    remarks: tuple[str, ...]

    def __len__(self) -> int:
        return self.slice_id.size

    @property
    def patient_count(self) -> int:
        """Number of distinct patients."""
        return np.unique(self.patient_id).size

    def scores(self, unit: UnitName) -> Scores:
        """Return the scores of one unit; the same slices number patients alike."""
        return score_units(unit, self, self.probability)

    def truths(self) -> dict[str, tuple[object, ...]]:
        """Return slice_id -> patient, study, level and truth."""
        columns = (self.patient_id, self.study_id, self.level, self.is_patient)
        told = zip(*(column.tolist() for column in columns), strict=True)
        return dict(zip(self.slice_id.tolist(), told, strict=True))


def read_evaluated(run: Path, part: str, which: str) -> Evaluated:
    """Read what a run said of a part.

    Args:
        run: its folder.
        part: the part wanted.
        which: how messages call it ("first").

    Raises:
        InputError: no run, or not evaluated on the part.
        StorageError: a file could not be read.
    """
    folder = RunFolder(run)
    folder.config()  # refuses what is no run
    for name in (PREDICTIONS_FILE, METRICS_FILE):
        if not (run / name).exists():
            raise InputError(f"the {which} run has no {name}, expected an evaluated one")
    try:
        table = pq.read_table(pa.BufferReader(folder.read(PREDICTIONS_FILE)))
        metrics = json.loads(folder.read(METRICS_FILE))
        return _parse(table.to_pandas(), metrics, part, which)
    except (pa.ArrowException, ValueError, KeyError, TypeError) as error:
        raise InputError(f"the {which} run's evaluation is damaged; evaluate it again") from error


def _parse(table: Any, metrics: Any, part: str, which: str) -> Evaluated:  # noqa: ANN401
    missing = sorted({*COLUMNS, "part"} - set(table.columns))
    if missing:
        raise InputError(
            f"the {which} run's {PREDICTIONS_FILE} has no {', '.join(missing)}; evaluate it again"
        )
    if part not in metrics:
        raise InputError(
            f"the {which} run was evaluated on {' and '.join(metrics)}, expected {part}"
        )
    here = table[table["part"] == part]
    text = {name: here[name].to_numpy(dtype=np.str_) for name in COLUMNS[:3]}
    return Evaluated(
        **text,
        level=here["level"].to_numpy(dtype=np.int8),
        is_patient=here["is_patient"].to_numpy(dtype=np.bool_),
        probability=here["probability"].to_numpy(dtype=np.float64),
        thresholds={unit: float(metrics[part][unit]["threshold"]) for unit in UNITS},
        remarks=tuple(metrics[part].get("about", {}).get("remarks", ())),
    )
