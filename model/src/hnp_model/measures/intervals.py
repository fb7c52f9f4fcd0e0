"""95 % intervals from the variance between patients, for figures of rows that are not independent.

All take what one model says of some rows as it is: model and threshold are fixed. Rows of one
patient are one draw, so quantiles are Student's with the number of patients that can tell.
Simulated coverage stands in docs/coverage.md.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from hnp_model.measures.metrics import REPORT_THRESHOLD, Judged
from hnp_model.measures.units import Scores

Numbers = npt.NDArray[np.float64]
Interval = tuple[float, float]

_UNSEEN = 16
"""A resample without a mistake counts as if one came in so many times its patients with a positive.

Fewer and intervals near 1 are too short, more and they are too long, by simulation.
"""

_OUTSIDE = 0.025
"""Share that may lie beyond either end."""


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
        "brier": (np.square(scores.probability - truth), np.ones_like(truth)),
    }[name]
    return above, below, scores.patient


def quantile(draws: float) -> float:
    """Return Student's quantile for an interval from so many independent draws, more than one."""
    return float(stdtrit(draws - 1, 1 - _OUTSIDE))


@dataclass(frozen=True, slots=True, eq=False)
class AreaParts:
    """An area under the ROC curve, and what each patient adds to its error.

    Attributes:
        area: the area.
        up: (patient,), what the patient's positives add.
        down: (patient,), what its negatives add.
        with_hits: patients with a positive.
        with_alarms: patients with a negative.
    """

    area: float
    up: Numbers
    down: Numbers
    with_hits: int
    with_alarms: int

    @property
    def fewest(self) -> int:
        """Patients of the class that has fewer of them."""
        return min(self.with_hits, self.with_alarms)

    @property
    def variance(self) -> float:
        """Obuchowski's variance of the area."""
        return float(
            _unbiased(self.with_hits) * (self.up @ self.up)
            + _unbiased(self.with_alarms) * (self.down @ self.down)
            + 2 * _unbiased(self.up.size) * (self.up @ self.down)
        )


def area_parts(scores: Scores) -> AreaParts:
    """Return the area under the ROC curve by patient, both classes among the rows.

    Source: Obuchowski NA, Nonparametric analysis of clustered ROC curve data, Biometrics 1997; 53:
    567-578.
    """
    truth, patient, count = scores.truth, scores.patient, scores.patient_count
    hits, alarms = scores.probability[truth], scores.probability[~truth]
    above = _placements(hits, alarms)  # of each positive among the negatives
    below = 1 - _placements(alarms, hits)  # of each negative among the positives
    area = float(above.mean())
    positives = np.bincount(patient[truth], minlength=count)
    negatives = np.bincount(patient[~truth], minlength=count)
    up = np.bincount(patient[truth], weights=above, minlength=count) - positives * area
    down = np.bincount(patient[~truth], weights=below, minlength=count) - negatives * area
    counts = (int(np.count_nonzero(positives)), int(np.count_nonzero(negatives)))
    return AreaParts(area, up / hits.size, down / alarms.size, *counts)


def area_interval(scores: Scores) -> Interval:
    """Return the interval of the area under the ROC curve, both classes among the rows.

    Obuchowski's variance for clustered data, on the logit scale.
    """
    parts = area_parts(scores)
    area, variance, fewest = parts.area, parts.variance, parts.fewest
    if not 0 < area < 1 or variance <= 0:
        return wilson(area, fewest, quantile(fewest))
    reach = quantile(fewest) * math.sqrt(variance) / (area * (1 - area))
    middle = math.log(area / (1 - area))
    return _expit(middle - reach), _expit(middle + reach)


def ratio_interval(upper: Numbers, lower: Numbers, patient: npt.NDArray[np.int64]) -> Interval:
    """Return the interval of a share, the sum of ``upper`` over that of ``lower``.

    Wilson's, with as many independent rows as the variance between patients leaves; where a share
    is 0 or 1 no variance is seen, and every patient counts as one row.

    Args:
        upper: (row,), 0 to the row's ``lower``.
        lower: (row,), at least 0; some patient has more.
        patient: (row,), number of the patient.
    """
    parts, wholes = np.bincount(patient, weights=upper), np.bincount(patient, weights=lower)
    seen = wholes > 0
    parts, wholes, patients = parts[seen], wholes[seen], int(np.count_nonzero(seen))
    share = float(parts.sum() / wholes.sum())
    if patients < 2:
        return 0.0, 1.0
    apart = (parts - share * wholes) / wholes.sum()
    variance = _unbiased(patients) * float(apart @ apart)
    rows = share * (1 - share) / variance if variance > 0 and 0 < share < 1 else patients
    return wilson(share, rows, quantile(patients))


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
    reach = _reach(scores) * float(np.log(inside / (1 - inside)).std())
    middle = math.log(value / (1 - value))
    return _expit(middle - reach), _expit(middle + reach)


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
    meat = _unbiased(scores.patient_count) * pulls.T @ pulls
    errors: Numbers = np.sqrt(np.maximum(np.diag(bread @ meat @ bread), np.diag(bread)))
    return errors


def _reach(scores: Scores) -> float:
    fewest = min(np.unique(scores.patient[scores.truth == truth]).size for truth in (False, True))
    return quantile(fewest)


def _placements(mine: Numbers, theirs: Numbers) -> Numbers:
    """Return which share of the others each value lies above, ties as half."""
    ordered = np.sort(theirs)
    below = np.searchsorted(ordered, mine, "left") + np.searchsorted(ordered, mine, "right")
    shares: Numbers = below / (2 * theirs.size)
    return shares


def _unbiased(draws: int) -> float:
    return draws / (draws - 1) if draws > 1 else 1.0


def _expit(value: float) -> float:
    return 1 / (1 + math.exp(-value))
