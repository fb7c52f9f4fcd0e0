"""What `hnp-train fit` is asked to do, and which models there are."""

import math
from dataclasses import dataclass, field, replace
from typing import Literal

from hnp_model.settings.codes import CodeTarget
from hnp_model.settings.craft import PLAIN, Computing, Craft

ModelName = Literal["reference", "compact", "compact-1", "tabular-logistic", "tabular-gbm"]
MODELS: tuple[ModelName, ...] = (
    *("reference", "compact", "compact-1"),
    *("tabular-logistic", "tabular-gbm"),
)

Inputs = Literal["both", "image", "tabular"]
INPUTS: tuple[Inputs, ...] = ("both", "image", "tabular")

SHAPED: frozenset[ModelName] = frozenset({"compact"})
"""Networks that take neighbouring slices, further columns and a width."""

CHANNELS = (1, 3, 5)
"""Slices that are seen of a slice: itself, and as many on either side."""

DEFAULT_WIDTH = 24
"""Channels of the compact network's first maps."""

LARGEST_WIDTH = 256
"""Ten times what few patients can fill."""


DEVICES = ("auto", "cpu", "cuda")
"""`auto` takes a CUDA device where there is one. Only `cpu` promises equal bits on a resume."""

LARGEST_SEED = 2**32 - 1
"""What torch and numpy both take."""

LARGEST_BATCH = 65_536
"""Slices a step; far above what any of our networks gains from."""


DEFAULT_LR: dict[ModelName, float] = {"reference": 2e-5, "compact": 1e-3, "compact-1": 1e-3}
"""The report's learning rate, and one that suits the compact networks."""

BASELINES: dict[ModelName, dict[str, int | float | None]] = {
    "tabular-logistic": {},
    "tabular-gbm": {"epochs": 200, "lr": 0.1, "patience": None},
}
"""Models that see no picture -> the flags of a training that mean something to them, and their
defaults: an epoch is a tree, and 200 of them at 0.1 are more than val will keep."""


@dataclass(frozen=True, slots=True)
class FitSettings:
    """The flags of a fit.

    Attributes:
        model: which network.
        inputs: which of its branches see anything.
        epochs: passes over the training part, at most.
        patience: epochs in a row without a better one on val that end the fit; None: never.
        batch_size: slices a step.
        lr: Adam's learning rate.
        dropout: share of hidden units left out in training.
        seed: of first weights, order and dropout.
        fold: test fold of a k-fold split.
        allow_leakage: whether a leaking split is taken.
        device: `cpu` or `cuda`; two fits that differ in it alone are one.
        preset: the named recipe that stood where flags were not given; None: plain.
        craft: the recipe of training; None: the report's.
        seeds: members, each of the next seed, whose mean is the prediction; None: one.
        checkpoint_minutes: between two checkpoints within an epoch; None: the usual ones.
        computed: what computes it beside the device; None: as it always was.
        slices: seen of each slice, itself in the middle; None: itself.
        width: channels of the compact network's first maps; None: the usual ones.
        columns: of the manifest, further numbers that the network is given; None: none.
        choose_pooling: whether val chooses how the slices of a disc are put together, to be told
            beside their mean; None: not.
        codes: which label code a slice has, where that is what is learned; None: whether it shows
            a patient.
    """

    model: ModelName = "reference"
    inputs: Inputs = "both"
    epochs: int = 20
    patience: int | None = None
    batch_size: int = 32
    lr: float = 2e-5
    dropout: float = 0.1
    seed: int = 42
    fold: int | None = None
    allow_leakage: bool = False
    device: str = field(default="cpu", compare=False)
    preset: Literal["strong"] | None = None
    craft: Craft | None = None
    seeds: int | None = None
    checkpoint_minutes: float | None = field(default=None, compare=False)
    computed: Computing | None = field(default=None, compare=False)
    slices: int | None = None
    width: int | None = None
    columns: tuple[str, ...] | None = None
    choose_pooling: bool | None = None
    codes: CodeTarget | None = None

    def __post_init__(self) -> None:
        counts = (self.epochs, self.patience or 1, self.batch_size, self.seeds or 1)
        shares = 0 < self.lr < math.inf and 0 <= self.dropout < 1
        seeded = 0 <= self.seed <= LARGEST_SEED - (self.seeds or 1) + 1 and (self.fold or 0) >= 0
        sees = self.model not in BASELINES or self.inputs == "tabular"
        columns = None if self.model in BASELINES else self.columns
        shaped = self.model in SHAPED or all(
            one is None for one in (self.slices, self.width, columns)
        )
        shaped = (
            shaped
            and self.channels in CHANNELS
            and 0 < (self.width or DEFAULT_WIDTH) <= LARGEST_WIDTH
        )
        known = sees and shaped and self.device in DEVICES
        known = known and not (self.codes and self.model in BASELINES)
        if min(counts) < 1 or not shares or not seeded or not known:
            raise ValueError("expected settings as hnp-train fit takes them")

    @property
    def channels(self) -> int:
        """How many slices are seen of a slice."""
        return self.slices or 1

    @property
    def recipe(self) -> Craft:
        """How weights are trained."""
        return self.craft or PLAIN

    @property
    def computing(self) -> Computing:
        """What computes weights beside the device."""
        return self.computed or Computing()

    def members(self) -> tuple["FitSettings", ...]:
        """Return the settings of each training; this one's own when there is one."""
        if self.seeds is None:
            return (self,)
        seeds = range(self.seed, self.seed + self.seeds)
        return tuple(replace(self, seed=seed, seeds=None) for seed in seeds)
