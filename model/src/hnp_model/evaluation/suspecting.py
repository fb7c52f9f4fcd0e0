"""Labels that are likely wrong, by what folds say of discs that they have not seen."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from hnp_model.evaluation.cross_validation import CROSSVAL_FILE
from hnp_model.measures.label_doubts import doubt
from hnp_model.measures.units import PRIMARY_UNIT, pool_discs
from hnp_model.runs.calibrations import read_calibrations
from hnp_model.runs.evaluated import Evaluated, read_evaluated
from hnp_model.runs.run_folder import RunFolder
from hnp_model.runs.typed_record import DAMAGED_JSON
from hnp_shared.corrections import defused
from hnp_shared.dataset import Dataset, open_dataset
from hnp_shared.errors import InputError
from hnp_shared.places import refuse_place
from hnp_shared.plain_json import plain_json
from hnp_shared.storage import DISK, replace_file

COLUMNS = (
    *("rank", "patient_id", "level", "slice_id", "label", "label_code", "probability", "margin"),
    *("fold", "study_id", "hospital"),
)
DISC = ["patient_id", "study_id", "level"]
LABELS = {True: "patient", False: "normal"}


@dataclass(frozen=True, slots=True)
class Suspects:
    """What was written.

    Attributes:
        folds: number of folds.
        discs: discs that some fold has judged unseen.
        patients: patients that they belong to.
        expected: labels that are wrong by confident learning's count, which is rough.
        written: discs in the file.
        file: where they lie.
    """

    folds: int
    discs: int
    patients: int
    expected: int
    written: int
    file: str

    @property
    def base_rate(self) -> float:
        """Share of wrong labels among discs picked at random, by the same count."""
        return self.expected / self.discs

    def to_plain(self) -> dict[str, object]:
        """Return what --json prints."""
        names = ("folds", "discs", "patients", "expected", "base_rate", "written", "file")
        return {name: getattr(self, name) for name in names}


def find_suspects(crossval: Path, out: Path, file: Path, *, top: int, force: bool) -> Suspects:
    """Write the discs whose labels are doubted most, a row a slice, the likeliest wrong first.

    Args:
        crossval: folder of a finished cross-validation.
        out: the data set that it was made on.
        file: the CSV to write.
        top: discs to write at most.
        force: whether the file may be written over.

    Raises:
        InputError: no finished cross-validation, or of another data set.
        OutputError: the file exists or lies in a data set.
        StorageError: a read or write failed.
    """
    refuse_place(file, force=force)
    dataset = open_dataset(out)
    names = _fold_names(crossval, dataset.info.dataset_id)
    discs = pd.concat([_doubts_of(crossval, name) for name in names], ignore_index=True)
    if discs.duplicated(DISC).any():
        raise InputError("the folds judge one disc twice, expected each in one test part")
    order = np.lexsort((*(discs[name] for name in reversed(DISC)), -discs["margin"]))
    ranked = discs.iloc[order[:top]].reset_index(drop=True)
    ranked["rank"] = ranked.index + 1
    _write(file, _rows_of(ranked, dataset))
    return Suspects(
        folds=len(names),
        discs=len(discs),
        patients=discs["patient_id"].nunique(),
        expected=int(discs["off"].sum()),
        written=len(ranked),
        file=str(file),
    )


def _fold_names(crossval: Path, dataset_id: str) -> list[str]:
    folder = RunFolder(crossval)
    if not folder.has(CROSSVAL_FILE):
        raise InputError(f"found no {CROSSVAL_FILE}, expected the folder of a finished crossval")
    try:
        found = plain_json(folder.read(CROSSVAL_FILE))
        judged, names = str(found["dataset_id"]), list(map(str, found["folds"]))
    except DAMAGED_JSON as error:
        raise InputError(f"{CROSSVAL_FILE} is damaged or was not written by hnp-train") from error
    if judged != dataset_id:
        raise InputError(
            f"the folds judge data set {judged}, found {dataset_id}: their labels may differ; "
            "crossval makes new ones"
        )
    if not names or any(Path(name).name != name for name in names):
        raise InputError(f"{CROSSVAL_FILE} names no folds beside it, expected some")
    return names


def _doubts_of(crossval: Path, name: str) -> pd.DataFrame:
    """Return a row a disc of the fold's test part, calibrated by its own val."""
    folder = RunFolder(crossval / name)
    said = read_evaluated(folder, "test", name)
    if said.leaks:
        raise InputError(f"{name} leaks, expected folds that have not seen what they judge")
    pooled = pool_discs(said, said.probability)
    units = read_calibrations(folder, said.weights_sha256)
    probability = pooled.probability
    if units:
        probability = units.units[PRIMARY_UNIT].apply(probability)
    truth = np.bincount(pooled.disc, weights=said.is_patient) > 0
    doubts = doubt(probability, truth)
    return _ids_of(said, pooled.disc).assign(
        truth=truth, probability=probability, margin=doubts.margin, off=doubts.off, fold=name
    )


def _ids_of(said: Evaluated, disc: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> pd.DataFrame:
    first = np.unique(disc, return_index=True)[1]
    return pd.DataFrame({name: getattr(said, name)[first] for name in DISC})


def _rows_of(ranked: pd.DataFrame, dataset: Dataset) -> list[list[object]]:
    """Return the lines of the file: every slice of each disc, in the order of the manifest."""
    names = ["slice_id", *DISC, "label_code", "hospital"]
    known = dataset.manifest_table().select(names).to_pandas()
    slices = known.merge(ranked, on=DISC, how="inner").sort_values("rank", kind="stable")
    slices["label"] = slices["truth"].map(LABELS)
    for column in ("label_code", "hospital"):  # a recipe's and a folder's words
        slices[column] = slices[column].map(defused, na_action="ignore")
    for column in ("probability", "margin"):
        slices[column] = slices[column].map("{:.4f}".format)
    lines: list[list[object]] = slices[list(COLUMNS)].to_numpy(dtype=object).tolist()
    return lines


def _write(file: Path, lines: list[list[object]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(lines)
    content = text.getvalue().encode()
    replace_file(file, lambda sink: sink.write(content), role="the suspects", disk=DISK)
