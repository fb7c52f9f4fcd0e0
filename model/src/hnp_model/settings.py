"""What each command is asked to do; free of torch and numpy, so that --help comes at once."""

import math
from dataclasses import dataclass, field, replace
from typing import Literal

from hnp_shared.splits import Unit

Scheme = Literal["stratified", "hospital-out", "kfold"]
SCHEMES: tuple[Scheme, ...] = ("stratified", "hospital-out", "kfold")

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

Dimension = Literal[
    "lr", "dropout", "weight_decay", "schedule", "augment", "input_dropout", "width", "slices"
]
DIMENSIONS: tuple[Dimension, ...] = (
    *("lr", "dropout", "weight_decay", "schedule", "augment", "input_dropout"),
    *("width", "slices"),
)
"""Fields of `FitSettings` and `Craft` that hnp-train tune can search."""

DEVICES = ("auto", "cpu", "cuda")
"""`auto` takes a CUDA device where there is one. Only `cpu` promises equal bits on a resume."""

LARGEST_SEED = 2**32 - 1
"""What torch and numpy both take."""

LARGEST_BATCH = 65_536
"""Slices a step; far above what any of our networks gains from."""

TRIAL_EPOCHS = 5
"""Epochs of each training of an audit: enough for the compact network to learn patients."""

DEFAULT_LR: dict[ModelName, float] = {"reference": 2e-5, "compact": 1e-3, "compact-1": 1e-3}
"""The report's learning rate, and one that suits the compact networks."""

BASELINES: dict[ModelName, dict[str, int | float | None]] = {
    "tabular-logistic": {},
    "tabular-gbm": {"epochs": 200, "lr": 0.1, "patience": None},
}
"""Models that see no picture -> the flags of a training that mean something to them, and their
defaults: an epoch is a tree, and 200 of them at 0.1 are more than val will keep."""


@dataclass(frozen=True, slots=True)
class SplitSettings:
    """The flags of a split.

    Attributes:
        scheme: what the parts are for.
        unit: whether ids name patients or (leaking) slices.
        ratios: whole numbers for train, val and test.
        folds: parts of a k-fold split.
        seed: decides between groups that are alike; the key of the hash of a stable split.
        stable: whether a patient's part depends on nobody else, at the price of balance.
    """

    scheme: Scheme = "stratified"
    unit: Unit = "patient"
    ratios: tuple[int, int, int] = (6, 2, 2)
    folds: int = 5
    seed: int = 42
    stable: bool = False


Schedule = Literal["constant", "cosine"]
SCHEDULES: tuple[Schedule, ...] = ("constant", "cosine")

Balance = Literal["none", "loss", "sampling"]
BALANCES: tuple[Balance, ...] = ("none", "loss", "sampling")


@dataclass(frozen=True, slots=True)
class Craft:
    """The recipe of a training; as it stands here, the report's: Adam, and nothing else.

    Attributes:
        weight_decay: AdamW's, on the matrices of the network only; 0 leaves plain Adam.
        schedule: of the learning rate over all epochs, after the warm-up.
        warmup_epochs: over which the learning rate rises from nothing.
        ema_epochs: epochs that the weights judged and kept are averaged over; 0: the last ones.
        balance: how the rarer class is made to count as much: in the loss, or drawn more often.
        label_smoothing: how far a label is taken from certainty, 0 to 1.
        mixup: of the Beta distribution that pairs of slices are mixed by; 0: none.
        clip: largest norm of all gradients of a step; 0: any.
        augment: how strongly pictures are varied; 1 is what suits spines, 0 nothing.
        flip: whether half of the pictures are mirrored, left and right; not for labels of one side.
        input_dropout: share of tabular inputs that a slice does without in an epoch.
    """

    weight_decay: float = 0.0
    schedule: Schedule = "constant"
    warmup_epochs: float = 0.0
    ema_epochs: float = 0.0
    balance: Balance = "none"
    label_smoothing: float = 0.0
    mixup: float = 0.0
    clip: float = 0.0
    augment: float = 0.0
    flip: bool = False
    input_dropout: float = 0.0

    def __post_init__(self) -> None:
        amounts = (
            *(self.weight_decay, self.warmup_epochs, self.ema_epochs, self.mixup, self.clip),
            self.augment,
        )
        shares = (self.label_smoothing, self.input_dropout)
        if not all(0 <= amount < math.inf for amount in amounts) or not all(
            0 <= share < 1 for share in shares
        ):
            raise ValueError("expected a recipe as hnp-train fit takes it")

    @property
    def varies(self) -> bool:
        """Whether a slice looks otherwise in each epoch."""
        return any((self.augment, self.flip, self.input_dropout, self.mixup))


