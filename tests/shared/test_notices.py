"""Notices: counts in dataset.json, sentences for people."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from hnp_shared.dataset_info import DatasetInfo, parse_info, read_info, write_info
from hnp_shared.errors import InputError
from hnp_shared.notices import Misfit, Notice

NOTICE = Notice("H01", Misfit.JOINED, "label", {"values": 6, "patients": 1, "uids": 1})
INFO = DatasetInfo(
    "1.1", "a" * 16, "b" * 16, "c" * 8, "hnp-etl 0", {}, {}, {}, {}, "m", "l", {}, (NOTICE,)
)


def test_they_come_back_from_dataset_json(tmp_path: Path) -> None:
    write_info(tmp_path, INFO)
    assert read_info(tmp_path) == INFO


def test_without_any_dataset_json_is_as_before() -> None:
    assert b"notices" not in replace(INFO, notices=()).to_json()


@pytest.mark.parametrize("misfit", Misfit)
def test_each_makes_a_whole_sentence(misfit: Misfit) -> None:
    names = ("values", "studies", "uids", "patients", "folders", "slices", "labels", "images", "of")
    for count in (1, 1234):
        line = Notice("H01", misfit, "label", dict.fromkeys(names, count)).line
        assert line.startswith("H01: ")
        assert "{" not in line
        assert not any(f"? {name}" in line for name in names)
        assert f"{count:,}" in line


def test_one_that_a_later_version_knows_is_told_by_its_counts() -> None:
    assert Notice("H01", "odd", "", {"folders": 2, "moons": 3}).line == "H01: odd: 2 folders, 3"


@pytest.mark.parametrize(
    "notices",
    [
        7,
        ["H01"],
        [{"hospital": "H01", "kind": "joined", "source": "label"}],
        [{"hospital": 1, "kind": "joined", "source": "label", "counts": {}}],
        [{"hospital": "H01", "kind": "joined", "source": "label", "counts": {"values": "6"}}],
        [{"hospital": "H01", "kind": "joined", "source": "label", "counts": [6]}],
    ],
)
def test_damaged_ones_are_refused(notices: object) -> None:
    content = json.loads(INFO.to_json()) | {"notices": notices}
    with pytest.raises(InputError, match="is damaged"):
        parse_info(json.dumps(content).encode())
