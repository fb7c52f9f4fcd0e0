"""How small the smallest group of like people is, counted in patients."""

import numpy as np
import pyarrow as pa
import pytest

from hnp_shared.columns import MANIFEST
from hnp_shared.small_groups import SmallGroups, age_bands, small_groups


def manifest(*rows: tuple[str, float | None, str | None, str, str | None]) -> pa.Table:
    names = ("patient_id", "age", "sex", "hospital", "vendor")
    types = {column.name: column.type for column in MANIFEST}
    values = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in names]
    return pa.table(
        {name: pa.array(value, types[name]) for name, value in zip(names, values, strict=True)}
    )


@pytest.mark.parametrize(
    ("age", "band"),
    [
        *((0.0, "<40"), (39.9, "<40"), (40, "40-59"), (59.9, "40-59"), (60, "60-79")),
        *((79, "60-79"), (80, "80+"), (90, "80+"), (np.nan, "unknown")),
    ],
)
def test_age_bands(age: float, band: str) -> None:
    assert age_bands(np.array([age], dtype=np.float32)).tolist() == [band]


def test_patients_are_counted_not_slices() -> None:
    rows = [(f"p{number // 9}", 61.0, "F", "H01", "GE") for number in range(45)]
    names = ("60-79", "F", "H01", "GE")
    assert small_groups(manifest(*rows)) == SmallGroups(5, names, 0, 1)
    assert small_groups(manifest(*rows[9:])) == SmallGroups(4, names, 1, 1)


def test_what_is_not_known_is_a_group_of_its_own() -> None:
    rows = [(f"p{number}", 61.0, "F", "H01", "GE") for number in range(5)]
    found = small_groups(manifest(*rows, ("q", None, None, "H01", None)))
    assert found == SmallGroups(1, ("unknown", "unknown", "H01", "unknown"), 1, 2)


def test_the_first_of_equally_small_groups_is_named() -> None:
    found = small_groups(manifest(("p", 85, "M", "H02", "GE"), ("q", 45, "M", "H02", "GE")))
    assert found == SmallGroups(1, ("40-59", "M", "H02", "GE"), 2, 2)


def test_a_patient_of_two_bands_counts_in_both() -> None:
    found = small_groups(manifest(("p", 59, "M", "H02", "GE"), ("p", 60, "M", "H02", "GE")))
    assert found is not None
    assert (found.patients, found.groups) == (1, 2)


def test_no_slices_have_no_groups() -> None:
    assert small_groups(manifest()) is None
