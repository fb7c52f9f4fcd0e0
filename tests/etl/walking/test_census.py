"""Whether anything changed, told by one number."""

import time

import pytest

from hnp_etl.walking.census import take_census
from hnp_etl.walking.walk import FoundFile

ONE = FoundFile("a/1.dcm", b"/a/1.dcm", True, True, 10, 1_600_000_000 * 10**9, 5, 7)
OTHER = ONE._replace(path="a/2.dcm", raw=b"/a/2.dcm", inode=8)


def test_the_order_of_files_does_not_matter() -> None:
    assert take_census([ONE, OTHER]) == take_census([OTHER, ONE])
    assert take_census([ONE, OTHER]).files == 2


@pytest.mark.parametrize(
    "change",
    [
        {"raw": b"/a/3.dcm"},
        {"size": 11},
        {"mtime_ns": 1_600_000_000 * 10**9 + 1},
        {"ctime_ns": 6},
        {"inode": 9},
    ],
    ids=lambda change: next(iter(change)),
)
def test_any_change_of_a_file_shows(change: dict[str, int | bytes]) -> None:
    changed = ONE._replace(**change)  # type: ignore[arg-type]  # any field
    assert take_census([changed, OTHER]).digest != take_census([ONE, OTHER]).digest


def test_a_file_more_or_twice_shows() -> None:
    digests = {take_census(met).digest for met in ([], [ONE], [ONE, ONE], [ONE, OTHER])}
    assert len(digests) == 4


def test_a_young_file_or_a_closed_folder_settles_nothing() -> None:
    assert take_census([ONE, OTHER]).settled
    assert not take_census([ONE, OTHER._replace(mtime_ns=time.time_ns())]).settled
    assert not take_census([ONE, OTHER._replace(readable=False)]).settled
