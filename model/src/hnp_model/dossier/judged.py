"""A model and what was found of it on one part, as its files say."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hnp_model.measures.units import UNITS, Scores, UnitName, score_units
from hnp_model.runs.evaluated import Evaluated, find_evaluations, read_evaluated, read_evaluation
from hnp_model.runs.evaluations import EVALUATIONS_FOLDER, Kept, choose_alike
from hnp_model.runs.referral import ValScores, read_val_scores
from hnp_model.runs.run_config import RunConfig
from hnp_model.runs.run_folder import APPLIED_CARD_FILE, HISTORY_FILE, RunFolder
from hnp_model.runs.typed_record import DAMAGED_JSON
from hnp_shared.errors import InputError

_CALIBRATED: Mapping[UnitName, str] = {
    "slice": "probability_calibrated",
    "level": "level_probability_calibrated",
    "patient": "patient_probability_calibrated",
}
"""Column of predictions.parquet that holds a unit's calibrated probability."""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A run on one part.

    Attributes:
        name: of its folder.
        config: of the run.
        part: what it was judged on.
        figures: of that part, as metrics.json has them.
        val_figures: of the part that thresholds were chosen on; None where it is not judged.
        evaluated: what it said.
        calibrated: (slice,) by unit; None where the run has no calibration of the unit.
        val: calibrated scores of val's patients, which referral is judged by.
        history: of the fit, a mapping a line of history.csv.
        card: what card.json says; None where an earlier version has written none.
    """

    name: str
    config: RunConfig
    part: str
    figures: Mapping[str, Any]
    val_figures: Mapping[str, Any] | None
    evaluated: Evaluated
    calibrated: Mapping[UnitName, Numbers]
    val: ValScores
    history: tuple[Mapping[str, str], ...]
    card: Mapping[str, Any] | None

    @property
    def is_elsewhere(self) -> bool:
        """Whether it was judged on another data set than it was trained on."""
        return bool(self.figures["about"]["dataset_id"] != self.config.data.dataset_id)

    def scores_calibrated(self, unit: UnitName) -> Scores | None:
        """Return what the run says of a unit after calibration."""
        if unit not in self.calibrated:
            return None
        return score_units(unit, self.evaluated, self.calibrated[unit])

    def scores_calibrated_by_line(self) -> Scores | None:
        """Return patients put together of calibrated slices, as referral judges them."""
        if "slice" not in self.calibrated:
            return None
        return score_units("patient", self.evaluated, self.calibrated["slice"])


def read_judged(paths: Sequence[Path], part: str) -> tuple[Judged, ...]:
    """Return the runs; those of their evaluations that are about the same, if any are.

    Raises:
        InputError: one was not evaluated on the part, stands twice, or its files are damaged.
        StorageError: a file could not be read.
    """
    names = ["first"] if len(paths) == 1 else [f"{each.name}" for each in paths]
    kept = [find_evaluations(path, part, name) for path, name in zip(paths, names, strict=True)]
    alike = choose_alike(kept, part) if len(kept) > 1 else None
    folders = alike or tuple(_about(one, part).folder for one in kept)
    if len({folder.path.resolve() for folder in folders}) < len(folders):
        raise InputError("a run stands twice, expected each once: it cannot be better than itself")
    return tuple(_read(folder, part, name) for folder, name in zip(folders, names, strict=True))


def _about(kept: Sequence[Kept], part: str) -> Kept:
    """Return the evaluation whose remarks are about the part; val comes along with others."""
    return next((one for one in kept if one.subject.part == part), kept[0])


def _read(folder: RunFolder, part: str, which: str) -> Judged:
    evaluated = read_evaluated(folder, part, which)
    metrics, predictions = read_evaluation(folder, which)
    if evaluated.config is None:
        raise InputError(
            f"the {which} evaluation lies apart from its run, expected a run, or a folder of its "
            f"{EVALUATIONS_FOLDER}/"
        )
    run = folder if folder.path.absolute().parent.name != EVALUATIONS_FOLDER else _above(folder)
    inside = "" if run is folder else f"/{folder.path.name}"
    try:
        found = metrics[part]
        for unit in UNITS:  # what all that follows is made of
            found[unit]["auc"]["value"], found["about"]["dataset_id"]
        val = metrics.get("val")
    except DAMAGED_JSON as error:
        raise InputError(f"the {which} run's evaluation is damaged; evaluate it again") from error
    return Judged(
        name=f"{run.path.absolute().name}{inside}",
        config=evaluated.config,
        part=part,
        figures=found,
        val_figures=val if part != "val" else None,
        evaluated=evaluated,
        calibrated=_calibrated(predictions, part),
        val=read_val_scores(run),
        history=_history(run),
        card=_card(folder, which),
    )


def _above(folder: RunFolder) -> RunFolder:
    return RunFolder(folder.path.absolute().parent.parent)


def _calibrated(predictions: bytes, part: str) -> dict[UnitName, Numbers]:
    """Return the calibrated columns that are there and whole, in the order of `Evaluated`."""
    table = pq.ParquetFile(pa.BufferReader(predictions)).read(use_threads=False)
    rows = table.filter(pc.equal(table.column("part"), part))
    found = {}
    for unit, name in _CALIBRATED.items():
        if name in rows.column_names and not rows.column(name).null_count:
            found[unit] = rows.column(name).to_numpy().astype(np.float64)
    return found


def _history(run: RunFolder) -> tuple[Mapping[str, str], ...]:
    if not run.has(HISTORY_FILE):
        return ()
    text = run.read(HISTORY_FILE).decode("utf-8", "replace")
    return tuple(csv.DictReader(io.StringIO(text)))


def _card(folder: RunFolder, which: str) -> Mapping[str, Any] | None:
    if not folder.has(APPLIED_CARD_FILE):
        return None
    try:
        found: Mapping[str, Any] = json.loads(folder.read(APPLIED_CARD_FILE))["AppliedModelCard"]
    except DAMAGED_JSON as error:
        raise InputError(f"the {which} run's {APPLIED_CARD_FILE} is damaged") from error
    return found
