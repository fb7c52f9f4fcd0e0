"""How few people share what others may know about them: age band, sex, hospital and scanner.

A person alone in such a group is told apart by whoever knows these four things (k-anonymity:
L. Sweeney, Int. J. Uncertain. Fuzziness Knowl.-Based Syst. 10(5), 2002). Pure.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

AGE_EDGES_YEARS = (40, 60, 80)
UNKNOWN = "unknown"
AGE_BANDS = ("<40", "40-59", "60-79", "80+", UNKNOWN)

SMALL_GROUP_PATIENTS = 5
"""Groups of fewer patients than this are worth a warning."""

_KNOWN_TO_OTHERS = ("age_band", "sex", "hospital", "vendor")


@dataclass(frozen=True, slots=True)
class SmallGroups:
    """The groups of one data set; a patient counts in every group that has slices of theirs.

    Attributes:
        patients: in the smallest group.
        names: of the smallest group: age band, sex, hospital, vendor; the first of several.
        small: groups of fewer than `SMALL_GROUP_PATIENTS`.
        groups: that have a patient.
    """

    patients: int
    names: tuple[str, str, str, str]
    small: int
    groups: int


def small_groups(manifest: pa.Table) -> SmallGroups | None:
    """Return how small the groups of a manifest are, None when it has no slices."""
    if manifest.num_rows == 0:
        return None
    years = manifest.column("age").cast(pa.float32()).fill_null(np.nan).to_numpy()
    columns = {
        "patient_id": manifest.column("patient_id"),
        "age_band": pa.array(age_bands(years).tolist(), pa.string()),
        **{name: manifest.column(name).fill_null(UNKNOWN) for name in _KNOWN_TO_OTHERS[1:]},
    }
    counted = (
        pa.table(columns).group_by(_KNOWN_TO_OTHERS).aggregate([("patient_id", "count_distinct")])
    )
    counts = counted.column("patient_id_count_distinct").to_pylist()
    names = zip(*(counted.column(name).to_pylist() for name in _KNOWN_TO_OTHERS), strict=True)
    fewest, smallest = min(zip(counts, names, strict=True))
    small = sum(count < SMALL_GROUP_PATIENTS for count in counts)
    return SmallGroups(fewest, smallest, small, len(counts))


def age_bands(age_years: npt.NDArray[np.float32]) -> npt.NDArray[np.str_]:
    """Return the band of each age; NaN is unknown."""
    band = np.digitize(age_years, AGE_EDGES_YEARS)
    return np.array(AGE_BANDS)[np.where(np.isnan(age_years), len(AGE_EDGES_YEARS) + 1, band)]
