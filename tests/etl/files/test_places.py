"""Bytes in archives are read by offset, and no further than they are asked for."""

import bz2
import gzip
import lzma
import os
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from pydicom import dcmread

from dicom_files import dicom_bytes
from etl.archived import settle, zipped, zstd
from hnp_etl.archives.unfolding import Unfolder
from hnp_etl.errors import FileError
from hnp_etl.files.file_stat import FileStat, joined_stat
from hnp_etl.files.moves import unpacked
from hnp_etl.files.place import Move, archives_above, inside, split_place, step_of, whole_of
from hnp_etl.files.source_file import SourceFile
from hnp_etl.files.views import Window
from hnp_etl.limits import LIMITS
from hnp_etl.walking.walk import walk
from hnp_shared.vocabulary import Reason

CONTENT = os.urandom(300_000) + bytes(9_000_000) + os.urandom(300_000)


class Bytes:
    """Bytes as a view, with how many were asked for."""

    def __init__(self, content: bytes) -> None:
        self.content, self.read = content, 0

    def read_at(self, start: int, count: int) -> bytes:
        found = self.content[start : start + count]
        self.read += len(found)
        return found


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstd,
}


@pytest.mark.parametrize("kind", PACKED)
def test_what_is_compressed_is_read_by_offset(kind: str) -> None:
    view = unpacked(Bytes(PACKED[kind](CONTENT)), kind, len(CONTENT))
    for start, count in ((0, 10), (5, 100), (9_200_000, 200_000), (100, 50), (9_599_999, 99)):
        assert view.read_at(start, count) == CONTENT[start : start + count]


def test_a_header_costs_no_more_than_a_header() -> None:
    packed = Bytes(zlib.compress(os.urandom(5_000_000), 1))
    unpacked(Window(packed, 2, 4_900_000), "zip 8", 5_000_000, 0).read_at(0, 1000)
    assert packed.read < 200_000


@pytest.mark.parametrize("kind", PACKED)
@pytest.mark.parametrize("damage", ["cut", "more", "less", "rot"])
def test_damage_is_noticed(kind: str, damage: str) -> None:
    content = os.urandom(50_000)
    whole = PACKED[kind](content)
    size = {"more": 60_000, "less": 40_000}.get(damage, 50_000)
    if damage == "cut":
        whole = whole[:-2000]
    if damage == "rot":
        if kind == "zst":
            pytest.skip("Arrow writes zstd without a checksum")
        whole = (
            whole[:20_000] + bytes(byte ^ 0xFF for byte in whole[20_000:20_100]) + whole[20_100:]
        )
    with pytest.raises(FileError) as refused:
        unpacked(Bytes(whole), kind, size).read_at(0, size)
    assert refused.value.reason is Reason.TRUNCATED


def test_parts_are_read_as_one_and_a_change_in_any_is_noticed(tmp_path: Path) -> None:
    for number, content in enumerate((b"one ", b"two ", b"three")):
        (tmp_path / f"a.bin.part{number}").write_bytes(content)
    paths = [tmp_path / f"a.bin.part{number}" for number in range(3)]
    met = joined_stat([FileStat.of(path.lstat()) for path in paths])
    first = os.fsencode(paths[0])
    raw = inside(inside(first, step_of(Move("parts", texts=("0", "1", "2")))), "window 2 9")
    source = SourceFile(raw, met._replace(size=9))
    with source.opened() as file:
        assert file.read_from(0) == b"e two thr"
    assert SourceFile.at(raw).stat == source.stat
    paths[2].write_bytes(b"other")
    with pytest.raises(FileError), source.opened() as file:
        file.read_from(0)


def test_a_place_tells_the_archives_above_it() -> None:
    raw = inside(inside(b"/d/a.zip.part0", "parts 0 1"), "zip 0 9 9 1 0")
    assert [whole_of(above) for above in archives_above(raw)][-1] == b"/d/a.zip"
    assert [move.kind for move in split_place(raw)[1]] == ["parts", "zip"]


def test_pydicom_reads_a_member_as_it_reads_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped({"a.dcm": dicom_bytes(PatientID="P7")}))
    settle(tmp_path / "a.zip")
    (_, member) = Unfolder(LIMITS)(walk([tmp_path]))
    with SourceFile.at(member.raw).opened() as file, file.stream() as stream:
        assert dcmread(stream, stop_before_pixels=True).PatientID == "P7"
