"""Trainings on labels that mean nothing."""

import statistics
from dataclasses import replace

import numpy as np

from hnp_model.audit.chance import Chance
from hnp_model.audit.exchange import permute_labels
from hnp_model.audit.trial import train_and_judge, trial_settings
from hnp_model.data.slices import Slices, Strings
from hnp_model.measures.metrics import area_under_curve
from hnp_model.measures.units import score_units
from hnp_shared.dataset import Dataset
from hnp_shared.errors import InputError
from hnp_shared.progress import track


def try_chance(
    dataset: Dataset, slices: Slices, parts: Strings, *, times: int, epochs: int, seed: int
) -> Chance:
    """Train ``times`` times, each on labels exchanged anew.

    Args:
        dataset: an opened data set.
        slices: all its slices.
        parts: part of each slice, (slice,).
        times: trainings, two or more.
        epochs: of each.
        seed: of the first exchange and training.

    Raises:
        InputError: too little to train on, or images the network cannot take.
        StorageError: a read or write failed.
    """
    test = slices.take(parts == "test")
    if test.is_patient.all() or not test.is_patient.any():
        raise InputError("found one class in test, expected both to tell chance from skill")
    aucs, hospital_left, level_left = [], [], []
    for number in track(range(seed, seed + times), "permuting", total=times, unit="training"):
        permuted = permute_labels(slices, number, across_discs=True)
        labelled = replace(slices, is_patient=permuted)
        half = train_and_judge(dataset, labelled, parts, trial_settings(epochs, number))
        scores = score_units("slice", labelled.take(half.rows), half.probability)
        aucs.append(area_under_curve(scores))
        hospital_left.append(area_left(labelled, parts, slices.hospital))
        level_left.append(area_left(labelled, parts, slices.level.astype(np.str_)))
    return Chance(
        tuple(aucs), statistics.fmean(hospital_left), statistics.fmean(level_left), epochs, seed
    )


def area_left(slices: Slices, parts: Strings, group: Strings) -> float:
    """Return the AUC by slice on test of each group's share of positives in train.

    Args:
        slices: with the labels that were exchanged.
        parts: part of each slice, (slice,).
        group: of each slice, (slice,).
    """
    train, test = parts == "train", parts == "test"
    share = {
        name: float(slices.is_patient[train & (group == name)].mean())
        for name in np.unique(group[train]).tolist()
    }
    usual = float(slices.is_patient[train].mean())
    told = np.array([share.get(name, usual) for name in group[test].tolist()])
    return area_under_curve(score_units("slice", slices.take(test), told))
