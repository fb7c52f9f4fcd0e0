"""UIDs of what is written."""

import re

from hnp_etl.clinic.uids import derived_uid


def test_a_uid_is_one_of_the_standard_and_depends_on_every_part() -> None:
    found = {derived_uid(*parts) for parts in (("a",), ("b",), ("a", "b"), ("a", "b", ""))}
    assert len(found) == 4
    assert all(re.fullmatch(r"2\.25\.[1-9][0-9]{0,38}", uid) for uid in found)
