"""What `hnp-train evaluate` and `predict` are asked to do."""

from dataclasses import dataclass

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
