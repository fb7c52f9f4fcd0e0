"""A run that was evaluated, read back from its folder."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hnp_model.data.slices import Strings
from hnp_model.measures.units import UNITS, Scores, UnitName, score_units
from hnp_model.runs.evaluations import EVALUATIONS_FOLDER, Kept, find_kept
from hnp_model.runs.predictions import MEMBER_PREFIX
from hnp_model.runs.run_config import RunConfig
from hnp_model.runs.run_folder import (
    CALIBRATION_FILE,
    CONFIG_FILE,
    DIGEST_KEYS,
    METRICS_FILE,
    PREDICTIONS_FILE,
    WEIGHTS_FILE,
    RunFolder,
)
from hnp_model.runs.typed_record import DAMAGED_JSON
from hnp_shared.bounded_parquet import read_parquet
from hnp_shared.errors import InputError
from hnp_shared.plain_json import plain_json

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
        training: whether the fit has used any of it.
        leaks: whether figures are too good because of leakage.
        weights_sha256: of the weights that said it.
        config: of the run; None for an evaluation that lies apart from its run.
        members: probabilities of the members whose mean ``probability`` is; () where it is one's.
    """

    slice_id: Strings
    patient_id: Strings
    study_id: Strings
    level: npt.NDArray[np.int8]
    is_patient: npt.NDArray[np.bool_]
    probability: npt.NDArray[np.float64]
    thresholds: Mapping[UnitName, float]
    remarks: tuple[str, ...]
    training: bool = False
    leaks: bool = False
    weights_sha256: str = ""
    config: RunConfig | None = None
    members: tuple[npt.NDArray[np.float64], ...] = ()

    def __len__(self) -> int:
        return self.slice_id.size

    @property
    def patient_count(self) -> int:
        """Number of distinct patients."""
        return np.unique(self.patient_id).size

    def scores(self, unit: UnitName) -> Scores:
        """Return the scores of one unit; the same slices number patients alike."""
        return score_units(unit, self, self.probability)

    def scores_by_member(self, unit: UnitName) -> list[Scores]:
        """Return the same of each member."""
        return [score_units(unit, self, probability) for probability in self.members]

    def truths(self) -> dict[str, tuple[object, ...]]:
        """Return slice_id -> patient, study, level and truth."""
        columns = (self.patient_id, self.study_id, self.level, self.is_patient)
        told = zip(*(column.tolist() for column in columns), strict=True)
        return dict(zip(self.slice_id.tolist(), told, strict=True))


def find_evaluations(path: Path, part: str, which: str) -> tuple[Kept, ...]:
    """Return the evaluations that judge a part: of a run, or the one in the folder given.

    Args:
        path: of a run, or of an evaluation.
        part: the part wanted.
        which: how messages call it ("first").

    Raises:
        InputError: neither, or not evaluated on the part.
    """
    folder = RunFolder(path)
    if folder.has(CONFIG_FILE) or not folder.has(METRICS_FILE):
        folder.config()  # refuses what is no run
    kept = find_kept(path, part)
    if not kept:
        _refuse_other_part(folder, part, which)
    return kept


def read_evaluated(folder: RunFolder, part: str, which: str) -> Evaluated:
    """Read what an evaluation says of a part.

    Args:
        folder: of the evaluation.
        part: the part wanted.
        which: how messages call it ("first").

    Raises:
        InputError: not evaluated on the part, or damaged.
        StorageError: a file could not be read.
    """
    metrics, predictions = read_evaluation(folder, which)
    try:
        table = read_parquet(predictions, size=len(predictions), role=PREDICTIONS_FILE)
        found = _parse(table.to_pandas(use_threads=False), metrics, part, which)
    except (pa.ArrowException, OSError, MemoryError, *DAMAGED_JSON) as error:
        raise _damaged(which) from error
    run = _run_of(folder)
    return replace(found, config=run.config()) if run else found


def _refuse_other_part(folder: RunFolder, part: str, which: str) -> None:
    metrics, _ = read_evaluation(folder, which)
    judged = " and ".join(name for name, said in metrics.items() if isinstance(said, dict))
    raise InputError(
        f"the {which} run was evaluated on {judged}, expected {part}: evaluate it on that part, "
        "or ask for one that it has"
    )


