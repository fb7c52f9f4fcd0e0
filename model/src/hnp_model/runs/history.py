"""The record of a training: one entry an epoch."""

import csv
import io
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, fields


@dataclass(frozen=True, slots=True)
class Epoch:
    """One pass over the training part, and how the network did on val after it.

    Attributes:
        epoch: from 1.
        train_loss: mean cross-entropy while training, of label codes where those are learned.
        val_loss: mean binary cross-entropy on val, without dropout.
        val_auc_slice: AUC on val by slice; NaN when val has one class only.
        val_auc_level: AUC on val by disc, which chooses the weights that are kept.
        val_auc_within_level: mean over L1-2 to L5-S1 of the same among discs of that height: what
            is left when the height alone tells nothing; NaN where none has both classes.
    """

    epoch: int
    train_loss: float
    val_loss: float
    val_auc_slice: float
    val_auc_level: float
    val_auc_within_level: float = math.nan

    @property
    def merit(self) -> tuple[float, float]:
        """What decides which epoch is best: AUC by disc, then the lower loss on val."""
        return (0.0 if math.isnan(self.val_auc_level) else self.val_auc_level, -self.val_loss)


History = tuple[Epoch, ...]

Watch = Callable[[History], bool]
"""Looks at all epochs done after each, and says whether the fit shall end with it."""


def best_of(history: History) -> Epoch:
    """Return the best epoch, the earlier one of equals."""
    return max(history, key=lambda epoch: epoch.merit)


def has_stalled(history: History, patience: int | None) -> bool:
    """Return whether the last ``patience`` epochs brought nothing better."""
    if patience is None or not history:
        return False
    return history[-1].epoch - best_of(history).epoch >= patience


def to_csv(history: History) -> bytes:
    """Return the bytes of history.csv; the last column marks the best epoch."""
    return _csv([*_NAMES, "best"], _marked(history))


def to_csv_by_seed(histories: Mapping[int, History]) -> bytes:
    """Return the same of several members, one after the other, their seed first."""
    rows = ([seed, *row] for seed, history in histories.items() for row in _marked(history))
    return _csv(["seed", *_NAMES, "best"], rows)


_NAMES = tuple(field.name for field in fields(Epoch))


def _marked(history: History) -> Iterator[list[float]]:
    best = best_of(history)
    return ([*astuple(epoch), int(epoch is best)] for epoch in history)


def _csv(head: list[str], rows: Iterable[list[float]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue().encode()
