"""A share of independent patients, with the interval its count allows."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

NORMAL_QUANTILE = 1.959963984540054
"""Of 97.5 %."""


@dataclass(frozen=True, slots=True)
class Share:
    """``count`` of ``n``; the interval is Wilson's (1927), which suits small counts too."""

    count: int
    n: int

    @classmethod
    def of(cls, marked: npt.NDArray[np.bool_]) -> "Share":
        """Return the share that is marked, (patient,)."""
        return cls(int(marked.sum()), marked.size)

    @property
    def value(self) -> float | None:
        """The share; None of nobody."""
        return self.count / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval; None of nobody."""
        if not self.n:
            return None
        square = NORMAL_QUANTILE**2
        middle = (self.count + square / 2) / (self.n + square)
        spread = self.count * (self.n - self.count) / self.n + square / 4
        half = NORMAL_QUANTILE * sqrt(spread) / (self.n + square)
        return max(0.0, middle - half), min(1.0, middle + half)

    def to_plain(self) -> dict[str, float | None]:
        """Return what metrics.json holds."""
        low, high = self.interval or (None, None)
        return {"value": self.value, "low": low, "high": high, "n": self.n}

    def __str__(self) -> str:
        if self.interval is None:
            return "- (of 0)"
        low, high = (f"{100 * end:.1f}" for end in self.interval)
        share = f"{100 * self.count / self.n:.1f} %"
        return f"{share} ({self.count:,} of {self.n:,}; {low} to {high} %)"
