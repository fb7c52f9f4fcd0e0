"""Where a value stands among the data set's own healthy people of like age, sex and disc. Pure."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hnp_model.data.slices import UNKNOWN, Slices

LEAST_PATIENTS = 20
"""With fewer healthy patients, a percentile says little; then age is let go, then sex."""

AGE_YEARS = 10.0
"""People whose age differs by less are alike."""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a value stands.

    Attributes:
        percentile: share of healthy values below it, 0 to 100, ties by half; None: too few.
        among: what they are alike in: `disc, sex, age`, `disc, sex` or `disc`; "" for none.
        patients: healthy patients behind it.
    """

    percentile: float | None
    among: str
    patients: int


def standings(values: Numbers, slices: Slices) -> list[Standing]:
    """Return where each value stands; nobody is compared with slices of their own.

    Healthy are slices that are not labelled as patients.

    Args:
        values: of one measure, (slice,); NaN where missing.
        slices: of the data set, (slice,).
    """
    sound = ~slices.is_patient & np.isfinite(values) & (slices.level >= 0)
    return [_standing(at, values, slices, sound) for at in range(values.size)]


def _standing(at: int, values: Numbers, slices: Slices, sound: npt.NDArray[np.bool_]) -> Standing:
    if not np.isfinite(values[at]) or slices.level[at] < 0:
        return Standing(None, "", 0)
    others = sound & (slices.level == slices.level[at])
    others &= slices.patient_id != slices.patient_id[at]
    groups = [("disc", others)]
    if slices.sex[at] != UNKNOWN:
        groups.append(("disc, sex", others & (slices.sex == slices.sex[at])))
        if np.isfinite(slices.age[at]):
            near = np.abs(slices.age - slices.age[at]) <= AGE_YEARS
            groups.append(("disc, sex, age", groups[-1][1] & near))
    for name, group in reversed(groups):
        patients = np.unique(slices.patient_id[group]).size
        if patients >= LEAST_PATIENTS:
            theirs = values[group]
            below = (theirs < values[at]).sum() + (theirs == values[at]).sum() / 2
            return Standing(float(100 * below / theirs.size), name, patients)
    return Standing(None, "", 0)
