"""The training of one member.

Order and variation hang on seed and epoch alone and each epoch ends in a checkpoint, so that a
training that was stopped and resumed ends in the same bits as one that ran through (on a CPU).
"""

import hashlib
import io
import math
import pickle
from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np
import torch
from torch import nn

from hnp_model.fitting.augmenting.chances import keys_of
from hnp_model.fitting.augmenting.draws import Variation
from hnp_model.morphometry.overlap import dice
from hnp_model.runs.run_folder import CHECKPOINTS_FOLDER, RunFolder
from hnp_model.segmentation.learning import loss_of
from hnp_model.segmentation.network import SegmentationNet
from hnp_model.segmentation.outlining import outline
from hnp_model.segmentation.samples import Pictures, batches
from hnp_model.segmentation.window import see_both
from hnp_model.settings.craft import Craft
from hnp_model.settings.segment import SegmentSettings
from hnp_shared.errors import InputError
from hnp_shared.mask_set import MaskClass
from hnp_shared.progress import track

CRAFT = Craft(augment=1.0, flip=True)
"""As strongly varied as the recipe `strong` of a fit."""

_WARMUP_EPOCHS = 1.0
_DECAY = 1e-3
_CLIP = 5.0


@dataclass(frozen=True, slots=True)
class Epoch:
    """One pass over train, and how the member did on val after it.

    Attributes:
        epoch: from 1.
        loss: mean of train.
        dice: mean over the slices of val and the classes that are told.
    """

    epoch: int
    loss: float
    dice: float


def train_member(
    train: Pictures, val: Pictures, settings: SegmentSettings, seed: int, folder: RunFolder
) -> tuple[SegmentationNet, list[Epoch]]:
    """Train a member, or go on, and return it with the weights best on val.

    Raises:
        InputError: the loss is no longer a number, or a checkpoint is damaged.
        StorageError: a checkpoint could not be written.
    """
    torch.manual_seed(seed)
    network = SegmentationNet(settings.width).to(settings.device)
    optimizer = torch.optim.AdamW(network.parameters(), lr=settings.lr, weight_decay=_DECAY)
    state = _State(network, optimizer, [], None)
    state.read(folder, seed)
    todo = range(len(state.history) + 1, settings.epochs + 1)
    for epoch in track(todo, f"training {seed}", total=len(todo), unit="epoch", more=state.told):
        if state.has_stalled(settings.patience):
            break
        loss = _pass(train, state, settings, (seed, epoch))
        if not math.isfinite(loss):
            raise InputError(
                f"the loss of epoch {epoch} is not a number at learning rate {settings.lr:g}; "
                "expected a lower --lr"
            )
        state.note(Epoch(epoch, loss, dice_on(network, val, settings)))
        state.write(folder, seed)
    if state.best:
        network.load_state_dict(state.best)
    return network, state.history


def dice_on(network: nn.Module, val: Pictures, settings: SegmentSettings) -> float:
    """Return the mean Dice over slices and classes; NaN where no class is there."""
    network.eval()
    found = []
    for indices in batches(len(val), settings.batch_size):
        masks = outline([network], val, indices, settings).masks
        for index, mask in zip(indices.tolist(), masks, strict=True):
            truth = val.mask(index)
            found += [dice(mask == one, truth == one) for one in MaskClass if one]
    known = np.array(found)
    return float(np.nanmean(known)) if np.isfinite(known).any() else float("nan")


