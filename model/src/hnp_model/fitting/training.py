"""The training loop.

Order, variation and dropout depend on the seed and the number of the epoch alone, so a fit that was
stopped and resumed ends in the same bits as one that ran through (on a CPU with as many threads).
Several processes take the same steps; each sees a share of a batch, and the first one writes.
"""

import functools
import math
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from hnp_model.data.slices import Slices
from hnp_model.fitting.ahead import feed
from hnp_model.fitting.computing import computing, forward_of
from hnp_model.fitting.forward import logits_of
from hnp_model.fitting.losses import loss_for
from hnp_model.fitting.networks.choice import build_network
from hnp_model.fitting.optimising import advance, holds_numbers, learner_for
from hnp_model.fitting.planning import Step, epoch_seed, plan_rest, step_seed
from hnp_model.fitting.samples import Samples
from hnp_model.fitting.scoring_apart import mean_loss
from hnp_model.fitting.several.norms import share_norms
from hnp_model.fitting.several.ranks import Ranks, ranks_here, share_of_loss
from hnp_model.fitting.tally import Tally
from hnp_model.fitting.telling import Clock, tell, tell_remark
from hnp_model.measures.calibration import sigmoid
from hnp_model.measures.metrics import area_under_curve
from hnp_model.measures.units import PRIMARY_UNIT, score_units
from hnp_model.measures.within_levels import area_within_levels
from hnp_model.runs.checkpoint import (
    Learner,
    Position,
    pack,
    read_checkpoint,
    unpack,
    write_checkpoint,
    write_weights,
)
from hnp_model.runs.history import Epoch, History, Watch, best_of, has_stalled, to_csv
from hnp_model.runs.run_folder import HISTORY_FILE, RunFolder
from hnp_model.runs.val_logits import note_val_logits
from hnp_model.settings.fit import FitSettings
from hnp_shared.errors import InputError
from hnp_shared.progress import track


