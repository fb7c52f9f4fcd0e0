"""What `hnp-train audit` is asked to do."""

from dataclasses import dataclass

TRIAL_EPOCHS = 5
"""Epochs of each training of an audit: enough for the compact network to learn patients."""


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
