"""One training of the first compact network in a folder that is thrown away."""

import tempfile
from pathlib import Path

import numpy as np

from hnp_model.audit.optimism import Half
from hnp_model.data.slices import Slices, Strings
from hnp_model.data.tabular import fit_standardisation
from hnp_model.fitting.device import choose_device
from hnp_model.fitting.forward import logits_of
from hnp_model.fitting.networks.choice import build_network
from hnp_model.fitting.samples import Samples, map_samples
from hnp_model.fitting.training import train
from hnp_model.measures.calibration import sigmoid
from hnp_model.runs.checkpoint import load_weights
from hnp_model.runs.run_folder import CHECKPOINTS_FOLDER, RunFolder
from hnp_model.settings.fit import DEFAULT_LR, FitSettings
from hnp_model.splits.guard import refuse_empty
from hnp_shared.dataset import Dataset


def trial_settings(epochs: int, seed: int) -> FitSettings:
    """Return how the compact network is trained when only a comparison is wanted."""
    return FitSettings(
        model="compact-1",
        epochs=epochs,
        lr=DEFAULT_LR["compact-1"],
        seed=seed,
        device=choose_device("auto"),
    )


def train_and_judge(
    dataset: Dataset, slices: Slices, parts: Strings, settings: FitSettings
) -> Half:
    """Train on train, choose weights on val, and return what the network says of test.

    Args:
        dataset: an opened data set.
        slices: all its slices, with the labels to learn.
        parts: part of each slice, (slice,).
        settings: of the training.

    Raises:
        InputError: an empty part, or images the network cannot take.
        StorageError: a read or write failed.
    """
    refuse_empty(slices, parts)
    standardisation = fit_standardisation(slices.take(parts == "train"))

    def open_part(part: str) -> Samples:
        return map_samples(dataset, slices.take(parts == part), standardisation, settings)

    with tempfile.TemporaryDirectory(prefix="hnp-audit-") as name:
        folder = RunFolder(Path(name))
        (folder.path / CHECKPOINTS_FOLDER).mkdir()
        train(open_part("train"), open_part("val"), settings, folder)
        network = build_network(settings)
        load_weights(folder, network)
    test = open_part("test")
    logits = logits_of(network, test.in_order())
    return Half(np.flatnonzero(parts == "test"), sigmoid(logits))