def train(
    train: Samples,
    val: Samples,
    settings: FitSettings,
    folder: RunFolder | None,
    watch: Watch | None = None,
) -> History:
    """Train from the last checkpoint, if any, until the last epoch, no better val, or the watch.

    The weights kept are those best on val.

    Args:
        train: what is learned from.
        val: what judges each epoch.
        settings: of the fit.
        folder: of the run; None where another process writes it.
        watch: ends the fit when it says so, in the process that writes.

    Raises:
        InputError: the loss is no longer a number; the last checkpoint stands.
        StorageError: a checkpoint could not be written.
        StoppedError: another process has ended.
    """
    ranks = ranks_here()
    learner = learner_for(share_norms(build_network(settings), ranks), settings)
    at = go_on(folder, learner, settings, ranks)
    loss_of = loss_for(settings.recipe, train.slices.is_patient, train.targets).of
    forward = forward_of(learner.network, settings)
    plan = plan_rest(train.classes, settings, at.history, at.losses.steps)
    saving = Clock(settings.checkpoint_minutes)
    with computing(settings), closing(feed(train, plan.steps, settings, ranks)) as batches:
        more = functools.partial(tell, at.history, at.losses.seen, settings)
        told = track(batches, "training", total=plan.left, unit="step", more=more)
        for step, batch in batches if ranks.rank else told:
            begin(step, learner, at.losses, settings, ranks)
            logits = forward(batch.images, batch.tabular)
            loss = share_of_loss(loss_of, logits, batch.truth, step.indices.size)
            seen = at.losses.add(ranks.total(loss.detach().clone()), step.indices.size)
            refuse_no_number(seen, step.epoch, settings)
            loss.backward()  # type: ignore[no-untyped-call]  # torch gives it no types
            ranks.add_gradients(learner.network)
            advance(learner, settings, step.epoch - 1, at.losses.steps, plan.steps_an_epoch)

            if step.last_of_epoch:
                refuse_no_number(at.losses.look(), step.epoch, settings)
                said = look_at(learner.judged, val, ranks)
                loss_of_train = sum(at.losses.seen) / len(train)
                at.history.append(
                    judge_epoch(step.epoch, loss_of_train, said, val.slices, settings)
                )
                keep(folder, learner, tuple(at.history), said)
                if ranks.from_first(is_over(tuple(at.history), settings, watch)):
                    break
            elif folder and saving.is_due() and holds_numbers(learner.network):
                refuse_no_number(at.losses.look(), step.epoch, settings)
                write_checkpoint(folder, learner, at.position(settings))
    return tuple(at.history)


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Where a training stands while it goes on: the epochs done, and the losses of the next."""

    history: list[Epoch]
    losses: Tally

    def position(self, settings: FitSettings) -> Position:
        """Return it for a checkpoint between two steps."""
        return Position.within(self.history, self.losses.seen, settings.device)


def go_on(
    folder: RunFolder | None, learner: Learner, settings: FitSettings, ranks: Ranks
) -> Standing:
    """Restore what learns, as the process that writes has it, and return where it stands."""
    position = Position()
    if folder:
        position, remark = read_checkpoint(folder, learner)
        tell_remark(remark)
    if ranks.several:
        position = unpack(ranks.from_first(pack(learner, position)), learner)
    position.stand()
    return Standing([*position.history], Tally(position.losses, settings.device))


def begin(step: Step, learner: Learner, losses: Tally, settings: FitSettings, ranks: Ranks) -> None:
    """Make ready for a step, or for its epoch; what torch draws hangs on both alone."""
    if step.first_of_epoch:
        torch.manual_seed(epoch_seed(settings.seed, step.epoch))
        learner.network.train()
        losses.clear()
    if ranks.several:  # anew at each step, so that a checkpoint need not hold all their generators
        torch.manual_seed(step_seed(settings.seed, step.epoch, losses.steps, ranks.rank))


def look_at(network: nn.Module, val: Samples, ranks: Ranks) -> npt.NDArray[np.float64]:
    """Return the logit of each slice of val, (slice,); each process looks at some batches.

    Batches are those of one process, so the bits are too.
    """
    if not ranks.several:
        return logits_of(network, val.in_order())
    every = np.arange(len(val))
    batches = [every[first : first + len(val.buffer)] for first in every[:: len(val.buffer)]]
    return ranks.in_turns(batches, lambda indices: logits_of(network, [val.batch(indices)]))


def is_over(history: History, settings: FitSettings, watch: Watch | None) -> bool:
    """Return whether a training ends before its last epoch."""
    return has_stalled(history, settings.patience) or bool(watch and watch(history))


def keep(
    folder: RunFolder | None,
    learner: Learner,
    history: History,
    said: npt.NDArray[np.float64],
) -> None:
    """Write what an epoch leaves: what it said of val, the best weights, and where to go on."""
    if not folder:
        return
    note_val_logits(folder, len(history) - 1, said)
    if history[-1] is best_of(history):
        write_weights(folder, learner.judged)
    folder.write(HISTORY_FILE, to_csv(history))
    write_checkpoint(folder, learner, Position(history))  # last: it vouches for the rest


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
    val_loss = mean_loss(val.is_patient, logits)
    refuse_no_number([val_loss], number, settings)
    probability = sigmoid(logits)
    by_slice = area_under_curve(score_units("slice", val, probability))
    by_level = area_under_curve(score_units(PRIMARY_UNIT, val, probability))
    within = area_within_levels(val, probability)
    return Epoch(number, train_loss, val_loss, by_slice, by_level, within)


def refuse_no_number(losses: Iterable[float], epoch: int, settings: FitSettings) -> None:
    """Stop before a step, or an epoch, that would spoil what is kept.

    Raises:
        InputError: a loss is not a finite number.
    """
    if not all(math.isfinite(loss) for loss in losses):
        kept = f"; the run keeps epoch {epoch - 1}" if epoch > 1 else ""
        raise InputError(
            f"the loss of epoch {epoch} is not a number at learning rate {settings.lr:g}; "
            f"expected a lower --lr{kept}"
        )