def read_evaluation(folder: RunFolder, which: str) -> tuple[dict[str, Any], bytes]:
    """Return the figures of an evaluation, and the predictions that they are about.

    Args:
        folder: the run.
        which: how messages call it ("first").

    Raises:
        InputError: it was not evaluated, or figures and what lies beside them do not belong
            together: an evaluation was killed, or the fit went on since.
        StorageError: a file could not be read.
    """
    for name in (PREDICTIONS_FILE, METRICS_FILE):
        if not folder.has(name):
            raise InputError(f"the {which} run has no {name}, expected an evaluated one")
    predictions = folder.read(PREDICTIONS_FILE)
    try:
        metrics = plain_json(folder.read(METRICS_FILE))
        named = {file: metrics.get(key) for file, key in DIGEST_KEYS.items()}
    except DAMAGED_JSON as error:
        raise _damaged(which) from error
    if not (named[PREDICTIONS_FILE] and named[WEIGHTS_FILE]):
        raise InputError(
            f"the {which} run's {METRICS_FILE} does not name the predictions and weights that it "
            "is about, as earlier versions did not; evaluate it again"
        )
    for file, content in _beside(folder, predictions).items():
        if named[file] != hashlib.sha256(content).hexdigest():
            raise InputError(
                f"the {which} run's {METRICS_FILE} is not about the {file} that lies beside it: "
                "an evaluation was stopped, the fit went on or the file was changed; "
                "evaluate it again"
            )
    return metrics, predictions


def _beside(folder: RunFolder, predictions: bytes) -> dict[str, bytes]:
    """Return the content of each file that figures belong to."""
    found = {PREDICTIONS_FILE: predictions}
    run = _run_of(folder)
    if run:
        found[WEIGHTS_FILE] = run.read(WEIGHTS_FILE)
        if run.has(CALIBRATION_FILE):  # earlier versions wrote none
            found[CALIBRATION_FILE] = run.read(CALIBRATION_FILE)
    # No figure comes from a page: who hands a run on may leave them out.
    pages = [file for file in DIGEST_KEYS if file not in (*found, WEIGHTS_FILE, CALIBRATION_FILE)]
    return found | {file: folder.read(file) for file in pages if folder.has(file)}


def _run_of(folder: RunFolder) -> RunFolder | None:
    """Return the run that an evaluation lies in; None when it lies elsewhere."""
    path = folder.path.absolute()
    above = RunFolder(path.parent.parent)
    if folder.has(CONFIG_FILE):
        return folder
    return above if path.parent.name == EVALUATIONS_FOLDER and above.has(CONFIG_FILE) else None


def _damaged(which: str) -> InputError:
    return InputError(f"the {which} run's evaluation is damaged; evaluate it again")


def _parse(table: Any, metrics: Any, part: str, which: str) -> Evaluated:  # noqa: ANN401
    missing = sorted({*COLUMNS, "part"} - set(table.columns))
    if missing:
        raise InputError(
            f"the {which} run's {PREDICTIONS_FILE} has no {', '.join(missing)}; evaluate it again"
        )
    here = table[table["part"] == part]
    text = {name: here[name].to_numpy(dtype=np.str_) for name in COLUMNS[:3]}
    return Evaluated(
        **text,
        level=here["level"].to_numpy(dtype=np.int8),
        is_patient=here["is_patient"].to_numpy(dtype=np.bool_),
        probability=here["probability"].to_numpy(dtype=np.float64),
        thresholds={unit: float(metrics[part][unit]["threshold"]) for unit in UNITS},
        remarks=tuple(map(str, metrics[part]["about"]["remarks"])),
        training=metrics[part]["about"].get("training") is True,
        leaks=metrics[part]["about"].get("leaks") is True,
        weights_sha256=str(metrics[DIGEST_KEYS[WEIGHTS_FILE]]),
        members=tuple(
            here[name].to_numpy(dtype=np.float64)
            for name in table.columns
            if name.startswith(MEMBER_PREFIX)
        ),
    )
