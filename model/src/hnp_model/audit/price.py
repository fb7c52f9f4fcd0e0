"""What leakage is worth: the same network on the same data, split by slice and split by patient.

Done twice, with the labels as they are and with patients' labels exchanged. With exchanged labels
images tell nothing about patients the network has not seen: what is left in a split by patient is
the disc (lower ones are herniated more often), and all that a split by slice has on top is leakage.
"""

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from hnp_model.audit.optimism import Half, LeakagePrice, compare_halves
from hnp_model.audit.permutation import count_alone, permute_labels
from hnp_model.calibration import sigmoid
from hnp_model.checkpoint import load_weights
from hnp_model.fitting import choose_device
from hnp_model.guard import parts_of, refuse_empty
from hnp_model.images import open_images
from hnp_model.networks.choice import build_network, check_size
from hnp_model.prediction import predict_logits
from hnp_model.run_folder import CHECKPOINTS_FOLDER, RunFolder
from hnp_model.samples import Samples
from hnp_model.settings import DEFAULT_LR, FitSettings, SplitSettings
from hnp_model.slices import Slices, Strings
from hnp_model.splitting import make_splits
from hnp_model.tabular import fit_standardisation
from hnp_model.training import train
from hnp_shared.dataset import Dataset
from hnp_shared.progress import track
from hnp_shared.splits import Unit

SPLIT_UNITS: tuple[Unit, ...] = ("slice", "patient")


def price_leakage(dataset: Dataset, slices: Slices, *, epochs: int, seed: int) -> LeakagePrice:
    """Train four times and return what the leaking split promises beyond the honest one.

    Args:
        dataset: an opened data set.
        slices: all its slices.
        epochs: of each training.
        seed: of splits, permutation and training.

    Raises:
        InputError: too little to split, or images the network cannot take.
        StorageError: a read or write failed.
    """
    settings = FitSettings(
        model="compact",
        epochs=epochs,
        lr=DEFAULT_LR["compact"],
        seed=seed,
        device=choose_device("auto"),
    )
    parts = {unit: _split(slices, unit, seed) for unit in SPLIT_UNITS}
    labels = {"real": slices, "permuted": replace(slices, is_patient=permute_labels(slices, seed))}
    halves: dict[tuple[str, Unit], Half] = {}
    cases = [(name, unit) for name in labels for unit in SPLIT_UNITS]
    for name, unit in track(cases, "pricing leakage", total=len(cases), unit="training"):
        halves[name, unit] = _train_and_judge(dataset, labels[name], parts[unit], settings)
    real, permuted = (
        compare_halves(labelled, *(halves[name, unit] for unit in SPLIT_UNITS))
        for name, labelled in labels.items()
    )
    return LeakagePrice(real, permuted, count_alone(slices), epochs, seed)


def _split(slices: Slices, unit: Unit, seed: int) -> Strings:
    (made,) = make_splits(slices, "", SplitSettings(unit=unit, seed=seed))
    return parts_of(slices, made.split)


def _train_and_judge(
    dataset: Dataset, slices: Slices, parts: Strings, settings: FitSettings
) -> Half:
    """Train in a folder that is thrown away; return what the network says of test."""
    refuse_empty(slices, parts)
    standardisation = fit_standardisation(slices.take(parts == "train"))

    def open_part(part: str) -> Samples:
        here = slices.take(parts == part)
        images = open_images(dataset, here)
        check_size(settings, images.size)
        return Samples(here, images, standardisation.apply(here), settings.device)

    with tempfile.TemporaryDirectory(prefix="hnp-audit-") as name:
        folder = RunFolder(Path(name))
        (folder.path / CHECKPOINTS_FOLDER).mkdir()
        train(open_part("train"), open_part("val"), settings, folder)
        network = build_network(settings)
        load_weights(folder, network)
    test = open_part("test")
    logits = predict_logits(network, test.in_order(settings.batch_size))
    return Half(np.flatnonzero(parts == "test"), sigmoid(logits))
