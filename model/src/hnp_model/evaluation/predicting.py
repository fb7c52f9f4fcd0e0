"""From a run and any data set, labelled or not, to what the model says of each slice."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hnp_model.data.slices import UNKNOWN_LEVEL, Slices, Strings, read_slices
from hnp_model.data.tabular import find_lacking
from hnp_model.evaluation.beside_train import look_beside_train
from hnp_model.evaluation.said_by_unit import SaidByUnit, thresholds_of, write_by_unit
from hnp_model.fitting.baselines.baseline import load_baseline
from hnp_model.fitting.device import enough_memory, on_device_at_hand
from hnp_model.fitting.forward import logits_by_member
from hnp_model.fitting.networks.choice import build_network
from hnp_model.fitting.networks.code_head import hearing_codes
from hnp_model.fitting.networks.ensemble import BothWays
from hnp_model.fitting.samples import open_samples
from hnp_model.measures.operating_points import Aim
from hnp_model.report.findings import BesideTrain
from hnp_model.report.remarks import remarks_on_discs, remarks_on_prediction, remarks_on_tta
from hnp_model.runs.aims import find_points
from hnp_model.runs.calibrations import read_calibrations
from hnp_model.runs.checkpoint import load_weights
from hnp_model.runs.evaluations import Subject, place_of
from hnp_model.runs.predicted_files import paths_of, refuse_suffix
from hnp_model.runs.predictions import Calibrated, CodesSaid, Predictions
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
from hnp_model.settings.fit import BASELINES
from hnp_shared.dataset import Dataset, open_dataset
from hnp_shared.errors import InputError, OutputError
from hnp_shared.places import refuse_existing, refuse_in_dataset, refuse_place
from hnp_shared.progress import track
from hnp_shared.splits import PARTS
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
    predictions = predict(folder, config, dataset, slices, parts, tta=settings.tta)
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


def predict(
    folder: RunFolder,
    config: RunConfig,
    dataset: Dataset,
    slices: Slices,
    parts: Strings,
    *,
    tta: bool = False,
) -> Predictions:
    """Run the network over slices, one part after the other.

    Args:
        folder: of the run.
        config: its configuration.
        dataset: an opened data set.
        slices: of it.
        parts: (slice,).
        tta: whether each picture is looked at mirrored too.

    Raises:
        InputError: weights or data are damaged, or the machine is too small for a batch.
        StorageError: a file could not be read.
    """
    if config.settings.model in BASELINES:
        return _by_baseline(folder, config, slices, parts)
    config = replace(config, settings=on_device_at_hand(config.settings))
    network = build_network(config.settings)
    weights_sha256 = load_weights(folder, network)
    if tta:
        network = BothWays(network)
    taken, logits, members, said = [], [], [], []
    for part in parts_in_order(parts):
        rows = np.flatnonzero(parts == part)
        samples = open_samples(dataset, slices.take(rows), config)
        # Val comes in the very batches in which thresholds were fixed: see logits_of.
        size = config.settings.batch_size
        batches = track(
            samples.in_order(), f"predicting {part}", total=-(-rows.size // size), unit="step"
        )
        taken.append(rows)
        with enough_memory(config.settings), hearing_codes(network) as heard:
            found, each = logits_by_member(network, batches)
            logits.append(found)
            members.append(each)
            said += [heard.probabilities()] if heard else []
    order, logit = np.concatenate(taken), _finite(np.concatenate(logits))
    lacking = find_lacking_inputs(config, slices)
    together = np.concatenate(members, axis=1) if config.settings.seeds else None
    codes = config.settings.codes
    told = CodesSaid(codes, np.concatenate(said, axis=1)) if codes else None
    return Predictions(
        slices.take(order), parts[order], logit, weights_sha256, lacking, together, told
    )


def _by_baseline(
    folder: RunFolder, config: RunConfig, slices: Slices, parts: Strings
) -> Predictions:
    model, weights_sha256 = load_baseline(folder, config.settings.model)
    order = np.concatenate([np.flatnonzero(parts == part) for part in parts_in_order(parts)])
    logit = _finite(model.logits(slices, config.standardisation)[order])
    lacking = find_lacking_inputs(config, slices)
    return Predictions(slices.take(order), parts[order], logit, weights_sha256, lacking)


def _finite(logit: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    if not np.isfinite(logit).all():
        raise InputError("the model's logits are no numbers: its weights or inputs are damaged")
    return logit


def refuse_other_pixels(trained: DataFacts, judged: DataFacts, *, allow: bool) -> None:
    """Refuse images that were made in another way than those trained on.

    Raises:
        InputError: pixels_id differs and that is not allowed.
    """
    if trained.pixels_id != judged.pixels_id and not allow:
        raise InputError(
            f"found pixels_id {judged.pixels_id}, the run was trained on {trained.pixels_id}: its "
            "images were made by another recipe; --allow-mismatch goes on"
        )


def find_lacking_inputs(config: RunConfig, slices: Slices) -> tuple[str, ...]:
    """Return the inputs that train had, that the network looks at and that no slice has."""
    if config.settings.inputs == "image":
        return ()
    return find_lacking(config.standardisation, slices)


def refuse_lacking(lacking: Sequence[str], *, allow: bool, where: str) -> None:
    """Refuse data without an input that the network has learned from.

    Raises:
        InputError: names the inputs, unless that is allowed.
    """
    if lacking and not allow:
        raise InputError(
            f"no slice of {where} has {', '.join(lacking)}, which the run was trained on; "
            "--allow-missing goes on with the mean of train"
        )


def parts_in_order(parts: Strings) -> list[str]:
    """Return the parts that slices are in, train first."""
    return [part for part in (*PARTS, ALL) if (parts == part).any()]
