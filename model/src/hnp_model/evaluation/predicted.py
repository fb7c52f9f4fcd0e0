"""A whole data set, labelled or not, as a run judges it: files, and what is told of them."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from hnp_model.data.slices import UNKNOWN_LEVEL, read_slices
from hnp_model.evaluation.beside_train import look_beside_train
from hnp_model.evaluation.predicting import (
    find_lacking_inputs,
    predict,
    refuse_lacking,
    refuse_other_pixels,
)
from hnp_model.evaluation.said_by_unit import SaidByUnit, thresholds_of, write_by_unit
from hnp_model.measures.operating_points import Aim
from hnp_model.report.findings import BesideTrain
from hnp_model.report.remarks import remarks_on_discs, remarks_on_prediction, remarks_on_tta
from hnp_model.runs.aims import find_points
from hnp_model.runs.calibrations import read_calibrations
from hnp_model.runs.evaluations import Subject, place_of
from hnp_model.runs.predicted_files import paths_of, refuse_suffix
from hnp_model.runs.predictions import Calibrated
from hnp_model.runs.run_config import DataFacts, RunConfig, describe_dataset
from hnp_model.runs.run_folder import (
    CONFIG_FILE,
    METRICS_FILE,
    PREDICTED_FILE,
    PREDICTIONS_FILE,
    RunFolder,
    refuse_file,
    refuse_own_file,
)
from hnp_model.runs.seen import find_seen
from hnp_model.runs.unit_tables import Ways
from hnp_model.runs.val_discs import read_val_discs
from hnp_model.settings.evaluate import ALL, PredictSettings
from hnp_shared.dataset import open_dataset
from hnp_shared.errors import OutputError
from hnp_shared.leftovers import sweep_leftovers
from hnp_shared.places import refuse_existing, refuse_in_dataset, refuse_place
from hnp_shared.storage import make_folder


@dataclass(frozen=True, slots=True)
class Predicted:
    """What was written.

    Attributes:
        slice_count: rows.
        patient_count: distinct patients.
        called: slices at or above the run's threshold by slice.
        threshold: that threshold.
        remarks: what a reader should know first.
        beside: how what is judged differs from train.
        file: where the slices lie.
        by_unit: what is said of discs and patients.
    """

    slice_count: int
    patient_count: int
    called: int
    threshold: float
    remarks: tuple[str, ...]
    beside: BesideTrain
    file: str
    by_unit: SaidByUnit

    def to_plain(self) -> dict[str, object]:
        """Return what --json prints."""
        names = ("slice_count", "patient_count", "called", "threshold", "remarks", "file")
        told = {name: getattr(self, name) for name in names}
        return {**told, **self.by_unit.to_plain(), **self.beside.to_plain()}


def predict_dataset(
    run: Path,
    out: Path,
    settings: PredictSettings,
    *,
    file: Path | None = None,
    target: Path | None = None,
) -> Predicted:
    """Write what the run says of each slice of ``out``, in the order of the manifest.

    Columns are those of predictions.parquet; part is ``all``, and level and is_patient are null
    where the data set has none.

    Args:
        run: the run.
        out: the data set.
        settings: what is let pass.
        file: the file to write; None: predictions.parquet in a folder.
        target: that folder; None takes the one that `evaluations.place_of` gives.

    Raises:
        InputError: no finished run, no data set, or one that the run was not made for.
        OutputError: the place holds something else, or lies in a data set.
        StorageError: a read or write failed.
    """
    if file:
        refuse_suffix(file)
        for path in (file, *paths_of(file).values()):  # the one that was named is told first
            refuse_place(path, force=settings.force)
            sweep_leftovers(path.absolute().parent)
        refuse_own_file(file)
    dataset = open_dataset(out)
    folder = RunFolder(run)
    config = folder.config()
    result = config.settled()
    data = describe_dataset(dataset.info)
    refuse_other_pixels(config.data, data, allow=settings.allow_mismatch)
    slices = read_slices(dataset, labelled=False, columns=config.settings.columns)
    lacking = find_lacking_inputs(config, slices)
    refuse_lacking(lacking, allow=settings.allow_missing, where="the data set")
    file = file or _file_in(folder, config, data, target, settings)
    points = find_points(folder, Aim.of(settings.sensitivity, settings.ppv))
    parts = np.full(len(slices), ALL)
    predictions = replace(
        predict(folder, config, dataset, slices, parts, tta=settings.tta),
        dataset_id=data.dataset_id,
    )
    beside = look_beside_train(folder, config, dataset, slices, parts)
    make_folder(file.parent, role="the folder of the predictions")
    units = read_calibrations(folder, predictions.weights_sha256)
    calibrated = Calibrated(result.calibration, units)
    thresholds = thresholds_of(result.thresholds, points)
    ways = Ways(calibrated, read_val_discs(folder), thresholds, settings.referral_error)
    by_unit = write_by_unit(file, dataset.manifest_table(), predictions, ways, points)
    threshold = thresholds["slice"]
    return Predicted(
        slice_count=len(slices),
        patient_count=np.unique(slices.patient_id).size,
        called=int((predictions.probability >= threshold).sum()),
        threshold=threshold,
        remarks=remarks_on_prediction(
            config, data, find_seen(folder, slices, parts), lacking, beside
        )
        + remarks_on_discs(int((slices.level == UNKNOWN_LEVEL).sum()))
        + remarks_on_tta(used=settings.tta),
        beside=beside,
        file=str(file),
        by_unit=by_unit,
    )


def _file_in(
    run: RunFolder,
    config: RunConfig,
    data: DataFacts,
    target: Path | None,
    settings: PredictSettings,
) -> Path:
    """Return the file to write in a folder.

    Raises:
        OutputError: the folder given holds an evaluation or a run, or the file exists.
    """
    place = place_of(run, config, Subject(data.dataset_id, ALL, None, settings.tta))
    place = replace(place, path=target) if target else place
    refuse_in_dataset(place.path)
    if target is None:  # what we named is made anew, but for what an evaluation is about
        file = place.path / (PREDICTED_FILE if place.has(METRICS_FILE) else PREDICTIONS_FILE)
        for path in paths_of(file).values():
            refuse_existing(path, force=True)
        return file
    refuse_file(place.path, role="the predictions")
    if place.has(METRICS_FILE) or place.has(CONFIG_FILE):
        kind = "an evaluation" if place.has(METRICS_FILE) else "a run"
        raise OutputError(
            f"{place.path.name} holds {kind}, which predictions of its own belong to; "
            "-o FILE or --out DIR writes elsewhere"
        )
    file = place.path / PREDICTIONS_FILE
    for path in (file, *paths_of(file).values()):
        refuse_existing(path, force=settings.force)
    return file
