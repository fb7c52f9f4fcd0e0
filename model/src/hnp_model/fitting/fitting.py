"""From a data set and a split to a run with weights, thresholds and a calibration."""

import math
import platform
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from statistics import fmean

from hnp_model.data.slices import read_slices
from hnp_model.data.tabular import fit_standardisation
from hnp_model.fitting.device import choose_device, enough_memory
from hnp_model.fitting.forward import logits_of
from hnp_model.fitting.framing import usual_pixel_mm
from hnp_model.fitting.members import train_members
from hnp_model.fitting.networks.choice import build_network
from hnp_model.fitting.samples import Samples, open_samples
from hnp_model.measures.calibration import fit_calibration, sigmoid
from hnp_model.measures.metrics import youden_threshold
from hnp_model.measures.units import UNITS, score_units
from hnp_model.runs.checkpoint import load_weights
from hnp_model.runs.history import History, best_of
from hnp_model.runs.referral import write_val_scores
from hnp_model.runs.run_config import FitResult, RunConfig, describe_dataset
from hnp_model.runs.run_folder import CONFIG_FILE, RunFolder, claim, hold
from hnp_model.runs.seen import write_seen
from hnp_model.settings import FitSettings
from hnp_model.splits.guard import choose_fold, find_leakage, parts_of, refuse_empty, refuse_leakage
from hnp_model.splits.split_facts import describe_split
from hnp_shared.dataset import open_dataset
from hnp_shared.images import open_images
from hnp_shared.places import refuse_in_dataset
from hnp_shared.splits import read_split

PACKAGES = ("hnp-model", "hnp-shared", "numpy", "torch")
"""Distributions whose versions a run remembers."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A finished fit.

    Attributes:
        config: of the run.
        histories: of each member.
    """

    config: RunConfig
    histories: tuple[History, ...]

    def summary(self) -> dict[str, float | None]:
        """Return the figures of the weights that were kept; None where one is not defined.

        Of several members, their means.
        """
        best = [best_of(history) for history in self.histories]
        figures = {
            "epochs": fmean(len(history) for history in self.histories),
            "best_epoch": fmean(one.epoch for one in best),
            "train_loss": fmean(one.train_loss for one in best),
            "val_loss": fmean(one.val_loss for one in best),
            "val_auc_slice": fmean(one.val_auc_slice for one in best),
            "val_auc_level": fmean(one.val_auc_level for one in best),
        }
        if len(best) == 1:
            figures |= {"epochs": len(self.histories[0]), "best_epoch": best[0].epoch}
        else:
            figures = {"members": len(best), **figures}
        return {name: None if math.isnan(value) else value for name, value in figures.items()}


def fit(out: Path, split_file: Path, run: Path, settings: FitSettings, *, resume: bool) -> Fitted:
    """Train a network on the data set ``out`` and leave it in the folder ``run``.

    Raises:
        InputError: the data set, the split or the settings do not go together.
        OutputError: the folder is in use, holds something else or lies in a data set.
        StorageError: a read or write failed.
    """
    refuse_in_dataset(run)
    dataset = open_dataset(out)
    slices = read_slices(dataset)
    split = read_split(split_file)
    parts = parts_of(slices, choose_fold(split, settings.fold), dataset.info.dataset_id)
    settings = replace(settings, device=choose_device(settings.device))
    leakage = find_leakage(slices, parts)
    refuse_leakage(leakage, allow=settings.allow_leakage)
    refuse_empty(slices, parts)
    config = RunConfig(
        settings=settings,
        data=describe_dataset(dataset.info),
        split=describe_split(split_file.name, split),
        leakage=leakage,
        image_size=open_images(dataset, slices).size,
        standardisation=fit_standardisation(slices.take(parts == "train")),
        versions=_versions(),
        pixel_mm=usual_pixel_mm(slices.take(parts == "train"), settings),
    )
    with enough_memory(config.settings):
        train_part = open_samples(dataset, slices.take(parts == "train"), config)
        val_part = open_samples(dataset, slices.take(parts == "val"), config)
    with hold(run) as folder:
        config = claim(folder, config, resume=resume)
        write_seen(folder, slices, parts)
        with enough_memory(config.settings):
            histories = train_members(train_part, val_part, config.settings, folder)
            config = replace(config, result=_settle(folder, val_part, config.settings, histories))
        folder.write(CONFIG_FILE, config.to_json())
    return Fitted(config, histories)


def _settle(
    folder: RunFolder, val: Samples, settings: FitSettings, histories: tuple[History, ...]
) -> FitResult:
    """Fix thresholds, calibration and scores for referral on val with the best weights."""
    network = build_network(settings)
    load_weights(folder, network)
    logit = logits_of(network, val.in_order())
    probability = sigmoid(logit)
    thresholds: dict[str, float] = {
        unit: youden_threshold(score_units(unit, val.slices, probability)) for unit in UNITS
    }
    calibration = fit_calibration(logit, val.slices.is_patient)
    calibrated = calibration.apply(logit)
    write_val_scores(folder, score_units("patient", val.slices, calibrated))
    best = tuple(best_of(history).epoch for history in histories)
    return FitResult(best[0], thresholds, calibration, best if len(best) > 1 else None)


def _versions() -> dict[str, str]:
    found = {name: version(name) for name in PACKAGES}
    return {"python": platform.python_version(), **found}
