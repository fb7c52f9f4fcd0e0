"""The training loop.

Order and dropout depend on the seed and the number of the epoch alone, so a fit that was stopped
and resumed ends in the same bits as one that ran through (on a CPU with as many threads).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

from hnp_model.data.slices import Slices
from hnp_model.fitting.forward import logits_of
from hnp_model.fitting.networks.choice import build_network
from hnp_model.fitting.samples import Samples
from hnp_model.fitting.scoring_apart import loss_of
from hnp_model.measures.calibration import sigmoid
from hnp_model.measures.metrics import area_under_curve
from hnp_model.measures.units import PRIMARY_UNIT, score_units
from hnp_model.runs.checkpoint import read_checkpoint, write_checkpoint, write_weights
from hnp_model.runs.history import Epoch, History, Watch, best_of, has_stalled, to_csv
from hnp_model.runs.run_folder import HISTORY_FILE, RunFolder
from hnp_model.runs.val_logits import note_val_logits
from hnp_model.settings import FitSettings
from hnp_shared.errors import InputError
from hnp_shared.progress import track


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One step of the plan: which slices, and where it lies in its epoch."""

    epoch: int
    indices: npt.NDArray[np.int64]
    first_of_epoch: bool
    last_of_epoch: bool


def train(
    train: Samples,
    val: Samples,
    settings: FitSettings,
    folder: RunFolder,
    watch: Watch | None = None,
) -> History:
    """Train from the last checkpoint, if any, until the last epoch, no better val, or the watch.

    The weights kept are those best on val.

    Raises:
        InputError: the loss is no longer a number.
        StorageError: a checkpoint could not be written.
    """
    network = build_network(settings)
    optimizer = build_optimizer(network, settings)
    history = read_checkpoint(folder, network, optimizer)
    done = settings.epochs if has_stalled(history, settings.patience) else len(history)
    steps = plan_steps(len(train), settings, epochs_done=done)
    total = (settings.epochs - done) * -(-len(train) // settings.batch_size)
    losses: list[float] = []
    for step in track(steps, "training", total=total, unit="step"):
        if step.first_of_epoch:
            torch.manual_seed(epoch_seed(settings.seed, step.epoch))
            network.train()
            losses.clear()

        batch = train.batch(step.indices)
        logits = network(batch.images, batch.tabular)  # (slice,)
        loss = binary_cross_entropy_with_logits(logits, batch.truth)
        loss.backward()  # type: ignore[no-untyped-call]  # torch gives it no types
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        losses.append(loss.item() * step.indices.size)

        if step.last_of_epoch:
            said = logits_of(network, val.in_order())
            epoch = judge_epoch(step.epoch, sum(losses) / len(train), said, val.slices, settings)
            note_val_logits(folder, len(history), said)
            history = (*history, epoch)
            if epoch is best_of(history):
                write_weights(folder, network)
            folder.write(HISTORY_FILE, to_csv(history))
            write_checkpoint(folder, network, optimizer, history)  # last: it vouches for the rest
            if has_stalled(history, settings.patience) or (watch and watch(history)):
                break
    return history


def build_optimizer(network: nn.Module, settings: FitSettings) -> torch.optim.Optimizer:
    """Return Adam over all weights; fused, one call steps them all."""
    return torch.optim.Adam(network.parameters(), lr=settings.lr, fused=True)


def plan_steps(slice_count: int, settings: FitSettings, *, epochs_done: int) -> Iterator[Step]:
    """Yield every step that is left; the order of slices is new in each epoch."""
    for epoch in range(epochs_done + 1, settings.epochs + 1):
        order = np.random.default_rng([settings.seed, epoch]).permutation(slice_count)
        for first in range(0, slice_count, settings.batch_size):
            last = first + settings.batch_size
            yield Step(epoch, order[first:last], first == 0, last >= slice_count)


def epoch_seed(seed: int, epoch: int) -> int:
    """Return the seed of an epoch's dropout."""
    return int(np.random.SeedSequence([seed, epoch]).generate_state(1, np.uint32)[0])


def judge_epoch(
    number: int,
    train_loss: float,
    logits: npt.NDArray[np.float64],
    val: Slices,
    settings: FitSettings,
) -> Epoch:
    """Return how the network does on val, from what it said of it.

    Raises:
        InputError: a loss is no number.
    """
    if not np.isfinite([train_loss, *logits]).all():
        raise InputError(
            f"the loss of epoch {number} is not a number at learning rate {settings.lr:g}; "
            "expected a lower --lr"
        )
    probability = sigmoid(logits)
    by_slice = area_under_curve(score_units("slice", val, probability))
    by_level = area_under_curve(score_units(PRIMARY_UNIT, val, probability))
    return Epoch(number, train_loss, loss_of(val.is_patient, logits), by_slice, by_level)
