"""What a reader should know of what was settled on val: thresholds, calibration, epoch."""

from hnp_model.measures.bootstrap import MIN_PATIENTS
from hnp_model.measures.units import UNITS
from hnp_model.runs.run_config import FitResult
from hnp_model.runs.val_facts import Reach, ValFacts
from hnp_shared.counted import counted

FEW_AT_THRESHOLD = 5
"""With fewer patients on one side of a threshold, another val would put it elsewhere."""

UNIT_NAMES = {"slice": "slice", "level": "disc", "patient": "patient"}


def remarks_on_val(result: FitResult | None) -> tuple[str, ...]:
    """Return what must be said of a fit; nothing of runs of older versions, which cannot tell."""
    if result is None or result.val is None:
        return ()
    val = result.val
    if val.one_class:
        only = "positive" if val.n_positive else "negative"
        return (
            f"val has {only} discs only: thresholds stay at 0.5, nothing is calibrated, and the "
            "epoch was chosen by loss",
        )
    remarks = [*_on_size(val)]
    if result.calibration.slope < 0:
        remarks.append(
            f"Platt's slope on val is {result.calibration.slope:.3f}, below 0: calibrated "
            "probabilities of slices fall where the model's rise; discs and patients stay as "
            "they are"
        )
    if val.auc_high is not None and val.auc_high < 0.5:
        remarks.append(
            f"AUC by disc on val lies below 0.5 (up to {val.auc_high:.3f}): the model ranks discs "
            "the wrong way round; look for exchanged classes or label codes"
        )
    for unit in UNITS:
        remarks += _on_threshold(UNIT_NAMES[unit], result.thresholds[unit], val.thresholds[unit])
    return tuple(remarks)


def _on_size(val: ValFacts) -> tuple[str, ...]:
    """Return which class has too few patients: by disc, or only where a patient is one row."""
    healthy = val.n_patients - val.n_positive
    for count, kind, settled in (
        (val.n_positive, "with a positive disc", "thresholds, calibration and epoch were"),
        (val.n_negative, "with a negative disc", "thresholds, calibration and epoch were"),
        (healthy, "without a positive disc", "threshold and calibration by patient were"),
    ):
        if count < MIN_PATIENTS:
            found = f"val has {counted(count, 'patient')} {kind}, under {MIN_PATIENTS}"
            return (f"{found}: {settled} chosen on too few",)
    return ()


def _on_threshold(unit: str, threshold: float, reach: Reach) -> tuple[str, ...]:
    total = reach.rows_from + reach.rows_below
    if not reach.rows_from or not reach.rows_below:
        called = "positive" if reach.rows_from else "negative"
        return (f"the threshold by {unit}, {threshold:.3f}, calls every {unit} of val {called}",)
    sides = (
        ("at or above", reach.rows_from, reach.patients_from),
        ("below", reach.rows_below, reach.patients_below),
    )
    return tuple(
        f"the threshold by {unit}, {threshold:.3f}, is the probability of one {unit} of val: only "
        f"{rows:,} of {total:,}, of {counted(patients, 'patient')}, {_lie(rows)} {side} it"
        for side, rows, patients in sides
        if patients < FEW_AT_THRESHOLD
    )


def _lie(rows: int) -> str:
    return "lies" if rows == 1 else "lie"
