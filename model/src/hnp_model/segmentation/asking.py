"""A run of segmentation asked for what it outlines in slices of a data set."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import safetensors
import safetensors.torch
import torch
from torch import nn

from hnp_model.runs.run_folder import RunFolder
from hnp_model.segmentation.network import SegmentationNet
from hnp_model.segmentation.oddity import features_of
from hnp_model.segmentation.outlining import Masks, outline
from hnp_model.segmentation.run_config import SegmentConfig, read_config, weights_file
from hnp_model.segmentation.samples import Pictures, batches
from hnp_model.settings.segment import SegmentSettings
from hnp_shared.errors import InputError
from hnp_shared.progress import track

BATCH = 16


@dataclass(frozen=True, slots=True, eq=False)
class Segmenter:
    """A finished run, ready to be asked.

    Attributes:
        config: of the run.
        networks: its members, in evaluation.
        settings: those of the fit, on the device at hand.
    """

    config: SegmentConfig
    networks: tuple[nn.Module, ...]
    settings: SegmentSettings


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What was outlined in a batch of slices.

    Attributes:
        indices: which of the pictures.
        masks: (slice, row, column).
        members: (member, slice, row, column).
        features: (slice, feature), of `oddity`.
    """

    indices: npt.NDArray[np.int64]
    masks: Masks
    members: Masks
    features: npt.NDArray[np.float64]


def open_run(path: Path) -> Segmenter:
    """Open a finished run.

    Raises:
        InputError: the folder holds none, or its weights are others than the fit left.
        StorageError: a read failed.
    """
    folder = RunFolder(path)
    config = read_config(folder)
    config.settled()
    on_cuda = config.settings.device == "cuda" and torch.cuda.is_available()
    settings = replace(config.settings, device="cuda" if on_cuda else "cpu")
    networks = [
        _member(folder, settings, seed, digest)
        for seed, digest in zip(settings.seeds, config.weights_sha256, strict=True)
    ]
    return Segmenter(config, tuple(networks), settings)


def _member(folder: RunFolder, settings: SegmentSettings, seed: int, digest: str) -> nn.Module:
    content = folder.read(weights_file(seed))
    if hashlib.sha256(content).hexdigest() != digest:
        raise InputError(f"{weights_file(seed)} holds other weights than the fit left")
    network = SegmentationNet(settings.width)
    try:
        network.load_state_dict(safetensors.torch.load(content))
    except (safetensors.SafetensorError, RuntimeError) as error:
        raise InputError(f"{weights_file(seed)} holds no weights of this network") from error
    return network.to(settings.device).eval()


def ask(segmenter: Segmenter, pictures: Pictures) -> Iterator[Answer]:
    """Yield what a run outlines in all slices, in their order.

    Each member looks at the mirrored picture too: how far looks spread is what intervals of val are
    learned from, so nobody may look at fewer later.
    """
    slices = pictures.slices
    usual = segmenter.config.usual_mm
    row_mm, col_mm = (
        np.where(np.isfinite(found), found, known)
        for found, known in zip((slices.pixel_row_mm, slices.pixel_col_mm), usual, strict=True)
    )
    pixel_mm2 = row_mm * col_mm
    todo = batches(len(pictures), BATCH)
    for indices in track(todo, "outlining", total=len(todo), unit="step"):
        found = outline(segmenter.networks, pictures, indices, segmenter.settings, mirrored=True)
        areas = pixel_mm2[indices].tolist()
        features = features_of(found.masks, found.members, found.doubt, areas)
        yield Answer(indices, found.masks, found.members, features)
