"""Claims about the limit on rejected files."""

import pytest

from hnp_etl.datasets.gate import ChangeLimit, RejectLimit
from hnp_shared.dataset_info import DatasetInfo
from hnp_shared.errors import GateError


def info(**states: int) -> DatasetInfo:
    return DatasetInfo(
        schema_version="",
        dataset_id="",
        pixels_id="",
        key_id="",
        tool="",
        recipe={},
        identity={},
        states=states,
        reasons={},
        manifest="",
        ledger="",
        files={},
        notices=(),
    )


@pytest.mark.parametrize("limit", ["5", "5%", "5.0%", "100%", "99"])
def test_what_is_within_the_limit_passes(limit: str) -> None:
    RejectLimit.parse(limit).check(info(accepted=50, filtered=45, rejected=5))


@pytest.mark.parametrize(
    ("limit", "told"), [("4", "at most 4"), ("0", "at most 0"), ("4.9%", "4.9%"), ("0%", "0%")]
)
def test_what_is_beyond_says_how_many(limit: str, told: str) -> None:
    with pytest.raises(GateError, match=rf"^5 of 100 files were rejected, expected .*{told}$"):
        RejectLimit.parse(limit).check(info(accepted=50, filtered=45, rejected=5))


def test_filtered_files_are_not_rejected_ones() -> None:
    RejectLimit.parse("0").check(info(filtered=1000, ignored=5, used=3))


@pytest.mark.parametrize(
    "text", ["", "%", "-1", "-1%", "101%", "nan%", "inf%", "inf", "1.5", "a", "5%%", "9" * 5000]
)
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        RejectLimit.parse(text)


@pytest.mark.parametrize("text", ["removed", "removed=0", "removed=1", "removed=1.9%"])
def test_more_changes_than_allowed_fail(text: str) -> None:
    with pytest.raises(GateError, match=r"^2 slices were removed, expected at most "):
        ChangeLimit.parse(text).check({"removed": 2}, 100)


@pytest.mark.parametrize("text", ["removed=2", "removed=2%", "added", "changed=0"])
def test_no_more_changes_than_allowed_pass(text: str) -> None:
    ChangeLimit.parse(text).check({"removed": 2}, 100)


@pytest.mark.parametrize("text", ["", "lost", "removed=x", "removed=-1", "removed=101%"])
def test_what_states_no_limit_of_changes_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        ChangeLimit.parse(text)
