"""From a run and any data set, labelled or not, to what the model says of each slice."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from hnp_model.data.slices import Slices, Strings
from hnp_model.data.tabular import find_lacking
from hnp_model.fitting.baselines.baseline import load_baseline
from hnp_model.fitting.device import enough_memory, on_device_at_hand
from hnp_model.fitting.forward import logits_by_member
from hnp_model.fitting.networks.choice import build_network
from hnp_model.fitting.networks.code_head import hearing_codes
from hnp_model.fitting.networks.ensemble import BothWays
from hnp_model.fitting.samples import open_samples
from hnp_model.runs.checkpoint import load_weights
from hnp_model.runs.predictions import CodesSaid, Predictions
from hnp_model.runs.run_config import DataFacts, RunConfig
from hnp_model.runs.run_folder import (
    RunFolder,
)
from hnp_model.settings.evaluate import ALL
from hnp_model.settings.fit import BASELINES
from hnp_shared.dataset import Dataset
from hnp_shared.errors import InputError
from hnp_shared.progress import track
from hnp_shared.splits import PARTS


def predict(
    folder: RunFolder,
    config: RunConfig,
    dataset: Dataset,
    slices: Slices,
    parts: Strings,
    *,
    tta: bool = False,
) -> Predictions:
    """Run the network over slices, one part after the other.

    Args:
        folder: of the run.
        config: its configuration.
        dataset: an opened data set.
        slices: of it.
        parts: (slice,).
        tta: whether each picture is looked at mirrored too.

    Raises:
        InputError: weights or data are damaged, or the machine is too small for a batch.
        StorageError: a file could not be read.
    """
    if config.settings.model in BASELINES:
        return _by_baseline(folder, config, slices, parts)
    config = replace(config, settings=on_device_at_hand(config.settings))
    network = build_network(config.settings)
    weights_sha256 = load_weights(folder, network)
    if tta:
        network = BothWays(network)
    taken, logits, members, said = [], [], [], []
    for part in parts_in_order(parts):
        rows = np.flatnonzero(parts == part)
        samples = open_samples(dataset, slices.take(rows), config)
        # Val comes in the very batches in which thresholds were fixed: see logits_of.
        size = config.settings.batch_size
        batches = track(
            samples.in_order(), f"predicting {part}", total=-(-rows.size // size), unit="step"
        )
        taken.append(rows)
        with enough_memory(config.settings), hearing_codes(network) as heard:
            found, each = logits_by_member(network, batches)
            logits.append(found)
            members.append(each)
            said += [heard.probabilities()] if heard else []
    order, logit = np.concatenate(taken), _finite(np.concatenate(logits))
    lacking = find_lacking_inputs(config, slices)
    together = np.concatenate(members, axis=1) if config.settings.seeds else None
    codes = config.settings.codes
    told = CodesSaid(codes, np.concatenate(said, axis=1)) if codes else None
    return Predictions(
        slices.take(order), parts[order], logit, weights_sha256, lacking, together, told
    )


def _by_baseline(
    folder: RunFolder, config: RunConfig, slices: Slices, parts: Strings
) -> Predictions:
    model, weights_sha256 = load_baseline(folder, config.settings.model)
    order = np.concatenate([np.flatnonzero(parts == part) for part in parts_in_order(parts)])
    logit = _finite(model.logits(slices, config.standardisation)[order])
    lacking = find_lacking_inputs(config, slices)
    return Predictions(slices.take(order), parts[order], logit, weights_sha256, lacking)


def _finite(logit: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    if not np.isfinite(logit).all():
        raise InputError("the model's logits are no numbers: its weights or inputs are damaged")
    return logit


def refuse_other_pixels(trained: DataFacts, judged: DataFacts, *, allow: bool) -> None:
    """Refuse images that were made in another way than those trained on.

    Raises:
        InputError: pixels_id differs and that is not allowed.
    """
    if trained.pixels_id != judged.pixels_id and not allow:
        raise InputError(
            f"found pixels_id {judged.pixels_id}, the run was trained on {trained.pixels_id}: its "
            "images were made by another recipe; --allow-mismatch goes on"
        )


def find_lacking_inputs(config: RunConfig, slices: Slices) -> tuple[str, ...]:
    """Return the inputs that train had, that the network looks at and that no slice has."""
    if config.settings.inputs == "image":
        return ()
    return find_lacking(config.standardisation, slices)


def refuse_lacking(lacking: Sequence[str], *, allow: bool, where: str) -> None:
    """Refuse data without an input that the network has learned from.

    Raises:
        InputError: names the inputs, unless that is allowed.
    """
    if lacking and not allow:
        raise InputError(
            f"no slice of {where} has {', '.join(lacking)}, which the run was trained on; "
            "--allow-missing goes on with the mean of train"
        )


def parts_in_order(parts: Strings) -> list[str]:
    """Return the parts that slices are in, train first."""
    return [part for part in (*PARTS, ALL) if (parts == part).any()]
