"""Scores of val by epochs that were chosen without the patient scored.

The epoch whose weights are kept looks best on val because it was chosen there, so its scores of val
are not what it does on others. Val is dealt to folds of patients; on each fold everything that was
settled on val (the epoch, and Platt's line) is settled again without it. A patient's score then is
drawn as that of a new patient is; what is kept for predictions was chosen on a fold more.
"""

import numpy as np
import numpy.typing as npt

from hnp_model.data.slices import Slices
from hnp_model.measures.calibration import fit_calibration, sigmoid
from hnp_model.measures.metrics import area_under_curve
from hnp_model.measures.patient_folds import deal_patients
from hnp_model.measures.units import PRIMARY_UNIT, Scores, score_units
from hnp_model.runs.history import Epoch, best_of

Numbers = npt.NDArray[np.float64]


def score_apart(val: Slices, logits: Numbers) -> Scores | None:
    """Return calibrated scores of val's patients, each by what was settled without this patient.

    None where val is one patient.

    Args:
        val: its slices.
        logits: (epoch, slice), what the network said of them after each epoch.
    """
    patient = np.unique(val.patient_id, return_inverse=True)[1]
    fold = deal_patients(patient, val.is_patient)
    calibrated = np.empty(len(val))
    for each in range(fold.max() + 1):
        here = fold == each
        rest = val.take(~here)
        if not len(rest):
            return None
        epoch = _choose_epoch(rest, logits[:, ~here])
        line = fit_calibration(logits[epoch, ~here], rest.is_patient)
        calibrated[here] = line.apply(logits[epoch, here])
    return score_units("patient", val, calibrated)


def loss_of(truth: npt.NDArray[np.bool_], logits: Numbers) -> float:
    """Return the mean binary cross-entropy, both (slice,)."""
    return float(np.logaddexp(0.0, np.where(truth, -logits, logits)).mean())


def _choose_epoch(rest: Slices, logits: Numbers) -> int:
    """Return the index of the epoch that training would have kept."""
    history = tuple(
        Epoch(
            *(index, np.nan, loss_of(rest.is_patient, said), np.nan),
            area_under_curve(score_units(PRIMARY_UNIT, rest, sigmoid(said))),
        )
        for index, said in enumerate(logits)
    )
    return best_of(history).epoch
