"""A file appears whole or not at all."""

import errno
import os
import re
from hashlib import sha256
from pathlib import Path

import pytest

from failing import CountingDisk
from hnp_shared.errors import OutputError, StorageError
from hnp_shared.storage import (
    DISK,
    Disk,
    make_folder,
    remove,
    replace_by_copy,
    replace_by_link,
    replace_file,
    sweep,
    sweep_temporary,
    write_named,
)


def put(path: Path, content: bytes, disk: Disk = DISK) -> None:
    replace_file(path, lambda sink: sink.write(content), role="the note", disk=disk)


def test_a_named_file_is_called_after_its_content(tmp_path: Path) -> None:
    written = write_named(tmp_path, ".txt", lambda sink: sink.write(b"abc"), role="x", prefix="p-")
    digest = sha256(b"abc").hexdigest()
    assert (written.name, written.sha256, written.size) == (f"p-{digest[:16]}.txt", digest, 3)
    assert (tmp_path / written.name).read_bytes() == b"abc"


@pytest.mark.parametrize("fails_at", [1, 2, 3])
def test_a_failure_before_the_rename_leaves_the_old_content(tmp_path: Path, fails_at: int) -> None:
    put(tmp_path / "note", b"old")
    with pytest.raises(StorageError) as caught:
        put(tmp_path / "note", b"new", CountingDisk(fails_at))
    assert str(caught.value) == "the note: No space left on device (ENOSPC)"
    assert (tmp_path / "note").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["note"]


def test_a_failure_of_the_content_itself_leaves_nothing(tmp_path: Path) -> None:
    def fill(_sink: object) -> None:
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        replace_file(tmp_path / "note", fill, role="the note")
    assert list(tmp_path.iterdir()) == []


def test_a_secret_file_is_its_owners_only(tmp_path: Path) -> None:
    replace_file(tmp_path / "key", lambda sink: sink.write(b"x"), role="the key", mode=0o600)
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_a_link_is_a_second_name(tmp_path: Path) -> None:
    for content in (b"one", b"two"):
        target = tmp_path / f"table-{content.decode()}"
        target.write_bytes(content)
        replace_by_link(target, tmp_path / "table", role="the shard")
        assert (tmp_path / "table").samefile(target)


def test_a_link_is_a_copy_where_links_fail(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"one")
    replace_by_link(tmp_path / "target", tmp_path / "name", role="x", disk=CountingDisk(1))
    assert (tmp_path / "name").read_bytes() == b"one"
    assert not (tmp_path / "name").samefile(tmp_path / "target")


def test_what_is_written_over_a_copy_does_not_reach_its_source(tmp_path: Path) -> None:
    (tmp_path / "table").write_bytes(bytes(range(256)) * 5000)
    for _ in range(2):  # the second time over a link, as earlier versions left one
        replace_by_copy(tmp_path / "table", tmp_path / "alias", role="x")
        assert (tmp_path / "alias").read_bytes() == (tmp_path / "table").read_bytes()
        with (tmp_path / "alias").open("r+b") as file:
            file.write(b"mine")
        assert (tmp_path / "table").read_bytes() == bytes(range(256)) * 5000
        (tmp_path / "alias").unlink()
        (tmp_path / "alias").hardlink_to(tmp_path / "table")


@pytest.mark.parametrize("code", [errno.EXDEV, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL])
def test_a_file_is_copied_where_the_kernel_copies_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "copy_file_range", refuse)
    (tmp_path / "table").write_bytes(b"abc" * 1000)
    replace_by_copy(tmp_path / "table", tmp_path / "alias", role="x")
    assert (tmp_path / "alias").read_bytes() == b"abc" * 1000


def test_removing_what_is_gone_is_no_error(tmp_path: Path) -> None:
    remove(tmp_path / "nothing", role="x")


def test_folders_are_made_with_their_parents(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b", role="x", mode=0o700)
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="x: "):
        make_folder(tmp_path / "file", role="x")


UNFINISHED = ".tmp-0123456789abcdef"


def test_sweeping_keeps_what_is_named_and_what_is_somebodys(tmp_path: Path) -> None:
    for name in ("1.npz", "2.npz", "mine.npz", ".tmp-notes", UNFINISHED):
        (tmp_path / name).touch()
    (tmp_path / "3.npz").mkdir()
    sweep_temporary(tmp_path, role="x")
    assert UNFINISHED not in {path.name for path in tmp_path.iterdir()}
    sweep(tmp_path, re.compile(r"\d\.npz"), keep=frozenset({"2.npz"}), role="x")
    assert {path.name for path in tmp_path.iterdir()} == {
        "2.npz",
        "3.npz",
        "mine.npz",
        ".tmp-notes",
    }


def test_nothing_is_swept_behind_a_link(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "1.npz").touch()
    (tmp_path / "shards").symlink_to(tmp_path / "theirs")
    with pytest.raises(OutputError, match="shards is a link"):
        sweep(tmp_path / "shards", re.compile(r".*"), keep=frozenset(), role="x")
    assert (tmp_path / "theirs" / "1.npz").exists()
