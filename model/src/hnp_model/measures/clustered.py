"""Means and ratios of rows that are not independent, with intervals between patients. Pure.

A patient's rows are one draw; the quantile is Student's with the number of patients.
"""

import math

import numpy as np
import numpy.typing as npt

from hnp_model.measures.bootstrap import MIN_PATIENTS, Figure
from hnp_model.measures.intervals import ratio_interval
from hnp_model.measures.sureness import quantile

Numbers = npt.NDArray[np.float64]


def clustered_mean(values: Numbers, patient_id: npt.NDArray[np.str_]) -> Figure:
    """Return the mean of rows, as `clustered_ratio` does.

    Args:
        values: (row,); NaN is left out.
        patient_id: (row,).
    """
    known = np.isfinite(values)
    return clustered_ratio(values[known], np.ones(int(known.sum())), patient_id[known])


def clustered_share(values: Numbers, patient_id: npt.NDArray[np.str_]) -> Figure:
    """Return the mean of rows that are shares, with Wilson's interval, which stays in 0 to 1.

    Args:
        values: (row,), 0 to 1; NaN is left out.
        patient_id: (row,).
    """
    found = clustered_mean(values, patient_id)
    if found.value is None or found.low is None:
        return found
    known = np.isfinite(values)
    shares = values[known].clip(0, 1)  # what was added up as floats
    patient = np.unique(patient_id[known], return_inverse=True)[1]
    return Figure(found.value, *ratio_interval(shares, np.ones_like(shares), patient))


def clustered_ratio(above: Numbers, below: Numbers, patient_id: npt.NDArray[np.str_]) -> Figure:
    """Return the sum of ``above`` over that of ``below``; None where that is 0.

    Without an interval where there are under `MIN_PATIENTS` patients.

    Source: Cochran WG, Sampling techniques, 3rd ed., 1977, section 6.3 (variance of a ratio).

    Args:
        above: (row,).
        below: (row,), never below 0.
        patient_id: (row,).
    """
    whole = float(below.sum())
    if not whole > 0:
        return Figure(None, None, None)
    ratio = float(above.sum()) / whole
    patient = np.unique(patient_id, return_inverse=True)[1]
    count = int(patient.max()) + 1
    if count < MIN_PATIENTS:
        return Figure(ratio, None, None)
    apart = np.bincount(patient, weights=above - ratio * below) / whole
    reach = quantile(count) * math.sqrt(count / (count - 1) * float(apart @ apart))
    return Figure(ratio, ratio - reach, ratio + reach)


def clustered_slope(values: Numbers, by: Numbers, patient_id: npt.NDArray[np.str_]) -> Figure:
    """Return how much of a difference in ``by`` is one in ``values``: the slope of a line.

    Parts that add up to ``by`` have slopes that add up to 1; None where ``by`` never differs.

    Args:
        values: (row,).
        by: (row,).
        patient_id: (row,).
    """
    apart = by - by.mean()
    return clustered_ratio((values - values.mean()) * apart, np.square(apart), patient_id)
