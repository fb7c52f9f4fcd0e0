"""How a run does when inputs are missing: the same slices, judged with each input taken away."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from hnp_model.data.slices import UNKNOWN, UNKNOWN_LEVEL, Slices
from hnp_model.data.tabular import FEATURES
from hnp_model.fitting.baselines.baseline import load_baseline
from hnp_model.fitting.batch import Batch
from hnp_model.fitting.device import enough_memory, on_device_at_hand
from hnp_model.fitting.forward import logits_of
from hnp_model.fitting.networks.choice import build_network
from hnp_model.fitting.networks.ensemble import Ensemble
from hnp_model.fitting.samples import Samples, inputs_of, open_samples
from hnp_model.measures.bootstrap import Figure, estimate
from hnp_model.measures.calibration import sigmoid
from hnp_model.measures.units import PRIMARY_UNIT, score_units
from hnp_model.runs.checkpoint import load_weights
from hnp_model.runs.run_config import RunConfig
from hnp_model.runs.run_folder import RunFolder
from hnp_model.settings.fit import BASELINES, Inputs
from hnp_shared.dataset import Dataset
from hnp_shared.progress import track

NOTHING = "nothing"
ALL_TABULAR = "all tabular"
IMAGE = "image"

Logits = npt.NDArray[np.float64]
Tabular = npt.NDArray[np.float32]


class _Remembering(nn.Module):
    """Looks at a batch of images once, however often it is asked about the same batch."""

    def __init__(self, looking: nn.Module) -> None:
        super().__init__()
        self.looking = looking
        self._seen: tuple[torch.Tensor, torch.Tensor] | None = None

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the features of images."""
        if self._seen is None or self._seen[0] is not images:
            self._seen = (images, self.looking(images))
        return self._seen[1]


def areas_without(
    folder: RunFolder, config: RunConfig, dataset: Dataset, slices: Slices
) -> Mapping[str, Figure]:
    """Return what is taken away -> AUC by disc, with its interval.

    Args:
        folder: the run.
        config: of the run.
        dataset: the data set judged.
        slices: those judged, with their truth.

    Raises:
        InputError: weights or data are damaged, or the machine is too small for a batch.
        StorageError: a file could not be read.
    """
    less = take_away(slices, config.settings.inputs)
    if config.settings.model in BASELINES:
        model, _ = load_baseline(folder, config.settings.model)
        said = {name: model.logits(one, config.standardisation) for name, one in less.items()}
    else:
        said = _by_network(folder, config, dataset, slices, less)
    return {name: _area(slices, logit) for name, logit in said.items()}


def _by_network(
    folder: RunFolder,
    config: RunConfig,
    dataset: Dataset,
    slices: Slices,
    less: Mapping[str, Slices],
) -> dict[str, Logits]:
    config = replace(config, settings=on_device_at_hand(config.settings))
    network = build_network(config.settings)
    load_weights(folder, network)
    if config.settings.inputs == "both":
        # The image is looked at once for all that is taken away beside it.
        for each in network.members if isinstance(network, Ensemble) else [network]:
            each.cnn = _Remembering(cast("nn.Module", each.cnn))
    samples = open_samples(dataset, slices, config)
    tabular = {
        name: inputs_of(without, config.standardisation, config.settings).values
        for name, without in less.items()
    }
    with enough_memory(config.settings):
        return _logits(network, samples, tabular, blind=config.settings.inputs != "tabular")


def take_away(slices: Slices, inputs: Inputs) -> Mapping[str, Slices]:
    """Return what is taken away -> the slices without it, for tabular inputs that are looked at."""
    if inputs == "image":
        return {NOTHING: slices}
    nothing: dict[str, Any] = {
        "age": np.full_like(slices.age, np.nan),
        "sex": np.full(len(slices), UNKNOWN),
        "canal_width_mm": np.full_like(slices.canal_width_mm, np.nan),
        "level": np.full_like(slices.level, UNKNOWN_LEVEL),
    }
    single = {name: replace(slices, **{name: nothing[name]}) for name in FEATURES}
    none = {name: np.full_like(values, np.nan) for name, values in slices.further.items()}
    further = {
        name: replace(slices, further={**slices.further, name: values})
        for name, values in none.items()
    }
    emptied = replace(slices, **nothing, further=none)
    return {NOTHING: slices, **single, **further, ALL_TABULAR: emptied}


def _logits(
    network: nn.Module, samples: Samples, tabular: Mapping[str, Tabular], *, blind: bool
) -> dict[str, Logits]:
    """Return what is taken away -> the logit of each slice, (slice,)."""
    names = (*tabular, *((IMAGE,) if blind else ()))
    found: dict[str, list[Logits]] = {name: [] for name in names}
    steps = -(-len(samples) // len(samples.buffer))
    first = 0
    for batch in track(samples.in_order(), "taking inputs away", total=steps, unit="step"):
        for name, given in _variants(batch, tabular, first, blind=blind):
            found[name].append(logits_of(network, [given]))
        first += len(batch.truth)
    return {name: np.concatenate(logits) for name, logits in found.items()}


def _variants(
    batch: Batch, tabular: Mapping[str, Tabular], first: int, *, blind: bool
) -> Iterator[tuple[str, Batch]]:
    for name, rows in tabular.items():
        here = torch.from_numpy(rows[first : first + len(batch.truth)])
        yield name, replace(batch, tabular=here.to(batch.tabular.device))
    if blind:
        yield IMAGE, replace(batch, images=torch.zeros_like(batch.images))


def _area(slices: Slices, logit: Logits) -> Figure:
    # Thresholds play no part in an area.
    scores = score_units(PRIMARY_UNIT, slices, sigmoid(logit))
    return estimate(scores, 0.5, ("auc",)).figures[0]