def _pass(
    train: Pictures, state: "_State", settings: SegmentSettings, at: tuple[int, int]
) -> float:
    """Take all steps of an epoch and return its mean loss."""
    seed, epoch = at
    order = np.random.default_rng([seed, epoch]).permutation(len(train))
    variation = Variation(CRAFT, seed, epoch)
    total, count = 0.0, -(-len(train) // settings.batch_size)
    state.network.train()
    for step in range(count):
        indices = order[step * settings.batch_size : (step + 1) * settings.batch_size]
        for group in state.optimizer.param_groups:
            group["lr"] = _rate(settings, epoch - 1 + (step + 0.5) / count)
        draws = variation.draw(keys_of(train.slices.slice_id[indices]))
        tensors = (train.images(indices), train.truth(indices), train.seen(indices))
        images, truth, shares = (one.to(settings.device) for one in tensors)
        seen, wanted = see_both(images, truth, shares, settings.side, draws)
        loss = loss_of(state.network(seen), wanted)
        state.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]  # torch gives it no types
        nn.utils.clip_grad_norm_(state.network.parameters(), _CLIP)
        state.optimizer.step()
        total += float(loss.detach()) * len(indices)
    return total / len(train)


def _rate(settings: SegmentSettings, epochs: float) -> float:
    """Return the learning rate: a warm-up, then half a cosine to 0."""
    if epochs < _WARMUP_EPOCHS:
        return settings.lr * epochs / _WARMUP_EPOCHS
    share = (epochs - _WARMUP_EPOCHS) / max(settings.epochs - _WARMUP_EPOCHS, 1e-9)
    return settings.lr * (1 + math.cos(math.pi * min(share, 1.0))) / 2


class _State:
    """A member with what makes it learn, what it has been through, and its best weights."""

    def __init__(
        self,
        network: SegmentationNet,
        optimizer: torch.optim.Optimizer,
        history: list[Epoch],
        best: dict[str, torch.Tensor] | None,
    ) -> None:
        self.network, self.optimizer = network, optimizer
        self.history, self.best = history, best

    def told(self) -> str:
        """Return where it stands, in a line."""
        last = self.history[-1] if self.history else None
        return f"loss {last.loss:.3f}, Dice on val {last.dice:.3f}" if last else ""

    def note(self, epoch: Epoch) -> None:
        """Note an epoch, and its weights where it is the best."""
        self.history.append(epoch)
        if best_of(self.history) is epoch:
            weights = self.network.state_dict()
            self.best = {name: value.detach().cpu().clone() for name, value in weights.items()}

    def has_stalled(self, patience: int | None) -> bool:
        """Return whether the last epochs brought nothing better."""
        if patience is None or not self.history:
            return False
        return self.history[-1].epoch - best_of(self.history).epoch >= patience

    def write(self, folder: RunFolder, seed: int) -> None:
        """Write a checkpoint; its name is the member's."""
        sink = io.BytesIO()
        whole = {
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "history": [astuple(epoch) for epoch in self.history],
            "best": self.best,
        }
        torch.save(whole, sink)
        content = sink.getvalue()
        folder.write(_checkpoint(seed), hashlib.sha256(content).digest() + content)

    def read(self, folder: RunFolder, seed: int) -> None:
        """Take over what a checkpoint holds, where there is one.

        Raises:
            InputError: it is damaged or another network's.
        """
        if not folder.has(_checkpoint(seed)):
            return
        content = folder.read(_checkpoint(seed))
        damaged = f"{_checkpoint(seed)} is damaged or another network's"
        if hashlib.sha256(content[32:]).digest() != content[:32]:
            raise InputError(damaged)
        try:
            found = torch.load(io.BytesIO(content[32:]), map_location="cpu", weights_only=True)
            self.network.load_state_dict(found["network"])
            self.optimizer.load_state_dict(found["optimizer"])
            self.history[:] = [Epoch(*one) for one in found["history"]]
            self.best = found["best"]
        except (pickle.UnpicklingError, RuntimeError, EOFError, LookupError, TypeError) as error:
            raise InputError(damaged) from error


def best_of(history: Sequence[Epoch]) -> Epoch:
    """Return the epoch with the best Dice on val, the earlier one of equals."""
    return max(history, key=lambda one: -1.0 if math.isnan(one.dice) else one.dice)


def _checkpoint(seed: int) -> str:
    return f"{CHECKPOINTS_FOLDER}/member-{seed}.pt"
