"""What a training begins with: the parts of a data set, and the record of its run."""

import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from hnp_model.data.columns import refuse_columns
from hnp_model.data.slices import Slices, Strings, read_slices
from hnp_model.data.tabular import fit_standardisation
from hnp_model.fitting.codes import settle_codes
from hnp_model.fitting.computing import settle_device
from hnp_model.fitting.device import enough_memory
from hnp_model.fitting.framing import usual_pixel_mm
from hnp_model.fitting.samples import Samples, open_samples
from hnp_model.fitting.several.processes import refuse_other
from hnp_model.fitting.several.ranks import ranks_here
from hnp_model.runs.run_config import RunConfig, describe_dataset
from hnp_model.settings.fit import BASELINES, FitSettings
from hnp_model.splits.guard import (
    choose_fold,
    find_leakage,
    parts_of,
    refuse_empty,
    refuse_leakage,
    refuse_neighbours,
)
from hnp_model.splits.split_facts import describe_split
from hnp_shared.dataset import Dataset, open_dataset
from hnp_shared.images import open_images
from hnp_shared.splits import Split, read_split

PACKAGES = ("hnp-model", "hnp-shared", "numpy", "torch")
"""Distributions whose versions a run remembers."""


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """What a training begins with, before anything is written.

    Attributes:
        dataset: opened.
        slices: all of them.
        parts: (slice,), part of each.
        split: as its file has it.
        config: of the run.
        train: what is learned from.
        val: what judges.
    """

    dataset: Dataset
    slices: Slices
    parts: Strings
    split: Split
    config: RunConfig
    train: Samples
    val: Samples


def prepare(out: Path, split_file: Path, settings: FitSettings) -> Prepared:
    """Return what a training begins with; of several processes, every one prepares the same.

    Raises:
        InputError: the data set, the split or the settings do not go together, or another process
            has others.
        StorageError: a read failed.
    """
    dataset = open_dataset(out)
    refuse_columns(dataset.manifest_table(), settings.columns or ())
    slices = read_slices(dataset, columns=settings.columns)
    split = read_split(split_file)
    parts = parts_of(slices, choose_fold(split, settings.fold), dataset.info.dataset_id)
    settings = settle_device(settings)
    refuse_neighbours(settings, split)
    leakage = find_leakage(slices, parts)
    refuse_leakage(leakage, allow=settings.allow_leakage)
    refuse_empty(slices, parts)
    facts, train = describe_dataset(dataset.info), slices.take(parts == "train")
    settings = settle_codes(settings, slices, train, facts.label_codes)
    config = RunConfig(
        settings=settings,
        data=facts,
        split=describe_split(split_file.name, split),
        leakage=leakage,
        image_size=open_images(dataset, slices).size,
        standardisation=fit_standardisation(train),
        versions=_versions(settings),
        pixel_mm=usual_pixel_mm(train, settings),
    )
    with enough_memory(config.settings):
        train_part = open_samples(dataset, train, config)
        val_part = open_samples(dataset, slices.take(parts == "val"), config)
    refuse_other(config.to_json(), ranks_here())
    return Prepared(dataset, slices, parts, split, config, train_part, val_part)


def _versions(settings: FitSettings) -> dict[str, str]:
    learned_by = ("scikit-learn",) if settings.model in BASELINES else ()
    found = {name: version(name) for name in (*PACKAGES, *learned_by)}
    return {"python": platform.python_version(), **found}