PLAIN = Craft()
"""The report's."""


@dataclass(frozen=True, slots=True)
class Computing:
    """What computes a training beside its device; as it stands here, one process in float32.

    Attributes:
        bf16: whether a CUDA device computes features in bfloat16.
        compile: whether the network is compiled for it.
        deterministic: whether it is to give the same bits again.
        processes: that share each batch.
    """

    bf16: bool = False
    compile: bool = False
    deterministic: bool = False
    processes: int = 1


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

    def __post_init__(self) -> None:
        counts = (self.epochs, self.patience or 1, self.batch_size, self.seeds or 1)
        shares = 0 < self.lr < math.inf and 0 <= self.dropout < 1
        seeded = 0 <= self.seed <= LARGEST_SEED - (self.seeds or 1) + 1 and (self.fold or 0) >= 0
        sees = self.model not in BASELINES or self.inputs == "tabular"
        shaped = self.model in SHAPED or all(
            one is None for one in (self.slices, self.width, self.columns)
        )
        shaped = (
            shaped
            and self.channels in CHANNELS
            and 0 < (self.width or DEFAULT_WIDTH) <= LARGEST_WIDTH
        )
        known = sees and shaped and self.device in DEVICES
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


ALL = "all"
"""Name of the part that holds a whole data set."""


@dataclass(frozen=True, slots=True)
class EvaluateSettings:
    """The flags of an evaluation.

    Attributes:
        part: the part to judge; val comes along. `all` without a split.
        allow_mismatch: whether a data set with other pixels is taken.
        allow_leakage: whether a leaking split, or data the fit has used, is taken.
        referral_error: share of a class that may have its class left out of its prediction set.
        allow_missing: whether data without an input that train had is taken.
        force: whether another evaluation may be written over.
        refits: times a baseline is learned anew, to correct its AUC on train; 0: not.
        without: whether to tell how the run does without each input.
        tta: whether each picture is looked at mirrored too.
        sensitivity: what a threshold is to reach on val; None: not asked for.
        ppv: the same of a positive predictive value.
    """

    part: str = "test"
    allow_mismatch: bool = False
    allow_leakage: bool = False
    referral_error: float = 0.1
    allow_missing: bool = False
    force: bool = False
    refits: int = 0
    without: bool = True
    tta: bool = False
    sensitivity: float | None = None
    ppv: float | None = None


@dataclass(frozen=True, slots=True)
class PredictSettings:
    """The flags of a prediction.

    Attributes:
        allow_mismatch: whether a data set with other pixels is taken.
        allow_missing: whether data without an input that train had is taken.
        force: whether a file may be written over.
        tta: whether each picture is looked at mirrored too.
        referral_error: share of a class that may have its class left out of its prediction set.
        sensitivity: what a threshold is to reach on val; None: not asked for.
        ppv: the same of a positive predictive value.
    """

    allow_mismatch: bool = False
    allow_missing: bool = False
    force: bool = False
    tta: bool = False
    referral_error: float = 0.1
    sensitivity: float | None = None
    ppv: float | None = None


@dataclass(frozen=True, slots=True)
class AuditSettings:
    """The flags of an audit.

    Attributes:
        fold: test fold of a k-fold split.
        leakage_price: whether to train, in order to tell what leakage is worth.
        permutations: trainings on labels that mean nothing; 0 for none.
        epochs: of each of these trainings.
        seed: of their splits, of the exchange of labels and of the trainings.
    """

    fold: int | None = None
    leakage_price: bool = False
    permutations: int = 0
    epochs: int = TRIAL_EPOCHS
    seed: int = 42


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


@dataclass(frozen=True, slots=True)
class PlanSettings:
    """The flags of a plan; None leaves a value to the data set, or to `Clustering`.

    Attributes:
        auc: area under the curve by disc that the model is hoped to have, above 0.5.
        width: of its 95 % interval on test.
        threshold_width: of the 95 % range of the sensitivity at a threshold chosen on val.
        slope_width: of the 95 % interval of the calibration slope on val.
        prevalence: share of positive discs.
        discs_per_patient: number of discs of each patient.
        correlation: of the labels of two discs of one patient.
        score_correlation: of a model's logits on them, within a class.
    """

    auc: float
    width: float
    threshold_width: float = 0.2
    slope_width: float = 0.5
    prevalence: float | None = None
    discs_per_patient: int | None = None
    correlation: float | None = None
    score_correlation: float | None = None
