"""Which classes a disc or patient may belong to: split-conformal sets, by class.

Source: Vovk V, Conditional validity of inductive conformal predictors, 2012. Discs of one patient
are no independent draws: each patient of val counts once, shared out among the discs of a class
(pooling of distributions: Dunn R, Wasserman L, Ramdas A, Distribution-free prediction sets for
two-layer hierarchical models, JASA 2023; 118: 2491-2502).
"""

from math import ceil

import numpy as np
import numpy.typing as npt

NAMES = {(True, False): "normal", (False, True): "patient", (True, True): "both"}
"""(whether normal is in the set, whether patient is) -> how tables call it."""

NEITHER = "none"
"""A set of no class: unlike anything in val."""

Numbers = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def patients_needed(error_level: float) -> int:
    """Return how many patients of a class val needs, or every set holds the class."""
    return ceil(1 / error_level) - 1


def class_p_values(
    probability: Numbers, truth: Mask, patient: npt.NDArray[np.int64], asked: Numbers
) -> Numbers:
    """Return how usual each row asked about would be in each class, (row, [negative, positive]).

    The share of val's patients with that class, and the row's own, that are at least as strange.

    Args:
        probability: (val row,), calibrated.
        truth: (val row,).
        patient: (val row,), number of the patient.
        asked: (row,), calibrated.
    """
    columns = []
    for positive in (False, True):
        here = truth == positive
        strange = 1 - probability[here] if positive else probability[here]
        mine = 1 - asked if positive else asked
        _, inverse, rows = np.unique(patient[here], return_inverse=True, return_counts=True)
        order = np.argsort(strange, kind="stable")
        known = np.append(0.0, np.cumsum((1 / rows)[inverse][order]))
        below = known[np.searchsorted(strange[order], mine, side="left")]
        # Sums of thirds and fifths: a whole number of patients is one, or ties are none.
        columns.append((1 + np.round(rows.size - below, 9)) / (rows.size + 1))
    return np.stack(columns, axis=1)


def name_sets(p_values: Numbers, error_level: float) -> list[str]:
    """Return the name of each row's set.

    Args:
        p_values: (row, [negative, positive]).
        error_level: share of a class that may have its class left out.
    """
    in_set = p_values > error_level
    return [NAMES.get((bool(one[0]), bool(one[1])), NEITHER) for one in in_set]
