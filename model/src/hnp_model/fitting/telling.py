"""What a training says of itself while it runs, and when it is to be kept."""

import sys
import time
from collections.abc import Sequence

from hnp_model.measures.units import PRIMARY_UNIT
from hnp_model.runs.history import Epoch, best_of
from hnp_model.settings.fit import FitSettings


def tell(history: Sequence[Epoch], losses: Sequence[float], settings: FitSettings) -> str:
    """Return where a training stands, in a line.

    Args:
        history: the epochs done.
        losses: of each step since, times its slices.
        settings: of the fit.
    """
    told = []
    if losses:
        told.append(f"loss {sum(losses) / len(losses) / settings.batch_size:.3f}")
    if history:
        last, best = history[-1], best_of(tuple(history))
        told.append(
            f"epoch {last.epoch} of {settings.epochs}: val loss {last.val_loss:.3f}, AUC by "
            f"{'disc' if PRIMARY_UNIT == 'level' else PRIMARY_UNIT} {last.val_auc_level:.3f} "
            f"(best {best.val_auc_level:.3f}, epoch {best.epoch})"
        )
    return ", ".join(told)


def tell_remark(remark: str | None) -> None:
    """Say on stderr what a user should know before a training goes on."""
    if remark:
        print(f"note: {remark}", file=sys.stderr)


CHECKPOINT_MINUTES = 10.0
"""Between two checkpoints within an epoch, where nobody asks for others."""


class Clock:
    """Tells when it is time for another checkpoint.

    Args:
        minutes: between two; None: the usual ones.
    """

    def __init__(self, minutes: float | None) -> None:
        self._seconds = 60 * (CHECKPOINT_MINUTES if minutes is None else minutes)
        self._latest = time.monotonic()

    def is_due(self) -> bool:
        """Return whether it is time, and wait anew from here if so."""
        due = time.monotonic() - self._latest >= self._seconds
        if due:
            self._latest = time.monotonic()
        return due
