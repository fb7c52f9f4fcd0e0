"""How sure patients make a figure: Student's quantiles, and Wilson's interval of a share.

Rows of one patient are one draw. Pure.
"""

import math

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

Numbers = npt.NDArray[np.float64]
Interval = tuple[float, float]

_OUTSIDE = 0.025
"""Share that may lie beyond either end."""


def quantile(draws: float) -> float:
    """Return Student's quantile for an interval from so many independent draws, more than one."""
    return float(stdtrit(draws - 1, 1 - _OUTSIDE))


def freedom(apart: Numbers, most: int) -> float:
    """Return how many independent draws a variance between patients is as sure as.

    A variance that a few patients make up, as the few mistakes of a good model do, is known worse
    than one that all share: Satterthwaite's freedom, with the fourth moment that was seen.

    Source: Satterthwaite FE, An approximate distribution of estimates of variance components,
    Biometrics Bulletin 1946; 2: 110-114.

    Args:
        apart: (patient,), what each adds to the error of the figure.
        most: draws that it is no more than.
    """
    squares = np.square(apart)
    total = float(squares.sum())
    spread = float(squares @ squares) - total * total / apart.size
    return most if spread <= 0 else min(most, 1 + 2 * total * total / spread)


def wilson(share: float, rows: float, reach: float) -> Interval:
    """Return Wilson's interval of a share.

    Source: Wilson EB, Probable inference, JASA 1927; 22: 209-212.

    Args:
        share: 0 to 1.
        rows: independent ones behind it.
        reach: quantile of the interval.
    """
    pull = reach * reach / rows
    middle = (share + pull / 2) / (1 + pull)
    half = reach / (1 + pull) * math.sqrt(share * (1 - share) / rows + pull / rows / 4)
    return max(0.0, middle - half), min(1.0, middle + half)


def unbiased(draws: int) -> float:
    """Return what makes a mean of squares between so many draws one without bias."""
    return draws / (draws - 1) if draws > 1 else 1.0
