"""What dataset.json tells of a table that was joined."""

import pytest

from hnp_shared.joined_tables import JoinedTable

TOLD = JoinedTable("patient", "ab" * 32, {"weight": "a number"}, 4, 3, 1, 3)


def test_a_record_is_read_as_it_was_written() -> None:
    assert JoinedTable.parse(TOLD.to_json()) == TOLD


@pytest.mark.parametrize(
    "change", [{"lines": "4"}, {"columns": ["weight"]}, {"patients": None}], ids=str
)
def test_a_damaged_record_is_none(change: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, AttributeError)):
        JoinedTable.parse({**TOLD.to_json(), **change})
    with pytest.raises(KeyError):
        JoinedTable.parse({})
