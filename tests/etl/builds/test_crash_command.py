"""Claims about failing disks and doubled builds, as the command line tells them."""

import errno
import itertools
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from etl.builds.test_crash import config_of, run
from etl.trees import KEY, sound_tree
from failing import ERRORS, disk_fails
from hnp_etl.cli import main
from hnp_etl.private.folder import hold_private
from hnp_etl.selftest.material import files_below

ROLES = re.compile(
    "the (data set folder|private folder|shards folder|tables folder|shard|manifest-table"
    r"|ledger-table|linkage|key|manifest alias|ledger alias)|dataset\.json"
    "|an old file in (shards|tables)"
)


def build(folder: Path, name: str, *more: object) -> Result:
    options = ("--out", folder / name, "--key-file", folder / "key", "--workers", 1, *more)
    arguments = ("build-manifest", folder / "src", *options)
    return CliRunner().invoke(main, list(map(str, arguments)), catch_exceptions=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    sound_tree(tmp_path / "src", patients=2, slices=1)
    key = tmp_path / "key"
    key.touch(mode=0o600)
    key.write_bytes(KEY)
    return tmp_path


@pytest.mark.parametrize("error", ERRORS, ids=errno.errorcode.get)
def test_a_disk_that_fails_is_74_and_one_line_that_names_what_for(folder: Path, error: int) -> None:
    assert build(folder, "calm").exit_code == 0
    for fails_at in itertools.count(1, 2):
        with disk_fails(fails_at, error):
            done = build(folder, "hurt")
        if done.exit_code == 0:
            break
        assert done.exit_code == 74
        told, cause = (
            done.stderr.splitlines()[-1],
            f"{os.strerror(error)} ({errno.errorcode[error]})",
        )
        assert told.startswith("error: ")
        assert told.endswith(f": {cause}")
        role = told.removeprefix("error: ").removesuffix(f": {cause}")
        assert ROLES.fullmatch(role), role
        assert str(folder) not in done.stderr
        assert "secret" not in done.stderr
    assert fails_at > 20
    assert files_below(folder / "hurt") == files_below(folder / "calm")
    assert {path.name for path in (folder / "hurt.private").iterdir()} == {
        path.name for path in (folder / "calm.private").iterdir()
    }


def test_a_private_folder_serves_one_build_at_a_time(folder: Path) -> None:
    assert build(folder, "one").exit_code == 0
    before = files_below(folder / "one"), files_below(folder / "one.private")
    with hold_private(folder / "one.private"):
        done = build(folder, "other", "--private", folder / "one.private")
    assert done.exit_code == 73
    assert done.stderr == "error: the private folder is in use by another build, expected none\n"
    assert (files_below(folder / "one"), files_below(folder / "one.private")) == before
    assert files_below(folder / "other") == {}


HEADER, MIDDLE, END = 0, 0.5, 1


def overwrite(state: Path, at: float, length: int, content: bytes) -> None:
    size = state.stat().st_size
    with state.open("r+b") as file:
        file.seek(min(int(at * size), size - length))
        file.write((content * length)[:length])


def become_a_folder(state: Path) -> None:
    """Put a folder in the place of a file."""
    state.unlink()
    state.mkdir()


DAMAGE: dict[str, Callable[[Path], object]] = {
    "deleted": lambda state: state.unlink(),
    "empty": lambda state: os.truncate(state, 0),
    "half": lambda state: os.truncate(state, state.stat().st_size // 2),
    "an odd length": lambda state: os.truncate(state, state.stat().st_size - 1),
    "header": lambda state: overwrite(state, HEADER, 100, b"\xa5"),
    "page size": lambda state: overwrite(state, HEADER, 18, b"SQLite format 3\0\xff\xff"),
    "schema": lambda state: overwrite(state, 0.001, 3000, b"\xa5"),
    "middle": lambda state: overwrite(state, MIDDLE, 20_000, b"\xa5"),
    "middle zeroed": lambda state: overwrite(state, MIDDLE, 20_000, b"\0"),
    "end": lambda state: overwrite(state, END, 9_000, b"\xa5"),
    "zeroed": lambda state: overwrite(state, HEADER, state.stat().st_size, b"\0"),
    "another file": lambda state: state.write_bytes(b"\x89PNG\r\n" * 900),
    "a folder": become_a_folder,
    "a damaged log": lambda state: Path(f"{state}-wal").write_bytes(b"\xa5" * 9_000),
    "a log that is a folder": lambda state: Path(f"{state}-wal").mkdir(),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_state_costs_time_only(tmp_path: Path, damage: str) -> None:
    sound_tree(tmp_path / "src", patients=8)
    config = config_of(tmp_path, tmp_path / "src", "out")
    run(config)
    before = files_below(config.out)
    sound_tree(tmp_path / "src", patients=8)  # the same bytes again, to be looked at again
    DAMAGE[damage](config.private / "state.sqlite")
    run(config)
    assert files_below(config.out) == before


def test_a_folder_with_something_in_it_is_never_removed(tmp_path: Path) -> None:
    sound_tree(tmp_path / "src", patients=1)
    (tmp_path / "key").touch(mode=0o600)
    (tmp_path / "key").write_bytes(KEY)
    (tmp_path / "out.private").mkdir(mode=0o700)
    (tmp_path / "out.private" / "state.sqlite").mkdir()
    (tmp_path / "out.private" / "state.sqlite" / "mine").touch()
    done = build(tmp_path, "out")
    assert done.exit_code == 74
    assert done.stderr == "error: the private state: Directory not empty (ENOTEMPTY)\n"
