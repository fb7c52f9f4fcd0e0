"""What is written is what was given, whatever the file system thinks of direct writes."""

import errno
import fcntl
import os
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest

from hnp_shared.hashing_file import CHUNK_BYTES, HashingFile
from hnp_shared.storage import DISK

DIRECT = getattr(os, "O_DIRECT", 0)
Write = Callable[[BinaryIO, memoryview], None]


def content_of(size: int) -> bytes:
    return np.random.default_rng(size).bytes(size)


def fill(path: Path, content: bytes, write: Write = DISK.write, piece: int = 300_000) -> str:
    with path.open("wb", buffering=0) as file, closing(HashingFile(file, write)) as sink:
        for start in range(0, len(content), piece):
            part = content[start : start + piece]
            assert sink.write(part) == len(part)
        digest = sink.finish()
        assert sink.size == len(content)
    return digest


def flags_of(file: BinaryIO) -> int:
    return fcntl.fcntl(file, fcntl.F_GETFL) & DIRECT


@pytest.mark.parametrize("more", [-1, 0, 1, 4096, 4097])
@pytest.mark.parametrize("chunks", [0, 1, 2, 5])
def test_content_size_and_digest_are_those_of_what_was_given(
    tmp_path: Path, chunks: int, more: int
) -> None:
    content = content_of(max(0, chunks * CHUNK_BYTES + more))
    assert fill(tmp_path / "file", content) == sha256(content).hexdigest()
    assert (tmp_path / "file").read_bytes() == content


def test_a_large_file_is_written_directly_where_that_is_possible(tmp_path: Path) -> None:
    ways: list[tuple[int, int]] = []

    def write(file: BinaryIO, data: memoryview) -> None:
        ways.append((flags_of(file), data.nbytes))
        DISK.write(file, data)

    content = content_of(3 * CHUNK_BYTES + 17)
    fill(tmp_path / "file", content, write)
    assert [size for _, size in ways] == [CHUNK_BYTES] * 3 + [17]
    direct = [way for way, _ in ways]
    assert direct[0] == direct[-1] == 0  # a small file and a rest that is no whole block
    assert direct[1:3] in ([DIRECT, DIRECT], [0, 0])


def test_a_write_that_may_not_be_direct_is_made_in_the_ordinary_way(tmp_path: Path) -> None:
    refused: list[int] = []

    def write(file: BinaryIO, data: memoryview) -> None:
        if flags_of(file):
            refused.append(file.write(data[:512]))  # some of it was written before
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        DISK.write(file, data)

    content = content_of(3 * CHUNK_BYTES + 17)
    assert fill(tmp_path / "file", content, write) == sha256(content).hexdigest()
    assert (tmp_path / "file").read_bytes() == content
    assert len(refused) <= 1


@pytest.mark.parametrize("fails_at", [0, 1, 2, 3])
def test_a_failed_write_reaches_who_fills_the_file(tmp_path: Path, fails_at: int) -> None:
    calls: list[int] = []

    def write(file: BinaryIO, data: memoryview) -> None:
        calls.append(data.nbytes)
        if len(calls) > fails_at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        DISK.write(file, data)

    with pytest.raises(OSError, match="No space"):
        fill(tmp_path / "file", content_of(3 * CHUNK_BYTES + 17), write)
