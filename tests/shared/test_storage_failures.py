"""Claims about failing disks: at each operation the old file or the new one stands, whole."""

import io
import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import pytest

from failing import CountingDisk, NoLinks
from hnp_shared.errors import StorageError
from hnp_shared.ledger import LedgerRow, write_ledger
from hnp_shared.shards import write_shard
from hnp_shared.storage import (
    Disk,
    make_folder,
    remove,
    replace_by_copy,
    replace_by_link,
    replace_file,
    sweep,
    write_named,
)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def put(folder: Path, disk: Disk) -> None:
    replace_file(folder / "note", lambda sink: sink.write(b"new"), role="the note", disk=disk)


def link(folder: Path, disk: Disk) -> None:
    replace_by_link(folder / "target", folder / "note", role="the note", disk=disk)


def copy(folder: Path, disk: Disk) -> None:
    replace_by_copy(folder / "target", folder / "note", role="the note", disk=disk)


ACTIONS: list[tuple[Callable[[Path, Disk], None], type[CountingDisk], list[str]]] = [
    (put, CountingDisk, ["write", "fsync", "rename", "fsync"]),
    (link, CountingDisk, ["link", "rename", "fsync"]),
    (link, NoLinks, ["copy", "fsync", "rename", "fsync"]),
    (copy, CountingDisk, ["copy", "fsync", "rename", "fsync"]),
]
NAMES = ["put", "link", "no link", "copy"]


@pytest.mark.parametrize(("action", "kind", "operations"), ACTIONS, ids=NAMES)
def test_a_replacement_is_flushed_renamed_and_its_folder_flushed(
    tmp_path: Path,
    action: Callable[[Path, Disk], None],
    kind: type[CountingDisk],
    operations: list[str],
) -> None:
    (tmp_path / "target").write_bytes(b"new")
    (tmp_path / "note").write_bytes(b"old")
    disk = kind()
    action(tmp_path, disk)
    assert disk.done == operations
    assert (tmp_path / "note").read_bytes() == b"new"
    assert names(tmp_path) == ["note", "target"]


@pytest.mark.parametrize(
    ("action", "kind", "fails_at"),
    [
        pytest.param(action, kind, fails_at, id=f"{name}-{fails_at}")
        for (action, kind, operations), name in zip(ACTIONS, NAMES, strict=True)
        for fails_at in range(1, len(operations) + 1)
        if operations[fails_at - 1] != "link"  # a link that fails becomes a copy
    ],
)
def test_a_failure_at_any_operation_leaves_one_whole_file_and_nothing_else(
    tmp_path: Path,
    action: Callable[[Path, Disk], None],
    kind: type[CountingDisk],
    fails_at: int,
) -> None:
    (tmp_path / "target").write_bytes(b"new")
    (tmp_path / "note").write_bytes(b"old")
    disk = kind(fails_at)
    with pytest.raises(StorageError, match=r"^the note: No space left on device \(ENOSPC\)$"):
        action(tmp_path, disk)
    renamed = "rename" in disk.done[:-1]
    assert (tmp_path / "note").read_bytes() == (b"new" if renamed else b"old")
    assert names(tmp_path) == ["note", "target"]


@pytest.mark.parametrize("fails_at", range(1, 40))
def test_a_shard_or_table_that_fails_leaves_the_folder_as_it_was(
    tmp_path: Path, fails_at: int
) -> None:
    rows = [LedgerRow("1", "image", "H01", "accepted", None, "s1")] * 3
    images = np.zeros((2, 3, 4), np.float32)
    writers: list[Callable[[Disk], object]] = [
        lambda disk: write_ledger(tmp_path, rows, disk=disk),
        lambda disk: write_shard(tmp_path, images, ["a" * 32, "b" * 32], disk=disk),
    ]
    for write in writers:
        disk = CountingDisk(fails_at)
        try:
            write(disk)
        except StorageError:
            assert len(disk.done) >= fails_at
            finished = "rename" in disk.done[: fails_at - 1]
            assert len(names(tmp_path)) == int(finished)
        else:
            assert len(disk.done) < fails_at
        for path in tmp_path.iterdir():
            path.unlink()


@pytest.mark.parametrize("action", [link, copy])
def test_a_target_that_is_gone_is_a_storage_error(
    tmp_path: Path, action: Callable[[Path, Disk], None]
) -> None:
    (tmp_path / "note").write_bytes(b"old")
    with pytest.raises(StorageError, match=r"^the note: No such file"):
        action(tmp_path, Disk())
    assert names(tmp_path) == ["note"]


def test_a_link_that_is_up_to_date_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"new")
    link(tmp_path, Disk())
    disk = CountingDisk()
    link(tmp_path, disk)
    assert disk.done == []


def test_folders_and_removals_that_fail_name_their_role(tmp_path: Path) -> None:
    (tmp_path / "old").touch()
    old, none = re.compile("old"), frozenset[str]()
    acts: list[Callable[[Disk], object]] = [
        lambda disk: make_folder(tmp_path / "a" / "b", role="the folder", disk=disk),
        lambda disk: remove(tmp_path / "old", role="the folder", disk=disk),
        lambda disk: sweep(tmp_path, old, keep=none, role="the folder", disk=disk),
    ]
    for act in acts:
        with pytest.raises(StorageError, match=r"^the folder: No space left on device \(ENOSPC\)$"):
            act(CountingDisk(1))
    assert names(tmp_path) == ["old"]


class ShortFile(io.RawIOBase):
    """Takes at most three bytes a call, as a disk does that fills up."""

    def __init__(self) -> None:
        self.content = b""

    def write(self, data: object, /) -> int:
        taken = bytes(memoryview(data))[:3]  # type: ignore[arg-type]  # any buffer
        self.content += taken
        return len(taken)


@pytest.mark.parametrize("data", [b"", b"abc", b"abcdefgh", memoryview(b"abcdefgh")[1:]])
def test_a_write_that_takes_less_is_repeated(data: bytes | memoryview) -> None:
    file = ShortFile()
    Disk().write(cast("BinaryIO", file), data)
    assert file.content == bytes(data)


def test_a_write_that_meets_a_full_disk_never_replaces_the_old_file(tmp_path: Path) -> None:
    class FillsUp(Disk):
        def write(self, file: BinaryIO, data: bytes | memoryview) -> None:
            super().write(file, data[:2])
            raise OSError(28, "No space left on device")

    (tmp_path / "note").write_bytes(b"old")
    with pytest.raises(StorageError):
        put(tmp_path, FillsUp())
    assert (tmp_path / "note").read_bytes() == b"old"


def test_a_stop_in_the_middle_of_a_write_leaves_nothing(tmp_path: Path) -> None:
    def fill(_sink: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_named(tmp_path, ".txt", fill, role="the note")
    assert names(tmp_path) == []


def test_a_storage_error_survives_the_pipe_of_a_pool_and_shows_no_path() -> None:
    error = StorageError.of("the shard", OSError(13, "Permission denied", "/a/secret/path"))
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error) == "the shard: Permission denied (EACCES)"
    assert (
        str(StorageError.of("the shard", OSError("odd"))) == "the shard: Input/output error (EIO)"
    )
