"""A data set that was published is read from its address as one of this machine is."""

import functools
import pickle
import sys
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from hnp_etl.publishing.publish import publish
from hnp_shared.dataset import open_dataset
from hnp_shared.errors import InputError, StorageError
from hnp_shared.stores.mirror import ADDRESS_FILE, folder_of
from s3_server import Bucket
from stores import ADDRESS


def test_it_holds_the_same(bucket: Bucket, small: Path) -> None:
    publish(small, ADDRESS)
    near, far = open_dataset(small), open_dataset(ADDRESS)
    assert far.info == near.info
    assert far.manifest_table().equals(near.manifest_table())
    assert far.ledger_table().equals(near.ledger_table())
    assert np.array_equal(far.images(far.manifest), near.images(near.manifest))
    assert far.is_whole()


def test_only_dataset_json_is_fetched_again(bucket: Bucket, small: Path) -> None:
    publish(small, ADDRESS)
    first = open_dataset(ADDRESS)
    first.images(first.manifest)
    bucket.requests.clear()
    second = open_dataset(ADDRESS)
    second.images(second.manifest)
    assert [key.rpartition("/")[2] for _, key in bucket.requests] == ["dataset.json"]


def test_only_shards_that_are_looked_at_are_fetched(bucket: Bucket, other: Path) -> None:
    publish(other, ADDRESS)
    bucket.requests.clear()
    dataset = open_dataset(ADDRESS)
    dataset.images(dataset.manifest.head(1))
    assert sum("shards" in key for _, key in bucket.requests) == 1
    assert sum(name.startswith("shards/") for name in dataset.info.files) == 2


def test_another_process_reads_what_was_published_when_it_was_opened(
    bucket: Bucket, small: Path, other: Path
) -> None:
    publish(small, ADDRESS)
    before = open_dataset(ADDRESS)
    publish(other, ADDRESS)
    there = pickle.loads(pickle.dumps(before))
    assert there.info == before.info
    assert open_dataset(ADDRESS).info == open_dataset(other).info
    assert len(there.images(there.manifest)) == len(before.manifest)


def test_nothing_published_is_no_data_set(bucket: Bucket) -> None:
    with pytest.raises(InputError, match=r"found no dataset\.json at the address given"):
        open_dataset(ADDRESS)


def test_a_folder_that_is_not_there_is_no_data_set(bucket: Bucket, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="found no folder at the address"):
        open_dataset(f"file://{tmp_path}/nothing")
    assert not (tmp_path / "nothing").exists()


def test_a_store_that_does_not_answer_is_told(bucket: Bucket, small: Path) -> None:
    publish(small, ADDRESS)
    bucket.fault = lambda _method, _key: "reset"
    with pytest.raises(StorageError, match="the store did not answer"):
        open_dataset(ADDRESS)


def test_a_data_set_from_elsewhere_cannot_name_an_address(bucket: Bucket, small: Path) -> None:
    (small / ADDRESS_FILE).write_text(ADDRESS)
    dataset = open_dataset(small)
    assert len(dataset.images(dataset.manifest)) == len(dataset.manifest)
    assert bucket.requests == []


def test_what_to_install_is_told(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    with pytest.raises(InputError, match=r"expected: pip install 'hnp-shared\[store\]'"):
        open_dataset(ADDRESS)


def test_one_address_has_one_folder(bucket: Bucket) -> None:
    assert folder_of(ADDRESS) == folder_of(f"{ADDRESS}/")
    assert folder_of(ADDRESS) != folder_of(f"{ADDRESS}2")


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    handler = functools.partial(Quiet, directory=str(tmp_path / "share"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_any_web_server_will_do(bucket: Bucket, small: Path, tmp_path: Path, web: str) -> None:
    publish(small, f"file://{tmp_path}/share/spine")
    dataset = open_dataset(f"{web}/spine")
    assert len(dataset.images(dataset.manifest)) == len(dataset.manifest)
