"""What is explained: slices of a data set, and what a run says of them."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from hnp_model.data.slices import Slices, Strings, read_slices
from hnp_model.evaluation.predicting import (
    find_lacking_inputs,
    predict,
    refuse_lacking,
    refuse_other_pixels,
)
from hnp_model.explanations.asked import ExplainSettings
from hnp_model.explanations.measuring import Looker
from hnp_model.explanations.regions import Regions
from hnp_model.explanations.selecting import Selection, select
from hnp_model.fitting.device import on_device_at_hand
from hnp_model.fitting.networks.choice import build_network
from hnp_model.fitting.samples import open_samples
from hnp_model.runs.checkpoint import load_weights
from hnp_model.runs.run_config import DataFacts, RunConfig, describe_dataset
from hnp_model.runs.run_folder import RunFolder
from hnp_model.runs.seen import SEEN_FILE, find_used, parts_by_fit
from hnp_model.settings.evaluate import ALL
from hnp_model.settings.fit import BASELINES, LARGEST_SEED, FitSettings
from hnp_shared.dataset import Dataset, open_dataset
from hnp_shared.errors import InputError
from hnp_shared.images import open_images

_NAME = re.compile(r"[0-9a-f]{32}")

BATCH = 8
"""Slices that are explained at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """What is explained.

    Attributes:
        config: of the run.
        data: the data set.
        weights_sha256: of the run's weights.
        training: whether the fit has used some of it.
        slices: those to explain.
        truth: (slice,); None where the data set has no labels.
        called: (slice,), whether they are called positive.
        selection: which of them were drawn, and which are shown, as indices into ``slices``.
    """

    config: RunConfig
    data: DataFacts
    weights_sha256: str
    training: bool
    slices: Slices
    truth: npt.NDArray[np.bool_] | None
    called: npt.NDArray[np.bool_]
    selection: Selection


def settle_subject(run: Path, dataset: Dataset, settings: ExplainSettings) -> Subject:
    """Return what is explained.

    Raises:
        InputError: run and data set do not go together, or there is nothing to explain.
        StorageError: a read failed.
    """
    folder = RunFolder(run)
    config = folder.config()
    result = config.settled()
    _refuse_blind(config.settings)
    data = describe_dataset(dataset.info)
    refuse_other_pixels(config.data, data, allow=settings.allow_mismatch)
    slices = read_slices(dataset, labelled=False, columns=config.settings.columns)
    labelled = dataset.manifest_table().column("is_patient").null_count == 0
    parts = _parts(folder, slices, settings.part)
    slices, parts = slices.take(parts == settings.part), parts[parts == settings.part]
    refuse_lacking(
        find_lacking_inputs(config, slices), allow=settings.allow_missing, where=settings.part
    )
    training = settings.part in find_used(folder, slices, parts)
    said = predict(folder, config, dataset, slices, parts)
    called = said.probability >= result.thresholds["slice"]
    selection = select(
        *(said.probability, called, said.slices.is_patient if labelled else None),
        count=settings.count,
        shown=settings.shown,
        seed=settings.seed,
    )
    every = selection.every
    taken = said.slices.take(every)
    _refuse_names(taken)
    truth = taken.is_patient if labelled else None
    return Subject(
        *(config, data, said.weights_sha256, training, taken, truth, called[every]),
        Selection(
            np.searchsorted(every, selection.drawn),
            {name: np.searchsorted(every, rows) for name, rows in selection.sheets.items()},
        ),
    )


def looker_at(subject: Subject, run: Path, dataset: Dataset, seed: int) -> Looker:
    """Return what looks at the slices of a subject.

    Raises:
        InputError: weights or shards are damaged.
        StorageError: a read failed.
    """
    settings = on_device_at_hand(subject.config.settings)
    network, stranger = (
        _frozen(build_network(each)) for each in (settings, _with_other_seed(settings))
    )
    if load_weights(RunFolder(run), network) != subject.weights_sha256:
        raise InputError("the run's weights changed while it was explained")
    config = replace(subject.config, settings=replace(settings, batch_size=BATCH))
    samples = open_samples(dataset, subject.slices, config)
    drawn = samples.inputs.values[subject.selection.drawn]
    return Looker(
        *(network, stranger),
        Regions.of(samples, open_images(dataset, subject.slices).size),
        settings.channels,
        torch.from_numpy(drawn.mean(axis=0)).to(settings.device),
        np.random.default_rng(seed),
    )


def open_subject(run: Path, out: Path, settings: ExplainSettings) -> tuple[Dataset, Subject]:
    """Return an opened data set, and what of it is explained; raises as `settle_subject`."""
    dataset = open_dataset(out)
    return dataset, settle_subject(run, dataset, settings)


def _frozen(network: nn.Module) -> nn.Module:
    return network.eval().requires_grad_(requires_grad=False)


def _with_other_seed(settings: FitSettings) -> FitSettings:
    """Return settings whose first weights are others than those the fit began with."""
    count = settings.seeds or 1
    seed = settings.seed + count
    return replace(settings, seed=seed if seed + count <= LARGEST_SEED else 0)


def _parts(folder: RunFolder, slices: Slices, asked: str) -> Strings:
    """Return the part of each slice by what the fit has used, (slice,)."""
    if asked == ALL:
        return np.full(len(slices), ALL)
    parts = parts_by_fit(folder, slices)
    if parts is None:
        raise InputError(
            f"the run has no {SEEN_FILE}: what of the data its fit has used is not known; "
            "--part all takes all of it"
        )
    if not (parts == asked).any():
        why = "used all of it" if asked == "test" else "used none of it so"
        raise InputError(
            f"found no slice of {asked} in the data set: the fit has {why}; --part names another"
        )
    return parts


def _refuse_names(slices: Slices) -> None:
    """Refuse ids that are no names of files: a data set may come from anywhere."""
    if not all(map(_NAME.fullmatch, slices.slice_id.tolist())):
        raise InputError("slice ids in the manifest are damaged, expected 32 hex digits")


def _refuse_blind(settings: FitSettings) -> None:
    if settings.model in BASELINES or settings.inputs == "tabular":
        raise InputError("the run's model sees no picture, expected one that does to explain it")
