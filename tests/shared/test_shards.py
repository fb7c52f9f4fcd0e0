"""Shards are mapped where they lie, and nothing but what the writer makes is taken."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from hnp_shared.errors import InputError, StorageError
from hnp_shared.shards import IDS_MEMBER, IMAGES_MEMBER, Images, open_shard, write_shard


def images(count: int = 3, dtype: str = "f4") -> Images:
    rng = np.random.default_rng(0)
    return (rng.random((count, 7, 5)) * (1 if dtype == "f4" else 65535)).astype(dtype)


def ids(count: int = 3) -> list[str]:
    return [f"{number:032x}" for number in range(count)]


@pytest.mark.parametrize("dtype", ["f4", "u2"])
def test_a_shard_is_mapped_and_numpy_reads_the_same(tmp_path: Path, dtype: str) -> None:
    stored = images(dtype=dtype)
    written = write_shard(tmp_path, stored, ids())
    shard = open_shard(tmp_path / written.name)
    assert isinstance(shard.images, np.memmap)
    assert not shard.images.flags.writeable
    assert np.array_equal(shard.images, stored)
    assert shard.slice_ids == tuple(ids())
    with np.load(tmp_path / written.name, allow_pickle=False) as loaded:
        assert sorted(loaded.files) == ["images", "slice_ids"]
        assert np.array_equal(loaded["images"], stored)
        assert loaded["slice_ids"].tolist() == ids()


def test_the_same_slices_give_the_same_file(tmp_path: Path) -> None:
    assert write_shard(tmp_path, images(), ids()) == write_shard(tmp_path, images(), ids())


def test_rows_that_are_not_contiguous_are_written_as_they_look(tmp_path: Path) -> None:
    wide = images(6)[::2]
    written = write_shard(tmp_path, wide, ids())
    assert np.array_equal(open_shard(tmp_path / written.name).images, wide)


def test_a_compressed_member_is_refused(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "a.npz", images=images(), slice_ids=np.array(ids()))
    with pytest.raises(InputError, match=r"compressed or encrypted"):
        open_shard(tmp_path / "a.npz")


def test_a_pickle_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=images(), slice_ids=np.array(ids(), dtype=object))
    with pytest.raises(InputError, match=r"a.npz"):
        open_shard(tmp_path / "a.npz")


@pytest.mark.parametrize(
    "arrays",
    [
        {"images": images()},
        {"images": images(), "slice_ids": np.array(ids()), "more": np.zeros(2)},
        {"images": images(), "slice_ids": np.array(ids(2))},
        {"images": images()[0], "slice_ids": np.array(ids(7))},
        {"images": images().astype("f8"), "slice_ids": np.array(ids())},
        {"images": np.asfortranarray(images()), "slice_ids": np.array(ids())},
    ],
    ids=["no ids", "one more", "fewer ids", "two axes", "float64", "column order"],
)
def test_other_shapes_are_refused(tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
    np.savez(tmp_path / "a.npz", **arrays)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"shard a.npz"):
        open_shard(tmp_path / "a.npz")


def test_an_array_longer_than_its_member_is_refused(tmp_path: Path) -> None:
    name = write_shard(tmp_path, images(), ids()).name
    content = (
        (tmp_path / name).read_bytes().replace(b"'shape': (3, 7, 5)", b"'shape': (9, 7, 5)", 1)
    )
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match="not plain rows"):
        open_shard(tmp_path / name)


@pytest.mark.parametrize("keep", [0, 10, 200])
def test_a_cut_shard_is_refused(tmp_path: Path, keep: int) -> None:
    name = write_shard(tmp_path, images(), ids()).name
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[:keep])
    with pytest.raises(InputError, match="is damaged"):
        open_shard(tmp_path / name)


def test_a_shard_that_is_not_there_is_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="shard nowhere.npz: No such file"):
        open_shard(tmp_path / "nowhere.npz")


def test_no_clock_time_is_stored(tmp_path: Path) -> None:
    name = write_shard(tmp_path, images(), ids()).name
    with zipfile.ZipFile(tmp_path / name) as archive:
        assert [info.filename for info in archive.infolist()] == [IMAGES_MEMBER, IDS_MEMBER]
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
