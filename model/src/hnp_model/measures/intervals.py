"""95 % intervals from the variance between patients, for figures of rows that are not independent.

All take what one model says of some rows as it is: model and threshold are fixed. Rows of one
patient are one draw, so quantiles are Student's with the number of patients that can tell.
Simulated coverage stands in docs/coverage.md.
"""

import math

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from hnp_model.measures.area_interval import area_interval
from hnp_model.measures.metrics import REPORT_THRESHOLD, Judged
from hnp_model.measures.sureness import Interval, freedom, quantile, unbiased, wilson
from hnp_model.measures.units import Scores

Numbers = npt.NDArray[np.float64]

_UNSEEN = 16
"""A resample without a mistake counts as if one came in so many times its patients with a positive.

Fewer and intervals near 1 are too short, more and they are too long, by simulation.
"""

_LOST = 0.25
"""Least that a row loses whose probability lies on the wrong side of a half."""


def interval_of(
    name: str, value: float, judged: Judged, threshold: float, drawn: Numbers
) -> Interval | None:
    """Return the interval of a figure, None where it has none.

    Args:
        name: of `metrics.METRICS`.
        value: the figure.
        judged: the rows.
        threshold: from here on a row is called positive.
        drawn: (resample,), the figure of resampled patients, finite.
    """
    if name == "auc":
        return area_interval(judged.scores)
    if name == "calibration_slope":
        return slope_interval(judged)
    if name == "calibration_intercept":
        return intercept_interval(judged)
    if name == "average_precision":
        return precision_interval(value, judged.scores, drawn)
    if name == "brier":
        return brier_interval(judged.scores)
    used = REPORT_THRESHOLD if name.endswith("_05") else threshold
    return ratio_interval(*_ratio(name.removesuffix("_05"), judged.scores, used))


def _ratio(
    name: str, scores: Scores, threshold: float
) -> tuple[Numbers, Numbers, npt.NDArray[np.int64]]:
    """Return a figure that is a share as what is summed above and below, by row."""
    truth = scores.truth.astype(np.float64)
    called = (scores.probability >= threshold).astype(np.float64)
    hit, passed = truth * called, (1 - truth) * (1 - called)
    above, below = {
        "accuracy": (hit + passed, np.ones_like(truth)),
        "f1": (2 * hit, truth + called),
        "sensitivity": (hit, truth),
        "specificity": (passed, 1 - truth),
        "ppv": (hit, called),
        "npv": (passed, 1 - called),
    }[name]
    return above, below, scores.patient


def ratio_interval(upper: Numbers, lower: Numbers, patient: npt.NDArray[np.int64]) -> Interval:
    """Return the interval of a share, the sum of ``upper`` over that of ``lower``.

    Wilson's, with as many independent rows as the variance between patients leaves; where a share
    is 0 or 1 no variance is seen, and every patient counts as one row.

    Args:
        upper: (row,), 0 to the row's ``lower``.
        lower: (row,), at least 0; some patient has more.
        patient: (row,), number of the patient.
    """
    share, apart = _share(upper, lower, patient)
    patients = apart.size
    if patients < 2:
        return 0.0, 1.0
    variance = unbiased(patients) * float(apart @ apart)
    seen = variance > 0 and 0 < share < 1
    rows = share * (1 - share) / variance if seen else patients
    return wilson(share, rows, quantile(patients))


def brier_interval(scores: Scores) -> Interval:
    """Return the interval of the Brier score.

    As of a share, but a few patients may make up its variance, and where losses are small in all
    that were seen, the upper end is that of one patient more who lost `_LOST` in every row.
    """
    lost = np.square(scores.probability - scores.truth)
    share, apart = _share(lost, np.ones_like(lost), scores.patient)
    if apart.size < 2:
        return 0.0, 1.0
    draws, variance = freedom(apart, apart.size), unbiased(apart.size) * float(apart @ apart)
    reach = quantile(draws) * math.hypot(math.sqrt(variance), _LOST / apart.size)
    low, high = share, share
    if variance > 0:
        low, high = wilson(share, share * (1 - share) / variance, quantile(draws))
    return low, min(1.0, max(high, share + reach))


def _share(upper: Numbers, lower: Numbers, patient: npt.NDArray[np.int64]) -> tuple[float, Numbers]:
    """Return a share, and what each patient that has any adds to its error, (patient,)."""
    parts, wholes = np.bincount(patient, weights=upper), np.bincount(patient, weights=lower)
    parts, wholes = parts[wholes > 0], wholes[wholes > 0]
    share = float(parts.sum() / wholes.sum())
    return share, (parts - share * wholes) / wholes.sum()


def slope_interval(judged: Judged) -> Interval | None:
    """Return the interval of the calibration slope, None where there is no slope."""
    line, logit = judged.line, judged.logit
    if math.isnan(line.slope):
        return None
    design = np.stack([np.ones(logit.size), logit], axis=1)
    error = _sandwich(judged, design, line.intercept + line.slope * logit)[1]
    reach = _reach(judged.scores) * error
    return line.slope - reach, line.slope + reach


def intercept_interval(judged: Judged) -> Interval:
    """Return the interval of the calibration intercept, the slope held at 1."""
    design = np.ones((judged.logit.size, 1))
    error = _sandwich(judged, design, judged.intercept + judged.logit)[0]
    reach = _reach(judged.scores) * error
    return judged.intercept - reach, judged.intercept + reach


def precision_interval(value: float, scores: Scores, drawn: Numbers) -> Interval:
    """Return the interval of the average precision: as wide as resamples make it, in logits.

    A resample without a mistake is no proof that there is none: `_UNSEEN` says what it counts as.

    Args:
        value: the average precision.
        scores: the rows.
        drawn: (resample,), that of resampled patients.
    """
    ill = int(np.unique(scores.patient[scores.truth]).size)
    if value >= 1:
        return wilson(1.0, ill, quantile(ill))
    inside = drawn.clip(0, 1 - 1 / (_UNSEEN * ill))
    reach = _reach(scores) * float(logit(inside).std())
    middle = float(logit(value))
    return float(expit(middle - reach)), float(expit(middle + reach))


def _sandwich(judged: Judged, design: Numbers, fitted: Numbers) -> Numbers:
    """Return the standard errors of a logistic regression, (column,), clustered by patient.

    None is below that of the likelihood: where hardly a row is off, patients differ too little to
    tell what another one may do.

    Source: Liang KY, Zeger SL, Longitudinal data analysis, Biometrika 1986; 73: 13-22.
    """
    scores = judged.scores
    expected = 1 / (1 + np.exp(-fitted))
    bread = np.linalg.inv((design * (expected * (1 - expected))[:, None]).T @ design)
    pull = design * (scores.truth - expected)[:, None]
    pulls = np.stack([np.bincount(scores.patient, weights=each) for each in pull.T], axis=1)
    meat = unbiased(scores.patient_count) * pulls.T @ pulls
    errors: Numbers = np.sqrt(np.maximum(np.diag(bread @ meat @ bread), np.diag(bread)))
    return errors


def _reach(scores: Scores) -> float:
    fewest = min(np.unique(scores.patient[scores.truth == truth]).size for truth in (False, True))
    return quantile(fewest)
