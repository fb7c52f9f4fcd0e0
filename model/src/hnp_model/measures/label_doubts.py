"""How much out-of-fold probabilities speak against each label. Pure.

A few lines of confident learning (Northcutt CG, Jiang L, Chuang IL, Confident learning: estimating
uncertainty in dataset labels, JAIR 2021; 70: 1373-1411), for two classes: a row is confidently of a
class when its probability is at least the mean of those that are labelled so, and off the diagonal
where that is not its label. Thresholds are a fold's own, since each fold has another model.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Doubts:
    """Doubts about the labels of one fold; every array is (row,).

    Attributes:
        margin: how much further the probability reaches beyond the other class's threshold than
            beyond the label's own; above 0 it speaks for the other class.
        off: whether the row is confidently of the other class.
    """

    margin: Numbers
    off: Mask


def doubt(probability: Numbers, truth: Mask) -> Doubts:
    """Return how much is doubted; nothing where the fold has one class only.

    Args:
        probability: (row,), calibrated, out of fold.
        truth: (row,), the labels.
    """
    if truth.all() or not truth.any():
        return Doubts(np.full(truth.size, -1.0), np.zeros(truth.size, np.bool_))
    own = np.where(truth, probability, 1 - probability)
    of_positive, of_negative = float(own[truth].mean()), float(own[~truth].mean())
    beyond_own = own - np.where(truth, of_positive, of_negative)
    beyond_other = (1 - own) - np.where(truth, of_negative, of_positive)
    margin = beyond_other - beyond_own
    return Doubts(margin, (beyond_other >= 0) & (margin > 0))
