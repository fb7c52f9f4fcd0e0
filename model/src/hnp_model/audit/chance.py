"""What the compact network reaches on labels that mean nothing, split as the data set is.

Each person's labels go to another person, and there to other discs, so that neither the picture,
nor age or canal, nor the disc tells anything about them. An honest split leaves an AUC of 0.5; one
that puts a person's slices on both sides leaves more, since a person can be learned by heart.
"""

import math
import statistics
from dataclasses import asdict, dataclass

from scipy.special import stdtrit

CHANCE = 0.5
LUCK = 0.001
"""Share of audits of an honest split in which luck alone is a finding, whatever the number of
trainings: the fewer, the farther above chance Student's quantile puts the limit."""


@dataclass(frozen=True, slots=True)
class Chance:
    """AUCs by slice on test after training on labels that mean nothing.

    Attributes:
        aucs: one a training.
        hospital_left: AUC by slice on test of nothing but the hospital's share of positives in
            train, mean over the exchanges: what the exchange left of the hospital.
        level_left: of nothing but the disc's share, likewise.
        epochs: of each training.
        seed: of the first; each further one has the next.
    """

    aucs: tuple[float, ...]
    hospital_left: float
    level_left: float
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
    def limit(self) -> float:
        """The mean from which on it is a finding."""
        return CHANCE + float(stdtrit(len(self.aucs) - 1, 1 - LUCK)) * self.standard_error

    @property
    def found(self) -> tuple[str, ...]:
        """What is wrong; empty when nothing is."""
        if self.mean <= self.limit:
            return ()
        return (
            f"labels that mean nothing are predicted: mean AUC {self.mean:.3f} of "
            f"{len(self.aucs)} trainings, luck alone goes above {self.limit:.3f} "
            f"once in {1 / LUCK:,.0f} audits",
        )

    def to_plain(self) -> dict[str, object]:
        """Return what --json prints."""
        more = {"mean": self.mean, "standard_error": self.standard_error, "limit": self.limit}
        return {**asdict(self), **more}
