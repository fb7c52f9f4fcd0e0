"""Files of stores are fetched once for all processes, found to be right, and kept within bounds."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hnp_etl.publishing.publish import publish
from hnp_shared.dataset import open_dataset
from hnp_shared.dataset_info import DatasetInfo
from hnp_shared.errors import InputError, OutputError, StorageError
from hnp_shared.stores import cache as module
from hnp_shared.stores.cache import Cache, usual_cache
from hnp_shared.stores.store import Store, open_store
from s3_server import Bucket
from stores import ADDRESS, AT


@pytest.fixture
def published(bucket: Bucket, small: Path) -> DatasetInfo:
    info = publish(small, ADDRESS).info
    bucket.requests.clear()
    return info


@pytest.fixture
def store(published: DatasetInfo) -> Store:
    return open_store(ADDRESS)


def another_process(limit_bytes: int | None = None) -> Cache:
    """Return the same cache as another process has it: locks belong to files that are open."""
    first = usual_cache()
    return Cache(first.folder, first.limit_bytes if limit_bytes is None else limit_bytes)


def end(cache: Cache) -> None:
    os.close(cache._leases.popitem()[1])


def cached(cache: Cache) -> set[str]:
    return {path.name for path in (cache.folder / "files").iterdir()}


def test_files_are_fetched_once_for_all_processes(
    bucket: Bucket, store: Store, published: DatasetInfo
) -> None:
    ours = [another_process() for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda cache: cache.hold(store, published.files), ours))
    fetched = sorted(key for method, key in bucket.requests if method == "GET")
    assert fetched == sorted(f"{AT}/{name}" for name in published.files)
    assert cached(ours[0]) == {Path(name).name for name in published.files}


@pytest.mark.parametrize("damage", [b"", b"x", b"another content"])
def test_what_is_not_what_dataset_json_says_is_never_in_the_cache(
    bucket: Bucket, store: Store, published: DatasetInfo, damage: bytes
) -> None:
    name = next(iter(published.files))
    bucket.objects[f"{AT}/{name}"] = damage
    with pytest.raises(InputError, match="is not in the store what dataset.json says"):
        another_process().hold(store, {name: published.files[name]})
    assert cached(another_process()) == set()


def test_a_connection_that_breaks_leaves_nothing(
    bucket: Bucket, store: Store, published: DatasetInfo
) -> None:
    bucket.fault = lambda _method, _key: "short"
    with pytest.raises((StorageError, InputError)):
        another_process().hold(store, published.files)
    assert cached(another_process()) == set()
    bucket.fault = lambda _method, _key: None
    another_process().hold(store, published.files)
    assert len(cached(another_process())) == len(published.files)


def test_an_object_that_is_gone_is_told(
    bucket: Bucket, store: Store, published: DatasetInfo
) -> None:
    name = next(iter(published.files))
    del bucket.objects[f"{AT}/{name}"]
    with pytest.raises(InputError, match="is not in the store, expected it there"):
        another_process().hold(store, {name: published.files[name]})


def test_over_the_limit_the_longest_unused_goes(store: Store, published: DatasetInfo) -> None:
    names = sorted(published.files, key=lambda name: published.files[name].size)
    for age, name in enumerate(names):
        cache = another_process()
        cache.hold(store, {name: published.files[name]})
        end(cache)  # that process ends
        os.utime(cache.path(name), (age, age))
    sizes = {name: published.files[name].size for name in names}
    room = another_process(sizes[names[1]] + sizes[names[2]])
    room.hold(store, {names[1]: published.files[names[1]]})
    assert cached(room) == {Path(name).name for name in names[1:]}


def test_what_a_living_process_uses_stays(store: Store, published: DatasetInfo) -> None:
    first, *rest = sorted(published.files)
    user = another_process()
    user.hold(store, {first: published.files[first]})
    total = sum(file.size for file in published.files.values())
    other = another_process(total - 1)
    with pytest.raises(InputError, match="HNP_CACHE_SIZE sets another limit"):
        other.hold(store, {name: published.files[name] for name in rest})
    assert cached(other) == {Path(first).name}
    end(user)
    other.hold(store, {name: published.files[name] for name in rest})
    assert cached(other) == {Path(name).name for name in rest}


def test_what_a_killed_process_left_in_the_making_goes(
    store: Store, published: DatasetInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = usual_cache().folder / "files" / f".tmp-{'0' * 16}"
    left.write_bytes(b"half")
    another_process().hold(store, dict([next(iter(published.files.items()))]))
    assert left.exists()  # somebody may be writing it
    monkeypatch.setattr(module, "_ABANDONED_S", -1.0)
    another_process().hold(store, dict([next(iter(published.files.items()))]))
    assert not left.exists()


def test_only_its_owner_reads_it(bucket: Bucket) -> None:
    assert usual_cache().folder.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("size", ["much", "-1GB", "5", "GB"])
def test_a_size_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch, size: str) -> None:
    monkeypatch.setenv("HNP_CACHE_SIZE", size)
    with pytest.raises(InputError, match="expected a size like 50GB"):
        usual_cache()


def test_it_lies_in_no_data_set(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HNP_CACHE", str(small / "cache"))
    with pytest.raises(OutputError, match="lies in a data set"):
        usual_cache()
    assert open_dataset(small).is_whole()
