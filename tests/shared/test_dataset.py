"""dataset.json is the data set."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from hnp_shared.dataset import open_dataset
from hnp_shared.dataset_info import (
    DatasetInfo,
    NamedFile,
    parse_info,
    refuse_missing,
    write_info,
)
from hnp_shared.errors import InputError, StorageError

INFO = DatasetInfo(
    schema_version="1.0",
    dataset_id="a" * 16,
    pixels_id="b" * 16,
    key_id="c" * 8,
    tool="hnp-etl 0.1.0",
    recipe={"name": "시험"},
    identity={"H01": "label"},
    states={"accepted": 1},
    reasons={},
    manifest="tables/manifest-a.parquet",
    ledger="tables/ledger-b.parquet",
    files={"tables/manifest-a.parquet": NamedFile("d" * 64, 10)},
)


def test_it_comes_back_as_it_was(tmp_path: Path) -> None:
    write_info(tmp_path, INFO)
    assert open_dataset(tmp_path).info == INFO


def test_equal_content_is_equal_bytes() -> None:
    turned = replace(INFO, files=dict(reversed(list(INFO.files.items()))))
    assert turned.to_json() == INFO.to_json()


def test_without_it_there_is_no_data_set(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no data set: found no dataset.json"):
        open_dataset(tmp_path)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"schema_version": "1.0"}', b"\xff"])
def test_a_damaged_one_is_refused(content: bytes) -> None:
    with pytest.raises(InputError, match="is damaged or was not written by hnp-etl"):
        parse_info(content)


@pytest.mark.parametrize("half", [b"\xed\xb8\xb8", b"\\udc38"], ids=["bytes", "escape"])
def test_half_a_surrogate_pair_is_refused(half: bytes) -> None:
    """A flipped bit can make one of a Hangul syllable, and Python's json reads it."""
    content = replace(INFO, recipe={"name": "가"}).to_json()
    with pytest.raises(InputError, match="damaged"):
        parse_info(content.replace("가".encode(), half))


def test_another_major_version_is_refused_whatever_else_it_holds() -> None:
    with pytest.raises(InputError, match="the data set has schema version 2.3, this is 1.1"):
        parse_info(json.dumps({"schema_version": "2.3"}).encode())


def test_a_named_file_that_is_gone_or_shorter_makes_it_incomplete(tmp_path: Path) -> None:
    write_info(tmp_path, INFO)
    dataset = open_dataset(tmp_path)
    assert not dataset.is_whole()
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "manifest-a.parquet").write_bytes(b"0123456789")
    assert dataset.is_whole()


@pytest.mark.parametrize("content", [None, b"012345678"], ids=["missing", "shorter"])
def test_what_names_a_file_that_is_not_there_is_not_committed(
    tmp_path: Path, content: bytes | None
) -> None:
    table = tmp_path / "tables" / "manifest-a.parquet"
    table.parent.mkdir()
    if content is not None:
        table.write_bytes(content)
    with pytest.raises(StorageError, match=r"^tables/manifest-a.parquet: found 1 of 1 files miss"):
        refuse_missing(tmp_path, INFO)
    table.write_bytes(b"0123456789")
    refuse_missing(tmp_path, INFO)


@pytest.mark.parametrize("name", ["dataset.json", "tables/manifest-a.parquet"])
def test_a_fifo_in_the_place_of_a_file_is_refused_without_waiting(
    tmp_path: Path, name: str
) -> None:
    write_info(tmp_path, INFO)
    (tmp_path / "tables").mkdir()
    (tmp_path / name).unlink(missing_ok=True)
    os.mkfifo(tmp_path / name)
    with pytest.raises(InputError, match="is no regular file, expected one"):
        open_dataset(tmp_path).manifest_table()


@pytest.mark.parametrize("name", ["dataset.json", "tables/manifest-a.parquet", "shards/x.npz"])
def test_a_folder_in_the_place_of_a_file_is_no_failure_of_the_disk(
    tmp_path: Path, name: str
) -> None:
    write_info(tmp_path, replace(INFO, files={"shards/x.npz": NamedFile("d" * 64, 10)}))
    (tmp_path / name).unlink(missing_ok=True)
    (tmp_path / name).mkdir(parents=True)
    with pytest.raises(InputError, match="is a folder, expected a file"):
        read_one(tmp_path, name)


def read_one(folder: Path, name: str) -> object:
    dataset = open_dataset(folder)
    return dataset.shard("x.npz") if name.endswith(".npz") else dataset.manifest_table()


def test_a_fifo_in_the_place_of_a_shard_is_refused_without_waiting(tmp_path: Path) -> None:
    write_info(tmp_path, replace(INFO, files={"shards/x.npz": NamedFile("d" * 64, 10)}))
    (tmp_path / "shards").mkdir()
    os.mkfifo(tmp_path / "shards" / "x.npz")
    with pytest.raises(InputError, match=r"shard x.npz is no regular file, expected one"):
        open_dataset(tmp_path).shard("x.npz")


def test_a_shard_that_is_not_named_is_not_opened(tmp_path: Path) -> None:
    write_info(tmp_path, INFO)
    with pytest.raises(InputError, match="names shard x.npz, which dataset.json does not"):
        open_dataset(tmp_path).shard("x.npz")
