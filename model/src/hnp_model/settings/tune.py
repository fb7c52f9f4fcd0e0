"""What `hnp-train tune` is asked to do."""

from dataclasses import dataclass
from typing import Literal

Dimension = Literal[
    "lr", "dropout", "weight_decay", "schedule", "augment", "input_dropout", "width", "slices"
]
DIMENSIONS: tuple[Dimension, ...] = (
    *("lr", "dropout", "weight_decay", "schedule", "augment", "input_dropout"),
    *("width", "slices"),
)
"""Fields of `FitSettings` and `Craft` that hnp-train tune can search."""


@dataclass(frozen=True, slots=True)
class TuneSettings:
    """The flags of a search for settings.

    Attributes:
        trials: as many as the study is to have, those of other processes among them.
        search: which fields of a fit's settings are searched; (): all that the model has.
        startup_trials: drawn at random, and never pruned, before what was seen guides the draws.
        warmup_epochs: of a trial, before it may be pruned.
    """

    trials: int = 20
    search: tuple[Dimension, ...] = ()
    startup_trials: int = 5
    warmup_epochs: int = 3
