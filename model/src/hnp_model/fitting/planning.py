"""Which slices each step of a training takes; told by seed and epoch alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hnp_model.runs.history import Epoch, has_stalled
from hnp_model.settings.fit import FitSettings

Indices = npt.NDArray[np.int64]
Classes = npt.NDArray[np.bool_] | npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One step of the plan: which slices, and where it lies in its epoch."""

    epoch: int
    indices: Indices
    first_of_epoch: bool
    last_of_epoch: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What is left of a training.

    Attributes:
        steps: the steps, to be taken once.
        left: how many there are.
        steps_an_epoch: how many see every slice once.
    """

    steps: Iterator[Step]
    left: int
    steps_an_epoch: int


def plan_rest(
    truth: Classes, settings: FitSettings, history: Sequence[Epoch], steps_done: int
) -> Plan:
    """Return the steps that are left.

    Args:
        truth: (slice,), of train.
        settings: of the fit.
        history: whole epochs that lie behind; none is left when they have stalled.
        steps_done: of the next one.
    """
    stalled = has_stalled(tuple(history), settings.patience)
    done = settings.epochs if stalled else len(history)
    count = -(-truth.size // settings.batch_size)
    alike = truth if settings.recipe.balance == "sampling" else None
    steps = plan_steps(truth.size, settings, epochs_done=done, steps_done=steps_done, truth=alike)
    return Plan(steps, (settings.epochs - done) * count - steps_done, count)


def plan_steps(
    slice_count: int,
    settings: FitSettings,
    *,
    epochs_done: int,
    steps_done: int = 0,
    truth: Classes | None = None,
) -> Iterator[Step]:
    """Yield every step that is left; the order of slices is new in each epoch.

    Args:
        slice_count: of train; an epoch has as many.
        settings: of the fit.
        epochs_done: whole epochs that lie behind.
        steps_done: of the next one.
        truth: (slice,), where all classes are to come alike often.
    """
    for epoch in range(epochs_done + 1, settings.epochs + 1):
        random = np.random.default_rng([settings.seed, epoch])
        order = random.permutation(slice_count) if truth is None else _balanced(random, truth)
        skipped = steps_done if epoch == epochs_done + 1 else 0
        for first in range(skipped * settings.batch_size, slice_count, settings.batch_size):
            last = first + settings.batch_size
            yield Step(epoch, order[first:last], first == 0, last >= slice_count)


def epoch_seed(seed: int, epoch: int) -> int:
    """Return the seed of an epoch's dropout."""
    return int(np.random.SeedSequence([seed, epoch]).generate_state(1, np.uint32)[0])


def step_seed(seed: int, epoch: int, step: int, rank: int) -> int:
    """Return the seed of the dropout of a step in one of several processes.

    Args:
        seed: of the fit.
        epoch: from 1.
        step: of the epoch, from 0.
        rank: of the process.
    """
    return int(np.random.SeedSequence([seed, epoch, step, rank]).generate_state(1, np.uint32)[0])


def _balanced(random: np.random.Generator, truth: Classes) -> Indices:
    """Return as many slices as there are, of each class alike: some twice, some not at all."""
    classes = np.unique(truth)
    if classes.size < 2:
        return random.permutation(truth.size)
    sizes = [share.size for share in np.array_split(truth, classes.size)]
    drawn = [
        np.resize(
            random.permutation(np.flatnonzero(truth == one)), size
        )  # all once before any comes twice
        for one, size in zip(classes, sizes, strict=True)
    ]
    return random.permutation(np.concatenate(drawn))
