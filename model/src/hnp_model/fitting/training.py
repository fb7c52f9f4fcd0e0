"""The training loop.

Order, variation and dropout depend on the seed and the number of the epoch alone, so a fit that was
stopped and resumed ends in the same bits as one that ran through (on a CPU with as many threads).
"""

import math

import numpy as np
import numpy.typing as npt
import torch

from hnp_model.data.slices import Slices
from hnp_model.fitting.augmenting.draws import variation_of
from hnp_model.fitting.forward import logits_of
from hnp_model.fitting.losses import loss_for
from hnp_model.fitting.networks.choice import build_network
from hnp_model.fitting.optimising import advance, holds_numbers, learner_for
from hnp_model.fitting.planning import epoch_seed, plan_rest
from hnp_model.fitting.samples import Samples
from hnp_model.fitting.scoring_apart import mean_loss
from hnp_model.fitting.telling import Clock, tell, tell_remark
from hnp_model.measures.calibration import sigmoid
from hnp_model.measures.metrics import area_under_curve
from hnp_model.measures.units import PRIMARY_UNIT, score_units
from hnp_model.runs.checkpoint import (
    Learner,
    Position,
    read_checkpoint,
    write_checkpoint,
    write_weights,
)
from hnp_model.runs.history import Epoch, History, Watch, best_of, has_stalled, to_csv
from hnp_model.runs.run_folder import HISTORY_FILE, RunFolder
from hnp_model.runs.val_logits import note_val_logits
from hnp_model.settings import FitSettings
from hnp_shared.errors import InputError
from hnp_shared.progress import track


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
        InputError: the loss is no longer a number; the last checkpoint stands.
        StorageError: a checkpoint could not be written.
    """
    learner = learner_for(build_network(settings), settings)
    loss_of = loss_for(settings.recipe, train.slices.is_patient).of
    history, losses = go_on(folder, learner)
    plan = plan_rest(train.slices.is_patient, settings, history, len(losses))
    saving = Clock(settings.checkpoint_minutes)
    for step in track(
        plan.steps,
        "training",
        total=plan.left,
        unit="step",
        more=lambda: tell(history, losses, settings),
    ):
        if step.first_of_epoch:
            torch.manual_seed(epoch_seed(settings.seed, step.epoch))
            learner.network.train()
            losses.clear()

        batch = train.batch(step.indices, variation_of(settings, step.epoch))
        loss = loss_of(learner.network(batch.images, batch.tabular), batch.truth)
        refuse_no_number(loss.item(), step.epoch, settings)
        loss.backward()  # type: ignore[no-untyped-call]  # torch gives it no types
        losses.append(loss.item() * step.indices.size)
        advance(learner, settings, step.epoch - 1, len(losses), plan.steps_an_epoch)

        if step.last_of_epoch:
            said = logits_of(learner.judged, val.in_order())
            loss_of_train = sum(losses) / len(train)
            history.append(judge_epoch(step.epoch, loss_of_train, said, val.slices, settings))
            note_val_logits(folder, len(history) - 1, said)
            keep(folder, learner, tuple(history))
            if has_stalled(tuple(history), settings.patience) or (watch and watch(tuple(history))):
                break
        elif saving.is_due() and holds_numbers(learner.network):
            write_checkpoint(folder, learner, Position.within(history, losses))
    return tuple(history)


def go_on(folder: RunFolder, learner: Learner) -> tuple[list[Epoch], list[float]]:
    """Restore what learns, and return the epochs done and the losses of the one that is not."""
    position, remark = read_checkpoint(folder, learner)
    tell_remark(remark)
    if position.random is not None:
        torch.set_rng_state(position.random)
    return list(position.history), list(position.losses)


def keep(folder: RunFolder, learner: Learner, history: History) -> None:
    """Write what an epoch leaves: weights that are the best so far, and where to go on."""
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
    refuse_no_number(val_loss, number, settings)
    probability = sigmoid(logits)
    by_slice = area_under_curve(score_units("slice", val, probability))
    by_level = area_under_curve(score_units(PRIMARY_UNIT, val, probability))
    return Epoch(number, train_loss, val_loss, by_slice, by_level)


def refuse_no_number(loss: float, epoch: int, settings: FitSettings) -> None:
    """Stop before a step, or an epoch, that would spoil what is kept.

    Raises:
        InputError: the loss is not a finite number.
    """
    if not math.isfinite(loss):
        kept = f"; the run keeps epoch {epoch - 1}" if epoch > 1 else ""
        raise InputError(
            f"the loss of epoch {epoch} is not a number at learning rate {settings.lr:g}; "
            f"expected a lower --lr{kept}"
        )
