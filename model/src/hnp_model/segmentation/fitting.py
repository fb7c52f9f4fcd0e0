"""From a data set, its masks and a split to a run of segmentation."""

import hashlib
import platform
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import safetensors.torch

from hnp_model.data.slices import Slices, read_slices
from hnp_model.fitting.device import choose_device
from hnp_model.morphometry.catalogue import MEASURES, measure_slice
from hnp_model.morphometry.spread import Widening
from hnp_model.runs.run_folder import CONFIG_FILE, RunFolder, hold
from hnp_model.segmentation.asking import Segmenter, ask
from hnp_model.segmentation.network import SegmentationNet
from hnp_model.segmentation.oddity import Usual
from hnp_model.segmentation.run_config import (
    SegmentConfig,
    SegmentResult,
    claim,
    weights_file,
)
from hnp_model.segmentation.samples import Pictures, open_pictures
from hnp_model.segmentation.training import Epoch, best_of, train_member
from hnp_model.segmentation.window import usual_mm
from hnp_model.settings.segment import SegmentSettings
from hnp_model.splits.guard import choose_fold, find_leakage, parts_of, refuse_leakage
from hnp_model.splits.split_facts import describe_split
from hnp_shared.dataset import open_dataset
from hnp_shared.errors import InputError
from hnp_shared.mask_set import MaskSet, open_mask_set
from hnp_shared.places import refuse_in_dataset
from hnp_shared.splits import read_split

HISTORY_FILE = "history.csv"
_PACKAGES = ("hnp-model", "hnp-shared", "numpy", "torch")


@dataclass(frozen=True, slots=True)
class Places:
    """What a fit is made of, and where it goes."""

    out: Path
    masks: Path
    split: Path
    run: Path


@dataclass(frozen=True, slots=True, eq=False)
class _Ready:
    config: SegmentConfig
    train: Pictures
    val: Pictures


def fit_segmentation(places: Places, settings: SegmentSettings, *, resume: bool) -> SegmentConfig:
    """Train all members and leave them in the folder of the run.

    Raises:
        InputError: data set, masks, split and settings do not go together.
        OutputError: the folder is in use, holds something else or lies in a data set.
        StorageError: a read or write failed.
    """
    refuse_in_dataset(places.run)
    ready = _prepare(places, replace(settings, device=choose_device(settings.device)))
    with hold(places.run) as folder:
        config = claim(folder, ready.config, resume=resume)
        networks, histories = [], []
        for seed in config.settings.seeds:
            network, history = train_member(ready.train, ready.val, config.settings, seed, folder)
            networks.append(network.eval())
            histories.append(history)
        digests = tuple(map(_write_weights, [folder] * len(networks), networks, settings.seeds))
        folder.write(HISTORY_FILE, _to_csv(settings.seeds, histories))
        config = replace(config, weights_sha256=digests)
        segmenter = Segmenter(config, tuple(networks), config.settings)
        config = replace(config, result=_settle(segmenter, ready.val, histories))
        folder.write(CONFIG_FILE, config.to_json())
    return config


def _prepare(places: Places, settings: SegmentSettings) -> _Ready:
    dataset = open_dataset(places.out)
    masks = open_mask_set(places.masks)
    masks.refuse_other(dataset.info)
    slices = read_slices(dataset, labelled=False)
    split = read_split(places.split)
    parts = parts_of(slices, choose_fold(split, settings.fold), dataset.info.dataset_id)
    leakage = find_leakage(slices, parts)
    refuse_leakage(leakage, allow=settings.allow_leakage)
    for part in ("train", "val"):
        _refuse_bare(slices.take(parts == part), masks, part)
    usual = usual_mm(slices.take(parts == "train"))
    train, val = (
        open_pictures(dataset, slices.take(parts == part), usual, masks)
        for part in ("train", "val")
    )
    versions = {name: version(name) for name in _PACKAGES}
    config = SegmentConfig(
        settings,
        dataset.info.dataset_id,
        dataset.info.pixels_id,
        masks.mask_set_id,
        masks.info.told,
        describe_split(places.split.name, split),
        leakage,
        usual,
        {"python": platform.python_version(), **versions},
        (),
    )
    return _Ready(config, train, val)


def _refuse_bare(slices: Slices, masks: MaskSet, part: str) -> None:
    if not set(slices.slice_id.tolist()) & set(masks.slice_ids):
        raise InputError(f"no slice of {part} has a mask, expected some")


def _write_weights(folder: RunFolder, network: SegmentationNet, seed: int) -> str:
    tensors = {name: value.cpu().contiguous() for name, value in network.state_dict().items()}
    content = safetensors.torch.save(tensors)
    folder.write(weights_file(seed), content)
    return hashlib.sha256(content).hexdigest()


def _to_csv(seeds: Sequence[int], histories: Sequence[Sequence[Epoch]]) -> bytes:
    lines = ["seed,epoch,loss,dice,best"]
    for seed, history in zip(seeds, histories, strict=True):
        best = best_of(history)
        lines += [f"{seed},{e.epoch},{e.loss!r},{e.dice!r},{int(e is best)}" for e in history]
    return "\n".join((*lines, "")).encode()


def _settle(
    segmenter: Segmenter, val: Pictures, histories: Sequence[Sequence[Epoch]]
) -> SegmentResult:
    """Learn on val how far off measures are, and what slices are like."""
    told, slices = segmenter.config.told, val.slices
    features, errors, spreads = [], [], []
    for answer in ask(segmenter, val):
        features.append(answer.features)
        for place, index in enumerate(answer.indices.tolist()):
            pixel_mm = (float(slices.pixel_row_mm[index]), float(slices.pixel_col_mm[index]))
            truth, mean, *members = (
                _numbers(mask, pixel_mm, told)
                for mask in (val.mask(index), answer.masks[place], *answer.members[:, place])
            )
            errors.append(mean - truth)
            spreads.append(np.std(members, axis=0, ddof=1))
    widenings = {
        measure.name: learnt
        for measure, error, spread in zip(
            MEASURES, np.transpose(errors), np.transpose(spreads), strict=True
        )
        if measure.unit != "code" and (learnt := Widening.learn(error, spread))
    }
    best = [best_of(history) for history in histories]
    return SegmentResult(
        tuple(one.epoch for one in best),
        tuple(one.dice for one in best),
        widenings,
        Usual.learn(np.concatenate(features)),
    )


def _numbers(
    mask: np.ndarray[tuple[int, ...], np.dtype[np.uint8]],
    pixel_mm: tuple[float, float],
    told: Sequence[str],
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    found = measure_slice(mask, pixel_mm, told)
    return np.array([np.nan if one.value is None else one.value for one in found])
