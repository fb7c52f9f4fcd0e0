"""The figures of the contract, for one weighting of the rows or for thousands at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hnp_model.measures.logistic import Line, fit_intercept, fit_intercepts, fit_line, fit_slopes
from hnp_model.measures.units import Scores

METRICS = (
    "accuracy",
    "f1",
    "auc",
    "average_precision",
    "sensitivity",
    "specificity",
    "ppv",
    "npv",
    "brier",
    "calibration_slope",
    "calibration_intercept",
    "accuracy_05",
    "f1_05",
)
"""All names, in the order in which figures are given."""

CALIBRATION = ("calibration_slope", "calibration_intercept")
"""What takes an iteration for each resample, and most of the time."""

REPORT_THRESHOLD = 0.5
"""Threshold of `accuracy_05` and `f1_05`, the reference report's."""

MIN_PROBABILITY = 1e-12
"""Probabilities are kept this far from 0 and 1 before their logit is taken."""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Rows, and what is worked out once for all weightings of them.

    Attributes:
        scores: the rows, both classes among them.
        run_ends: (run,), index of the last row of each run of equal probabilities.
        logit: (row,), of the probability.
        line: calibration line of the rows; NaN when there is no optimum.
        intercept: calibration intercept with the slope fixed at 1.
    """

    scores: Scores
    run_ends: npt.NDArray[np.int64]
    logit: Numbers
    line: Line
    intercept: float


def judge(scores: Scores) -> Judged:
    """Work out what all weightings of the rows share."""
    logit = logit_of(scores.probability)
    target = scores.truth.astype(np.float64)
    line, intercept = fit_line(logit, target), fit_intercept(logit, target)
    return Judged(scores, _run_ends(scores), logit, line, intercept)


def logit_of(probability: Numbers) -> Numbers:
    """Return the logit of probabilities, kept off 0 and 1."""
    inside = probability.clip(MIN_PROBABILITY, 1 - MIN_PROBABILITY)
    logit: Numbers = np.log(inside) - np.log1p(-inside)
    return logit


def measure(
    judged: Judged, threshold: float, weights: Numbers, names: Sequence[str] = METRICS
) -> Numbers:
    """Return the figures, (resample, name); NaN where one is not defined.

    Args:
        judged: the rows.
        threshold: a probability from here on is called positive.
        weights: (resample, row), how often each row counts; both classes in every resample.
        names: the figures wanted, of `METRICS`.
    """
    scores = judged.scores
    seen = np.cumsum(weights, axis=1)  # (resample, row), as hits
    hits = np.cumsum(weights * scores.truth, axis=1)
    auc, average_precision = _ranking(seen[:, judged.run_ends], hits[:, judged.run_ends])
    tuned = _at_threshold(scores, threshold, seen, hits)
    fixed = _at_threshold(scores, REPORT_THRESHOLD, seen, hits)
    brier = weights @ np.square(scores.probability - scores.truth) / seen[:, -1]
    figures = tuned | {"auc": auc, "average_precision": average_precision, "brier": brier}
    figures |= {"accuracy_05": fixed["accuracy"], "f1_05": fixed["f1"]}
    if not set(names).isdisjoint(CALIBRATION):
        figures |= zip(CALIBRATION, _calibration(judged, weights), strict=True)
    return np.stack([figures[name] for name in names], axis=1)


def youden_threshold(scores: Scores) -> float:
    """Return the probability from which on calling rows positive has the largest Youden J.

    Ties go to the lower threshold. 0.5 when there is one class only.
    """
    positives = int(scores.truth.sum())
    negatives = scores.truth.size - positives
    if not positives or not negatives:
        return REPORT_THRESHOLD
    ends = _run_ends(scores)
    hits = np.cumsum(scores.truth)[ends]
    # J times positives times negatives: whole numbers, so that ties are ties.
    scaled = hits * negatives - (ends + 1 - hits) * positives
    last_best = scaled.size - 1 - int(np.argmax(scaled[::-1]))
    return float(scores.probability[ends[last_best]])


def area_under_curve(scores: Scores) -> float:
    """Return the area under the ROC curve of unweighted rows; NaN when there is one class only."""
    if scores.truth.all() or not scores.truth.any():
        return float("nan")
    ends = _run_ends(scores)
    hits = np.cumsum(scores.truth, dtype=np.float64)[None, ends]
    seen = (ends[None, :] + 1).astype(np.float64)
    return float(_ranking(seen, hits)[0][0])


def areas_under_curve(scores: Scores, weights: Numbers) -> Numbers:
    """Return the area under the ROC curve for each weighting, (resample,); NaN for one class.

    Args:
        scores: the rows.
        weights: (resample, row), how often each row counts.
    """
    ends = _run_ends(scores)
    seen = np.cumsum(weights, axis=1)[:, ends]
    hits = np.cumsum(weights * scores.truth, axis=1)[:, ends]
    with np.errstate(invalid="ignore", divide="ignore"):  # of resamples with one class
        return _ranking(seen, hits)[0]


def _run_ends(scores: Scores) -> npt.NDArray[np.int64]:
    changes = np.flatnonzero(np.diff(scores.probability))
    return np.append(changes, scores.probability.size - 1)


def _ranking(seen: Numbers, hits: Numbers) -> tuple[Numbers, Numbers]:
    """Return AUC and average precision from counts at run ends, (resample, run)."""
    positives, negatives = hits[:, -1], seen[:, -1] - hits[:, -1]
    new_hits = np.diff(hits, axis=1, prepend=0.0)
    new_misses = np.diff(seen - hits, axis=1, prepend=0.0)
    auc = ((hits - new_hits / 2) * new_misses).sum(axis=1) / (positives * negatives)
    precision = hits / np.maximum(seen, 1.0)  # nothing seen yet: no new hits either
    return auc, (new_hits * precision).sum(axis=1) / positives


def _at_threshold(
    scores: Scores, threshold: float, seen: Numbers, hits: Numbers
) -> dict[str, Numbers]:
    called = int(np.count_nonzero(scores.probability >= threshold))
    tp = hits[:, called - 1] if called else np.zeros(len(hits))
    fp = (seen[:, called - 1] if called else np.zeros(len(hits))) - tp
    fn = hits[:, -1] - tp
    tn = seen[:, -1] - hits[:, -1] - fp
    with np.errstate(invalid="ignore"):  # 0/0 when nothing is called positive, or negative
        return {
            "accuracy": (tp + tn) / seen[:, -1],
            "f1": 2 * tp / (2 * tp + fp + fn),
            "sensitivity": tp / (tp + fn),
            "specificity": tn / (tn + fp),
            "ppv": tp / (tp + fp),
            "npv": tn / (tn + fn),
        }


def _calibration(judged: Judged, weights: Numbers) -> tuple[Numbers, Numbers]:
    target = judged.scores.truth.astype(np.float64)
    intercepts = fit_intercepts(judged.logit, target, weights, judged.intercept)
    if np.isnan(judged.line.slope):
        return np.full(len(weights), np.nan), intercepts
    return fit_slopes(judged.logit, target, weights, judged.line), intercepts
