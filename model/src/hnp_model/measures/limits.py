"""How far two measurements of the same slices agree: bias, limits of agreement, ICC(2,1). Pure.

Sources: Bland JM, Altman DG, Agreement between methods of measurement with multiple observations
per individual, Journal of Biopharmaceutical Statistics 2007; 17: 571-582 (limits hold differences
of single measurements); Shrout PE, Fleiss JL, Intraclass correlations, Psychological Bulletin
1979; 86: 420-428 (ICC(2,1): two-way, absolute agreement of single measurements). Intervals are
between patients: they are resampled with all their slices.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hnp_model.measures.bootstrap import MIN_PATIENTS, Figure, draw_patients, figure_of

TO_LIMIT = 1.96
NAMES = ("bias", "lower_limit", "upper_limit", "icc", "mae")

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Limits:
    """How far two measurements agree.

    Attributes:
        n: pairs compared.
        patients: behind them.
        bias: mean of first less second; lower_limit and upper_limit hold 95 % of differences.
        icc: ICC(2,1); None where nothing varies.
        mae: mean absolute difference.
    """

    n: int
    patients: int
    bias: Figure
    lower_limit: Figure
    upper_limit: Figure
    icc: Figure
    mae: Figure


def limits_of(first: Numbers, second: Numbers, patient_id: npt.NDArray[np.str_]) -> Limits | None:
    """Return how far two measurements agree; None under three pairs.

    Without intervals where there are under `MIN_PATIENTS` patients.

    Args:
        first: (pair,); NaN is left out.
        second: (pair,), likewise.
        patient_id: (pair,).
    """
    known = np.isfinite(first) & np.isfinite(second)
    pairs = np.stack([first[known], second[known]])
    count = pairs.shape[1]
    if count < 3:
        return None
    patient = np.unique(patient_id[known], return_inverse=True)[1]
    patients = int(patient.max()) + 1
    values = _figures(pairs, np.ones((1, count)))[0]
    if patients < MIN_PATIENTS:
        found = [
            Figure(float(value) if np.isfinite(value) else None, None, None) for value in values
        ]
        return Limits(count, patients, *found)
    drawn = np.concatenate(
        [_figures(pairs, counts[:, patient]) for counts in draw_patients(patients, count)]
    )
    return Limits(count, patients, *map(figure_of, values, drawn.T))


def _figures(pairs: Numbers, weights: Numbers) -> Numbers:
    """Return `NAMES` of resamples, (resample, name).

    Args:
        pairs: (2, pair).
        weights: how often each pair is drawn, (resample, pair).
    """
    apart, middle = pairs[0] - pairs[1], pairs.mean(axis=0)
    n = weights.sum(axis=1)
    bias = weights @ apart / n
    within = np.maximum(weights @ apart**2 - n * bias**2, 0)  # sum of squares
    deviation = np.sqrt(within / np.maximum(n - 1, 1))
    mean = weights @ middle / n
    between = 2 * np.maximum(
        weights @ (middle - mean.mean()) ** 2 - n * (mean - mean.mean()) ** 2, 0
    )
    rows, error, columns = between / (n - 1), within / 2 / (n - 1), n * bias**2 / 2
    below = rows + error + 2 * (columns - error) / n
    with np.errstate(divide="ignore", invalid="ignore"):
        icc = np.where(below > 0, (rows - error) / below, np.nan)
    mae = weights @ np.abs(apart) / n
    reach = TO_LIMIT * deviation
    return np.stack([bias, bias - reach, bias + reach, icc, mae], axis=1)
