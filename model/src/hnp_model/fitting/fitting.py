"""From a data set and a split to a run with weights, thresholds and a calibration."""

import math
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean

import numpy as np
import numpy.typing as npt

from hnp_model.data.profile import Profile, describe, quantities_of
from hnp_model.data.slices import Slices
from hnp_model.data.thumbnails import read_thumbnails
from hnp_model.fitting.baselines.baseline import fit_baseline, load_baseline
from hnp_model.fitting.codes import remarks_on_codes
from hnp_model.fitting.computing import remark_on_device
from hnp_model.fitting.device import enough_memory
from hnp_model.fitting.forward import logits_of
from hnp_model.fitting.members import Trained, train_members, what_is_left
from hnp_model.fitting.networks.choice import build_network
from hnp_model.fitting.preparing import prepare
from hnp_model.fitting.samples import Samples
from hnp_model.fitting.scoring_apart import calibrate_apart
from hnp_model.fitting.telling import tell_remark
from hnp_model.fitting.training import train
from hnp_model.measures.attention import DiscSlices, fit_attention
from hnp_model.measures.calibration import fit_calibration, sigmoid
from hnp_model.measures.disc_pooling import choose_pooling
from hnp_model.measures.metrics import youden_threshold
from hnp_model.measures.units import UNITS, score_units
from hnp_model.runs.calibrations import choose_calibrations, write_calibrations
from hnp_model.runs.checkpoint import load_weights
from hnp_model.runs.history import History, Watch, best_of
from hnp_model.runs.referral import write_val_scores
from hnp_model.runs.run_config import FitResult, RunConfig
from hnp_model.runs.run_folder import CONFIG_FILE, RunFolder, claim, device_before, hold
from hnp_model.runs.seen import write_seen
from hnp_model.runs.seen_looks import write_looks
from hnp_model.runs.val_discs import ValDiscs, write_val_discs
from hnp_model.runs.val_facts import describe_val
from hnp_model.settings.fit import BASELINES, FitSettings
from hnp_model.splits.guard import (
    remarks_on_names,
)
from hnp_model.splits.near_copies import Looks, NearCopies, find_near_copies
from hnp_shared.places import refuse_in_dataset


@dataclass(frozen=True, slots=True)
class Fitted:
    """A finished fit.

    Attributes:
        config: of its run.
        histories: of each member.
        remarks: what of the split does not fit the data set.
        near_copies: pictures of two patients in two parts that are nearly the same.
    """

    config: RunConfig
    histories: tuple[History, ...]
    remarks: tuple[str, ...]
    near_copies: NearCopies

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


def fit(  # the four nouns of a fit, and how it is done
    out: Path,
    split_file: Path,
    run: Path,
    settings: FitSettings,
    *,
    resume: bool,
    watch: Watch | None = None,
) -> Fitted:
    """Train a network on the data set ``out`` and leave it in the folder ``run``.

    Args:
        out: the data set.
        split_file: who trains and who validates.
        run: folder of the run.
        settings: how the network is trained.
        resume: whether to go on with a fit that was stopped.
        watch: called after each epoch with all that are done; the fit ends when it says so.

    Raises:
        InputError: the data set, the split or the settings do not go together.
        OutputError: the folder is in use, holds something else or lies in a data set.
        StorageError: a read or write failed.
    """
    refuse_in_dataset(run)
    ready = prepare(out, split_file, settings)
    config, slices, parts = ready.config, ready.slices, ready.parts
    with hold(run) as folder:
        before = device_before(folder)
        config = claim(folder, config, resume=resume)
        tell_remark(remark_on_device(before, config.settings.device))
        write_seen(folder, slices, parts)
        looks = Looks.of(slices, parts, read_thumbnails(ready.dataset, slices))
        write_looks(folder, looks)
        config = replace(config, profile=_profile(slices, looks))
        with enough_memory(config.settings):
            if settings.model in BASELINES:
                history = fit_baseline(ready.train.slices, ready.val.slices, config, folder)
                trained = what_is_left([folder], [history], len(ready.val))
            else:
                trained = train_members(ready.train, ready.val, config.settings, folder, watch)
            config = replace(config, result=_settle(folder, ready.val, config, trained))
        folder.write(CONFIG_FILE, config.to_json())
    remarks = remarks_on_names(slices, ready.split)
    remarks += remarks_on_codes(config.settings, slices, parts)
    return Fitted(config, trained.histories, remarks, find_near_copies(looks).across())


def follow(out: Path, split_file: Path, settings: FitSettings) -> None:
    """Take part in a training whose run another process writes.

    Raises:
        InputError: as `fit` does.
        StoppedError: another process has ended.
    """
    ready = prepare(out, split_file, settings)
    with enough_memory(ready.config.settings):
        for member in ready.config.settings.members():
            train(ready.train, ready.val, member, None)


def _profile(slices: Slices, looks: Looks) -> Profile:
    """Return what the training slices are like."""
    here = looks.part == "train"
    train_slices = slices.take(here)
    return describe(train_slices, quantities_of(train_slices, looks.thumbnails[here]))


def _settle(folder: RunFolder, val: Samples, config: RunConfig, trained: Trained) -> FitResult:
    """Fix thresholds, calibrations and scores for referral on val with the best weights."""
    logit, weights_sha256 = _judge(folder, val, config)
    scores = {unit: score_units(unit, val.slices, sigmoid(logit)) for unit in UNITS}
    thresholds: dict[str, float] = {unit: youden_threshold(scores[unit]) for unit in UNITS}
    write_calibrations(folder, choose_calibrations(weights_sha256, scores))
    calibration = fit_calibration(logit, val.slices.is_patient)
    apart = calibrate_apart(val.slices, trained.by_epoch) if trained.by_epoch else None
    calibrated = calibration.apply(logit) if apart is None else apart
    patients = score_units("patient", val.slices, calibrated)
    write_val_scores(folder, patients, apart=apart is not None)
    write_val_discs(folder, ValDiscs.of(val.slices, sigmoid(logit), calibrated))
    facts = describe_val(scores, thresholds)
    best = tuple(best_of(history).epoch for history in trained.histories)
    asked = config.settings.choose_pooling
    pooling = choose_pooling(val.slices, sigmoid(logit)) if asked else None
    attention = None
    if pooling == "attention":
        attention = fit_attention(DiscSlices.of(val.slices), sigmoid(logit))
    several = best if len(best) > 1 else None
    return FitResult(best[0], thresholds, calibration, facts, several, pooling, attention)


def _judge(
    folder: RunFolder, val: Samples, config: RunConfig
) -> tuple[npt.NDArray[np.float64], str]:
    """Return the logit of each slice of val by the best weights, and their sha256."""
    if config.settings.model in BASELINES:
        model, weights_sha256 = load_baseline(folder, config.settings.model)
        return model.logits(val.slices, config.standardisation), weights_sha256
    network = build_network(config.settings)
    weights_sha256 = load_weights(folder, network)
    return logits_of(network, val.in_order()), weights_sha256
