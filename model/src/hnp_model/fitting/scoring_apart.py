"""Scores of val by epochs that were chosen without the patient scored.

The epoch whose weights are kept looks best on val because it was chosen there, so its scores of val
are not what it does on others. Val is dealt to folds of patients; on each fold everything that was
settled on val (the epoch, and Platt's line) is settled again without it. A patient's score then is
drawn as that of a new patient is; what is kept for predictions was chosen on a fold more.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from hnp_model.data.slices import Slices
from hnp_model.measures.calibration import fit_calibration, logit_of, sigmoid
from hnp_model.measures.metrics import area_under_curve
from hnp_model.measures.patient_folds import deal_patients
from hnp_model.measures.units import PRIMARY_UNIT, score_units
from hnp_model.runs.history import Epoch, best_of

Numbers = npt.NDArray[np.float64]


def calibrate_apart(val: Slices, members: Sequence[Numbers]) -> Numbers | None:
    """Return calibrated scores of val, (slice,), each by what was settled without its patient.

    None where val is one patient.

    Args:
        val: its slices.
        members: (epoch, slice) of each, what it said of them after each epoch; their mean counts.
    """
    patient = np.unique(val.patient_id, return_inverse=True)[1]
    fold = deal_patients(patient, val.is_patient)
    calibrated = np.empty(len(val))
    for each in range(fold.max() + 1):
        here = fold == each
        rest = val.take(~here)
        if not len(rest):
            return None
        chosen = [said[_choose_epoch(rest, said[:, ~here])] for said in members]
        together = (
            chosen[0] if len(chosen) == 1 else logit_of(np.mean(sigmoid(np.stack(chosen)), axis=0))
        )
        line = fit_calibration(together[~here], rest.is_patient)
        calibrated[here] = line.apply(together[here])
    return calibrated


def mean_loss(truth: npt.NDArray[np.bool_], logits: Numbers) -> float:
    """Return the mean binary cross-entropy, both (slice,)."""
    return float(np.logaddexp(0.0, np.where(truth, -logits, logits)).mean())


def _choose_epoch(rest: Slices, logits: Numbers) -> int:
    """Return the index of the epoch that training would have kept."""
    history = tuple(
        Epoch(
            *(index, np.nan, mean_loss(rest.is_patient, said), np.nan),
            area_under_curve(score_units(PRIMARY_UNIT, rest, sigmoid(said))),
        )
        for index, said in enumerate(logits)
    )
    return best_of(history).epoch
