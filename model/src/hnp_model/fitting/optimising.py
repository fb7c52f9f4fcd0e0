"""From gradients to weights: Adam or AdamW, its learning rate over the epochs, averaged weights."""

import copy
import math

import torch
from torch import nn

from hnp_model.runs.checkpoint import Learner
from hnp_model.settings.fit import FitSettings

SHORT_MEMORY_STEPS = 10
"""Early on, weights are averaged over a tenth of the steps there were: first ones are forgotten."""


FUSED_ON_CPU = "2.4"
"""First version of torch with a fused step on a CPU; of CUDA, each that we take has one."""


def learner_for(network: nn.Module, settings: FitSettings) -> Learner:
    """Return a network with what makes it learn."""
    averaged = copy.deepcopy(network) if settings.recipe.ema_epochs else None
    return Learner(network, build_optimizer(network, settings), averaged)


def build_optimizer(network: nn.Module, settings: FitSettings) -> torch.optim.Optimizer:
    """Return Adam over all weights, or AdamW; fused, where torch has it, one call steps them all.

    Only matrices decay: a bias or a norm that shrinks makes no function simpler.
    """
    decay = settings.recipe.weight_decay
    fused = settings.device != "cpu" or torch.__version__ >= FUSED_ON_CPU
    if not decay:
        return torch.optim.Adam(network.parameters(), lr=settings.lr, fused=fused)
    weights = list(network.parameters())
    groups = [
        {"params": [one for one in weights if one.ndim > 1], "weight_decay": decay},
        {"params": [one for one in weights if one.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=settings.lr, fused=fused)


def learning_rate(settings: FitSettings, epochs: float) -> float:
    """Return the learning rate of a step.

    Args:
        settings: of the fit.
        epochs: what lies behind when the step is taken, whole epochs and a fraction.
    """
    warmup = min(settings.recipe.warmup_epochs, settings.epochs)
    if epochs < warmup:
        return settings.lr * epochs / warmup
    if settings.recipe.schedule == "constant":
        return settings.lr
    share = (epochs - warmup) / max(settings.epochs - warmup, 1e-9)
    return settings.lr * (1 + math.cos(math.pi * min(share, 1.0))) / 2


def advance(
    learner: Learner, settings: FitSettings, epochs: int, steps: int, steps_an_epoch: int
) -> None:
    """Take one step along the gradients, and forget them.

    Args:
        learner: whose gradients are there.
        settings: of the fit.
        epochs: whole ones done.
        steps: number of this one in its epoch, from 1.
        steps_an_epoch: how many an epoch has.
    """
    craft = settings.recipe
    # The middle of the step: the first one has a rate above 0, and the last one too.
    rate = learning_rate(settings, epochs + (steps - 0.5) / steps_an_epoch)
    for group in learner.optimizer.param_groups:
        group["lr"] = rate
    if craft.clip:
        nn.utils.clip_grad_norm_(learner.network.parameters(), craft.clip)
    learner.optimizer.step()
    learner.optimizer.zero_grad(set_to_none=True)
    if learner.averaged is not None:
        behind = (epochs * steps_an_epoch + steps) / SHORT_MEMORY_STEPS
        memory = min(craft.ema_epochs * steps_an_epoch, behind)
        average_into(learner.averaged, learner.network, 1 / max(memory, 1.0))


def holds_numbers(network: nn.Module) -> bool:
    """Return whether all weights are finite: gradients that are not leave a finite loss behind."""
    return all(bool(torch.isfinite(weights).all()) for weights in network.parameters())


@torch.no_grad()
def average_into(averaged: nn.Module, network: nn.Module, share: float) -> None:
    """Move averaged weights towards a network's by a share of the way.

    What a norm has counted over batches moves alike: it belongs to the weights that it was counted
    with, and goes with their average as they do. Counts of batches are taken over.
    """
    mine, theirs = averaged.state_dict(), network.state_dict()
    moving = [name for name, value in mine.items() if value.is_floating_point()]
    torch._foreach_lerp_(  # public by name only since later versions
        [mine[name] for name in moving], [theirs[name] for name in moving], share
    )
    for name in mine.keys() - set(moving):
        mine[name].copy_(theirs[name])
