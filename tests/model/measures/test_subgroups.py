import numpy as np

from hnp_model.measures.subgroups import in_reading_order


def test_age_bands_are_read_from_young_to_old() -> None:
    assert in_reading_order(np.array(["80+", "unknown", "<40", "80+"])) == ["<40", "80+", "unknown"]


def test_other_groups_are_read_by_name() -> None:
    assert in_reading_order(np.array(["M", "unknown", "F"])) == ["F", "M", "unknown"]
