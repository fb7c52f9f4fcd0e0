"""What `hnp-train split` is asked to do."""

from dataclasses import dataclass
from typing import Literal

from hnp_shared.splits import Unit

Scheme = Literal["stratified", "hospital-out", "kfold"]
SCHEMES: tuple[Scheme, ...] = ("stratified", "hospital-out", "kfold")


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
