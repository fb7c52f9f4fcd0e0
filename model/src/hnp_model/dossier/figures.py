"""What a page draws of a model, as plain values: curves, counts at thresholds, bins."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from hnp_model.dossier.judged import Judged
from hnp_model.measures.bootstrap import MIN_PATIENTS, fewest_patients
from hnp_model.measures.calibration_error import Bins, bin_count_for, bin_rows
from hnp_model.measures.curve_bands import GRID, Curve, chosen_ends, curves_of
from hnp_model.measures.two_by_two import TwoByTwo
from hnp_model.measures.units import UNITS, Scores, UnitName
from hnp_model.runs.abstention import abstention_curve
from hnp_model.runs.referral import Referral

MOST_THRESHOLDS = 100
"""Places of the slider, evenly over the rows, beside the thresholds that files name."""

INTERVALS = ("sensitivity", "specificity", "ppv", "npv")
"""Shares whose intervals the page is given; their values it counts itself."""

HALF = 0.5
DIGITS = 6
"""Of what is drawn; figures that files have too are given as they stand there."""


def drawn_of(run: Judged) -> dict[str, Any]:
    """Return what is drawn of a model."""
    scores = {unit: run.evaluated.scores(unit) for unit in UNITS}
    return {
        "curves": {unit: _curves(scores[unit]) for unit in UNITS},
        "counts": {unit: _counts(run, unit, scores[unit]) for unit in UNITS},
        "bins": {unit: _both_bins(run, unit, scores[unit]) for unit in UNITS},
        "abstention": [_abstained(one) for one in _abstentions(run)],
    }


def _curves(scores: Scores) -> dict[str, Any] | None:
    found = curves_of(scores)
    if found is None:
        return None
    return {"roc": _curve(found.roc), "pr": _curve(found.precision_recall)}


def _curve(curve: Curve) -> dict[str, Any]:
    band = np.stack([GRID, curve.value, curve.low, curve.high], axis=1)
    return {"points": _rounded(curve.points), "band": _rounded(band)}


def _rounded(values: npt.NDArray[np.float64]) -> list[list[float]]:
    found: list[list[float]] = np.round(values, DIGITS).tolist()
    return found


def _counts(run: Judged, unit: UnitName, scores: Scores) -> dict[str, Any]:
    """Return the four counts at each place of the slider, the highest threshold last."""
    own = float(run.figures[unit]["threshold"])
    aimed = _aimed(run, unit)
    named = {own, HALF, *([] if aimed is None else [aimed])}
    ends = chosen_ends(scores, MOST_THRESHOLDS)
    thresholds = sorted({*scores.probability[ends].tolist(), *named})
    return {
        "own": thresholds.index(own),
        "half": thresholds.index(HALF),
        "aimed": None if aimed is None else thresholds.index(aimed),
        "rows": [_row(TwoByTwo.of(scores, threshold)) for threshold in thresholds],
    }


def _aimed(run: Judged, unit: UnitName) -> float | None:
    """Return the threshold that reaches what was aimed at, where there is one."""
    decided = (run.figures.get("decisions") or {}).get(unit) or {}
    judged = (decided.get("operating_point") or {}).get("judged") or {}
    return float(judged["threshold"]) if "threshold" in judged else None


def _row(table: TwoByTwo) -> list[float | None]:
    """Return threshold, found, missed, alarms, passed, and both ends of `INTERVALS`."""
    ends = [end for name in INTERVALS for end in _ends(table, name)]
    return [table.threshold, table.found, table.missed, table.alarms, table.passed, *ends]


def _ends(table: TwoByTwo, name: str) -> tuple[float | None, float | None]:
    return table.shares[name].low, table.shares[name].high


def _both_bins(run: Judged, unit: UnitName, plain: Scores) -> dict[str, Any] | None:
    if fewest_patients(plain) < MIN_PATIENTS:
        return None
    after = run.scores_calibrated(unit)
    return {
        "before": list(_bins(bin_rows(plain, bin_count_for(plain)))),
        "after": None if after is None else list(_bins(bin_rows(after, bin_count_for(after)))),
    }


def _bins(bins: Bins) -> Iterator[list[float]]:
    """Yield number, rows, mean probability and share of positives of each bin with a row."""
    for place in np.flatnonzero(bins.count).tolist():
        told = (bins.predicted[place], bins.observed[place])
        yield [place, int(bins.count[place]), *(round(float(each), DIGITS) for each in told)]


def _abstentions(run: Judged) -> tuple[Referral, ...]:
    """Return who is referred at each error level; nothing where training has used the part."""
    calibrated = run.scores_calibrated_by_line()
    if run.figures.get("referral") is None or calibrated is None:
        return ()
    return abstention_curve(run.val, calibrated)


def _abstained(one: Referral) -> list[float | None]:
    """Return error level, then share referred and error among the rest, with both ends each."""
    told: list[float | None] = [one.error_level]
    for share in (one.referred, one.error):
        plain = share.to_plain() if share else {}
        told += [plain.get(end) for end in ("value", "low", "high")]
    return told
