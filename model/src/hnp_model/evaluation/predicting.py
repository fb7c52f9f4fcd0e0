"""From a run and any data set, labelled or not, to what the model says of each slice."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hnp_model.data.slices import Slices, Strings, read_slices
from hnp_model.fitting.forward import logits_of
from hnp_model.fitting.networks.choice import build_network
from hnp_model.fitting.samples import open_samples
from hnp_model.report.remarks import remarks_on_prediction
from hnp_model.runs.checkpoint import load_weights
from hnp_model.runs.predictions import Predictions, write_beside
from hnp_model.runs.run_config import DataFacts, RunConfig, describe_dataset
from hnp_model.runs.run_folder import RunFolder
from hnp_model.runs.seen import find_seen
from hnp_model.settings import ALL
from hnp_shared.dataset import Dataset, open_dataset
from hnp_shared.errors import InputError
from hnp_shared.places import refuse_place
from hnp_shared.progress import track
from hnp_shared.splits import PARTS


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
    result = config.settled()
    data = describe_dataset(dataset.info)
    refuse_other_pixels(config.data, data, allow=allow_mismatch)
    slices = read_slices(dataset, labelled=False)
    parts = np.full(len(slices), ALL)
    predictions = predict(folder, config, dataset, slices, parts)
    write_beside(target, dataset.manifest_table(), predictions, result.calibration)
    threshold = result.thresholds["slice"]
    return Predicted(
        slice_count=len(slices),
        patient_count=np.unique(slices.patient_id).size,
        called=int((predictions.probability >= threshold).sum()),
        threshold=threshold,
        remarks=remarks_on_prediction(config, data, find_seen(folder, slices, parts)),
    )


def predict(
    folder: RunFolder, config: RunConfig, dataset: Dataset, slices: Slices, parts: Strings
) -> Predictions:
    """Run the network over slices, one part after the other."""
    network = build_network(config.settings)
    weights_sha256 = load_weights(folder, network)
    taken, logits = [], []
    for part in parts_in_order(parts):
        rows = np.flatnonzero(parts == part)
        samples = open_samples(dataset, slices.take(rows), config)
        # Val comes in the very batches in which thresholds were fixed: see logits_of.
        size = config.settings.batch_size
        batches = track(
            samples.in_order(), f"predicting {part}", total=-(-rows.size // size), unit="step"
        )
        taken.append(rows)
        logits.append(logits_of(network, batches))
    order = np.concatenate(taken)
    return Predictions(slices.take(order), parts[order], np.concatenate(logits), weights_sha256)


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


def parts_in_order(parts: Strings) -> list[str]:
    """Return the parts that slices are in, train first."""
    return [part for part in (*PARTS, ALL) if (parts == part).any()]
