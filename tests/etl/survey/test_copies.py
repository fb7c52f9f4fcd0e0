"""Folders that hold another's images once more are told, by name on the private page only."""

from collections.abc import Sequence

import pytest

from hnp_etl.survey.copies import CopiedFolder, find_copies
from hnp_etl.survey.private_page import MOST_NAMED, NamedFolders, private_page


def copies(*groups: Sequence[str], below: int = 4) -> list[CopiedFolder]:
    return find_copies(groups, lambda path: path.split("/")[1][:3], lambda _folder: below)


def pairs(original: str, copy: str, count: int = 4) -> list[list[str]]:
    return [[f"{original}/P{n}/{n}.dcm", f"{copy}/P{n}/{n}.dcm"] for n in range(count)]


@pytest.mark.parametrize(
    ("original", "copy"),
    [("mr/H01/C004", "mr/H01_copy/C004"), ("mr/H01/C004", "mr/H01/backup/C004")],
)
def test_the_folder_in_which_paths_part_is_the_copy(original: str, copy: str) -> None:
    (found,) = copies(*pairs(original, copy))
    assert found == CopiedFolder(
        copy.removesuffix("/C004"), original.removesuffix("/C004"), "H01", 4
    )


def test_a_few_images_that_lie_twice_are_no_copy() -> None:
    assert copies(*pairs("mr/H01", "mr/H01_copy", 2)) == []
    assert copies(*pairs("mr/H01", "mr/H02", 4), below=9) == []


@pytest.mark.parametrize("count", [1, 2])
def test_a_folder_all_of_whose_images_lie_elsewhere_is_a_copy_however_few(count: int) -> None:
    (found,) = copies(*pairs("mr/H01", "mr/H01_copy", count), below=count)
    assert (found.folder, found.images) == ("mr/H01_copy", count)


def test_images_twice_in_one_folder_are_no_copy_of_it() -> None:
    assert copies(*([f"mr/H01/{n}.dcm", f"mr/H01/{n} (1).dcm"] for n in range(4))) == []


def test_a_copy_without_the_folders_of_the_original_is_one_too() -> None:
    flat = [[f"mr/H01/P/{n}.dcm", f"mr/H02/x/y/{n}_renamed.dcm"] for n in range(4)]
    assert [each.folder for each in copies(*flat)] == ["mr/H02/x/y"]


def test_the_private_page_names_them_with_a_pattern_for_a_shell() -> None:
    copied = CopiedFolder("mr/Lee's [2]", "mr/H01", "H01", 4)
    text = private_page(NamedFolders(["mr/who"], ["mr/closed"], [copied]))
    assert "--exclude 'mr/Lee'\"'\"'s [[]2]'" in text
    assert "mr/who\n" in text
    assert "mr/closed\n" in text


def test_the_private_page_is_bounded() -> None:
    text = private_page(NamedFolders([f"{n}" for n in range(MOST_NAMED + 5)], (), ()))
    assert "and 5 more" in text
    assert len(text.splitlines()) < MOST_NAMED + 20
