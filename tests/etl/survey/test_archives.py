import os
import struct
import subprocess
import zipfile
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest

from hnp_etl.state.counts import OtherFile
from hnp_etl.survey.archives import ArchiveRow, find_archives

INSIDE = "원천데이터/H01/영상.dcm"


def zipped(name: str, *, cp949: bool = False) -> bytes:
    """Return a zip file with one entry; old Windows tools write names in CP949, without a mark."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, b"an image")
    plain, old = name.encode(), name.encode("cp949")
    return _renamed(buffer.getvalue(), plain, old) if cp949 else buffer.getvalue()


def _renamed(whole: bytes, name: bytes, other: bytes) -> bytes:
    """Return a zip file of one entry under another name, without the mark for UTF-8."""
    start = whole.index(b"PK\x01\x02")
    local = whole[:6] + b"\0\0" + whole[8:26] + struct.pack("<H", len(other)) + whole[28:30]
    local += other + whole[30 + len(name) : start]
    end = whole.index(b"PK\x05\x06")
    entry = whole[start : start + 8] + b"\0\0" + whole[start + 10 : start + 28]
    entry += struct.pack("<H", len(other)) + whole[start + 30 : start + 46] + other
    entry += whole[start + 46 + len(name) : end]
    tail = whole[end : end + 12] + struct.pack("<LL", len(entry), len(local)) + whole[end + 20 :]
    return local + entry + tail


def archives_in(folder: Path) -> list[ArchiveRow]:
    return find_archives(
        OtherFile(str(path.relative_to(folder)), path.lstat().st_size, os.fsencode(path))
        for path in sorted(folder.rglob("*"))
        if not path.is_dir()
    )


def run(command: str, folder: Path) -> None:
    quoted = command.replace("SRC", f"'{folder}'", 1)
    subprocess.run(["sh", "-c", quoted], check=True, cwd="/")


@pytest.mark.parametrize("cp949", [False, True], ids=["UTF-8", "CP949"])
def test_the_command_unpacks_with_the_names_as_they_were(cp949: bool, tmp_path: Path) -> None:
    (tmp_path / "a b").mkdir()
    (tmp_path / "a b" / "TS 1.zip").write_bytes(zipped(INSIDE, cp949=cp949))
    (row,) = archives_in(tmp_path)
    assert row.kind == f"zip, names in {'CP949' if cp949 else 'UTF-8'}"
    run(row.command, tmp_path)
    assert (tmp_path / "a b" / "TS 1" / INSIDE).read_bytes() == b"an image"


def test_the_command_joins_parts_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    whole = zipped(INSIDE)
    starts = [*range(0, 110, 10), len(whole)]
    for number, (first, last) in enumerate(pairwise(starts)):
        (tmp_path / f"TS_1.zip.part{number}").write_bytes(whole[first:last])
    (row,) = archives_in(tmp_path)
    assert (row.kind, row.files, row.size) == ("zip in parts (.zip.part0...)", 11, len(whole))
    run(row.command, tmp_path)
    assert (tmp_path / "TS_1.zip").read_bytes() == whole


def test_parts_named_by_their_offset_are_joined_too(tmp_path: Path) -> None:
    for offset, content in ((0, b"one "), (1073741824, b"two "), (10737418240, b"three")):
        (tmp_path / f"a.zip.part{offset}").write_bytes(content)
    run(archives_in(tmp_path)[0].command, tmp_path)
    assert (tmp_path / "a.zip").read_bytes() == b"one two three"


def test_a_broken_archive_or_no_file_at_all_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "cut.zip").write_bytes(zipped(INSIDE)[:60])
    (tmp_path / "link.zip").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe.zip")
    huge = zipped(INSIDE)[:-10] + struct.pack("<L", 2**31) + zipped(INSIDE)[-6:]
    (tmp_path / "huge.zip").write_bytes(huge)
    (row,) = archives_in(tmp_path)
    assert (row.kind, row.files) == ("zip, names not read", 4)


def test_other_archives_are_told_by_their_suffix(tmp_path: Path) -> None:
    for name in ("a.tar.gz", "b.7z", "c.alz", "d.z01", "e.txt", "zip"):
        (tmp_path / name).touch()
    kinds = [row.kind for row in archives_in(tmp_path)]
    assert kinds == ["7z", "other (.alz, .egg, .rar)", "tar", "zip in volumes (.z01...)"]
