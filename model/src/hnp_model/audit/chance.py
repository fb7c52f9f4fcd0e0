"""What the compact network reaches on labels that mean nothing, split as the data set is.

Each patient's labels go to another patient, and there to other discs, so that neither the picture,
nor age or canal, nor the disc tells anything about them. An honest split leaves an AUC of 0.5; one
that puts a person's slices on both sides leaves more, since a person can be learned by heart.
"""

import math
import statistics
from dataclasses import asdict, dataclass

CHANCE = 0.5
MAX_STANDARD_ERRORS = 3.0
"""A mean further above chance than this is a finding: by luck once in 700 audits."""


@dataclass(frozen=True, slots=True)
class Chance:
    """AUCs by slice on test after training on labels that mean nothing.

    Attributes:
        aucs: one a training.
        patients_unpermuted: patients who kept their labels, for want of one with as many slices.
        epochs: of each training.
        seed: of the first; each further one has the next.
    """

    aucs: tuple[float, ...]
    patients_unpermuted: int
    epochs: int
    seed: int

    @property
    def mean(self) -> float:
        """Their mean."""
        return statistics.fmean(self.aucs)

    @property
    def standard_error(self) -> float:
        """Standard error of the mean."""
        return statistics.stdev(self.aucs) / math.sqrt(len(self.aucs))

    @property
    def found(self) -> tuple[str, ...]:
        """What is wrong; empty when nothing is."""
        if self.mean - CHANCE <= MAX_STANDARD_ERRORS * self.standard_error:
            return ()
        return (
            f"labels that mean nothing are predicted: mean AUC {self.mean:.3f}, more than "
            f"{MAX_STANDARD_ERRORS:.0f} standard errors ({self.standard_error:.3f}) above {CHANCE}",
        )

    def to_plain(self) -> dict[str, object]:
        """Return what --json prints."""
        return {**asdict(self), "mean": self.mean, "standard_error": self.standard_error}
