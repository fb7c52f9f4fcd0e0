import numpy as np
import pytest

from hnp_model.subgroups import age_bands, in_reading_order


@pytest.mark.parametrize(
    ("age", "band"),
    [(39.9, "<40"), (40, "40-59"), (59, "40-59"), (60, "60-79"), (80, "80+"), (np.nan, "unknown")],
)
def test_age_bands(age: float, band: str) -> None:
    assert age_bands(np.array([age], dtype=np.float32)).tolist() == [band]


def test_age_bands_are_read_from_young_to_old() -> None:
    assert in_reading_order(np.array(["80+", "unknown", "<40", "80+"])) == ["<40", "80+", "unknown"]


def test_other_groups_are_read_by_name() -> None:
    assert in_reading_order(np.array(["M", "unknown", "F"])) == ["F", "M", "unknown"]
