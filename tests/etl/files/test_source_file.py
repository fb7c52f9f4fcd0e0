"""What is read is the file that was met, or nothing."""

import os
from pathlib import Path

import pytest

from hnp_etl.errors import FileError
from hnp_etl.files.file_stat import UNKNOWN_INODE, FileStat
from hnp_etl.files.source_file import SourceFile
from hnp_shared.vocabulary import Reason


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "file").write_bytes(b"0123456789")
    return tmp_path / "file"


def content(source: SourceFile) -> bytes:
    with source.opened() as file:
        return file.read_from(0)


def refused(source: SourceFile) -> bool:
    try:
        content(source)
    except FileError as error:
        return error.reason is Reason.UNREADABLE
    except OSError:
        return True
    return False


def test_a_file_is_read_as_it_was_met(path: Path) -> None:
    source = SourceFile.at(path)
    assert content(source) == b"0123456789"
    with source.opened() as file:
        assert file.read_at(8, 100) == b"89"
        assert file.read_at(20, 5) == b""
        assert file.read_from(7) == b"789"


def test_one_that_was_replaced_is_refused(path: Path) -> None:
    source = SourceFile.at(path)
    other = path.with_name("other")
    other.write_bytes(b"9876543210")
    os.utime(other, ns=(source.stat.mtime_ns, source.stat.mtime_ns))
    other.replace(path)
    assert refused(source)


def test_one_that_changes_while_it_is_read_is_refused(path: Path) -> None:
    source = SourceFile.at(path)

    def read() -> None:
        with source.opened() as file:
            file.read_at(0, 5)
            path.write_bytes(b"abcdefghijk")

    with pytest.raises(FileError, match="not the one that was met"):
        read()


def fifo(path: Path) -> None:
    os.mkfifo(path)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def elsewhere(path: Path) -> None:
    path.with_name("theirs").write_bytes(b"0123456789")
    path.symlink_to("theirs")


@pytest.mark.parametrize("put", [fifo, endless, elsewhere, Path.mkdir, lambda _path: None])
def test_what_took_its_place_costs_that_file_and_no_time(path: Path, put: object) -> None:
    source = SourceFile.at(path)
    path.unlink()
    put(path)  # type: ignore[operator]  # each takes a path
    assert refused(source)


def test_what_grew_is_not_read_beyond_the_size_it_was_met_with(path: Path) -> None:
    source, seen = SourceFile.at(path), []

    def read() -> None:
        with source.opened() as file:
            path.write_bytes(b"0123456789 and more")
            seen.append(file.read_from(0))

    with pytest.raises(FileError):
        read()
    assert seen == [b"0123456789"]


def test_inodes_are_compared_only_where_they_mean_something() -> None:
    met = FileStat(1, 2, 3, 4)
    assert not met.same_file(met._replace(inode=5))
    assert met.same_file(met._replace(inode=UNKNOWN_INODE))
    assert not met.same_file(FileStat(1, 2, 4, UNKNOWN_INODE))
