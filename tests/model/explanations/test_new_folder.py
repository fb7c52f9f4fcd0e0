import errno
from pathlib import Path

import pytest

from hnp_model.explanations.new_folder import new_folder
from hnp_model.runs.run_folder import hold
from hnp_shared.errors import OutputError, StorageError
from hnp_shared.storage import Disk

MARK = "explain.json"


def fill(target: Path, content: str, *, force: bool = False) -> None:
    with new_folder(target, MARK, force=force) as folder:
        folder.write(MARK, content.encode())


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_a_folder_appears_when_all_went_well_and_leaves_nothing_beside(tmp_path: Path) -> None:
    with new_folder(tmp_path / "new", MARK, force=False) as folder:
        folder.write(MARK, b"1")
        assert not (tmp_path / "new").exists()
    assert names(tmp_path) == ["new"]
    assert names(tmp_path / "new") == [MARK]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_what_fails_or_is_stopped_leaves_nothing(
    tmp_path: Path, error: type[BaseException]
) -> None:
    def fail() -> None:
        with new_folder(tmp_path / "new", MARK, force=True) as folder:
            folder.write("half", b"1")
            raise error

    fill(tmp_path / "new", "old")
    with pytest.raises(error):
        fail()
    assert names(tmp_path) == ["new"]
    assert (tmp_path / "new" / MARK).read_text() == "old"


def test_an_earlier_one_goes_only_when_that_is_asked_for(tmp_path: Path) -> None:
    fill(tmp_path / "new", "old")
    with pytest.raises(OutputError, match="holds an explanation, .* --force replaces it"):
        fill(tmp_path / "new", "newer")
    fill(tmp_path / "new", "newer", force=True)
    assert (tmp_path / "new" / MARK).read_text() == "newer"
    assert names(tmp_path) == ["new"]


def test_what_cannot_be_moved_to_its_place_leaves_the_earlier_one(tmp_path: Path) -> None:
    class Stuck(Disk):
        def rename(self, source: Path, target: Path) -> None:
            if source.name == ".tmp-new":
                raise OSError(errno.ENOSPC, "full")
            super().rename(source, target)

    fill(tmp_path / "new", "old")
    with (
        pytest.raises(StorageError, match="ENOSPC"),
        new_folder(tmp_path / "new", MARK, force=True, disk=Stuck()) as folder,
    ):
        (folder.path / MARK).write_text("newer")
    assert names(tmp_path) == ["new"]
    assert (tmp_path / "new" / MARK).read_text() == "old"


def test_what_is_not_ours_stays_even_when_forced(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "one.jpg").touch()
    (tmp_path / "file").touch()
    for name, what in (("photos", "something else"), ("file", "a file where")):
        with pytest.raises(OutputError, match=what):
            fill(tmp_path / name, "1", force=True)
    with pytest.raises(OutputError, match="does not exist"):
        fill(tmp_path / "no" / "new", "1")
    assert names(tmp_path) == ["file", "photos"]


def test_an_empty_folder_may_be_filled(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    fill(tmp_path / "new", "1")
    assert names(tmp_path / "new") == [MARK]


def test_what_a_killed_command_left_is_no_part_of_the_next(tmp_path: Path) -> None:
    left = tmp_path / ".tmp-new" / "slices"
    left.mkdir(parents=True)
    (left / "half.png").touch()
    fill(tmp_path / "new", "1")
    assert names(tmp_path / "new") == [MARK]


def test_two_commands_do_not_fill_one_folder(tmp_path: Path) -> None:
    with (
        hold(tmp_path / ".tmp-new"),
        pytest.raises(OutputError, match="in use by another hnp-train"),
    ):
        fill(tmp_path / "new", "1")
