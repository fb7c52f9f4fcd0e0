"""Readers see the old data set or the new one, and no two publishers overwrite each other."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from hnp_etl.publishing.publish import publish
from hnp_shared.dataset import open_dataset
from hnp_shared.dataset_info import DATASET_FILE, write_info
from hnp_shared.errors import HnpError, InputError, OutputError, StorageError
from hnp_shared.stores import store
from model.synthetic import write_dataset
from s3_server import ACCESS_KEY, SECRET_KEY, Bucket
from stores import ADDRESS, AT, OTHER, seen

INFO_KEY = f"{AT}/{DATASET_FILE}"
PROBE = f"{AT}/.hnp-publish-probe"


def written(bucket: Bucket) -> list[str]:
    return [key.removeprefix(f"{AT}/") for key in bucket.wrote() if not key.startswith(PROBE)]


def break_after(bucket: Bucket, requests: int) -> None:
    """Let the store answer so many requests more."""
    last = len(bucket.requests) + requests

    def fault(_method: str, _key: str) -> str | None:
        return "reset" if len(bucket.requests) > last else None

    bucket.fault = fault


def test_files_come_first_and_dataset_json_last(bucket: Bucket, small: Path) -> None:
    done = publish(small, ADDRESS)
    info = open_dataset(small).info
    assert (done.before, done.uploaded, done.unchanged) == (None, len(info.files), False)
    assert sorted(written(bucket)[:-1]) == sorted(info.files)
    assert written(bucket)[-1] == DATASET_FILE
    assert seen(bucket) == info
    assert set(bucket.objects) == {f"{AT}/{name}" for name in (*info.files, DATASET_FILE)}


def test_what_is_there_is_not_uploaded_again(bucket: Bucket, small: Path) -> None:
    publish(small, ADDRESS)
    bucket.requests.clear()
    assert publish(small, ADDRESS).unchanged
    assert written(bucket) == []
    gone = next(key for key in bucket.objects if "shards" in key)
    del bucket.objects[gone]
    assert publish(small, ADDRESS).uploaded == 1
    assert f"{AT}/{written(bucket)[0]}" == gone


def test_the_next_data_set_takes_the_place_of_the_last(
    bucket: Bucket, small: Path, other: Path
) -> None:
    before = publish(small, ADDRESS).info
    done = publish(other, ADDRESS)
    assert done.before == before.dataset_id
    assert seen(bucket) == open_dataset(other).info
    assert all(f"{AT}/{name}" in bucket.objects for name in before.files)  # who reads it goes on


def test_whenever_it_breaks_readers_see_the_old_or_the_new_and_the_same_command_goes_on(
    bucket: Bucket, small: Path, other: Path
) -> None:
    old, new = open_dataset(small).info, open_dataset(other).info
    publish(small, ADDRESS)
    start, ends, point = dict(bucket.objects), set[str](), 0
    while True:
        bucket.objects.clear()
        bucket.objects |= start
        break_after(bucket, point)
        broken = True
        try:
            publish(other, ADDRESS)
            broken = False
        except StorageError:
            pass
        found = seen(bucket)
        assert found is not None
        assert found in (old, new)
        ends.add(found.dataset_id)
        if not broken:
            break
        bucket.fault = lambda _method, _key: None
        publish(other, ADDRESS)
        assert seen(bucket) == new
        point += 1
    assert point > len(new.files)
    assert ends == {old.dataset_id, new.dataset_id}


@pytest.mark.parametrize("fault", ["503", "reset", "500"])
def test_a_store_that_fails_now_and_then_is_asked_again(
    bucket: Bucket, small: Path, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "RETRIES", 4)
    failed = set[tuple[str, str]]()

    def once(method: str, key: str) -> str | None:
        if (method, key) in failed or key.startswith(PROBE) or method != "PUT":
            return None
        failed.add((method, key))
        return fault

    bucket.fault = once
    publish(small, ADDRESS)
    assert seen(bucket) == open_dataset(small).info
    assert failed


def test_who_published_meanwhile_stands(bucket: Bucket, small: Path, other: Path) -> None:
    publish(small, ADDRESS)
    info = open_dataset(other).info
    theirs = replace(info, tool="another").to_json()

    def meanwhile(method: str, key: str) -> None:
        if (method, key) == ("PUT", INFO_KEY):
            bucket.objects[key] = theirs

    bucket.fault = meanwhile
    with pytest.raises(OutputError, match="somebody else published there meanwhile"):
        publish(other, ADDRESS)
    assert bucket.objects[INFO_KEY] == theirs


def test_an_answer_that_was_lost_is_no_other_publisher(bucket: Bucket, small: Path) -> None:
    content = (small / DATASET_FILE).read_bytes()

    def arrived(method: str, key: str) -> None:
        if (method, key) == ("PUT", INFO_KEY):
            bucket.objects[key] = content

    bucket.fault = arrived
    assert not publish(small, ADDRESS).unchanged
    assert bucket.objects[INFO_KEY] == content


def test_of_two_at_once_one_stands_whole(bucket: Bucket, small: Path, other: Path) -> None:
    told: list[str] = []

    def work(folder: Path) -> None:
        try:
            publish(folder, ADDRESS)
        except OutputError as error:
            told.append(str(error))

    threads = [Thread(target=work, args=(folder,)) for folder in (small, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen(bucket) in (open_dataset(small).info, open_dataset(other).info)
    assert len(told) <= 1


def test_a_store_that_ignores_conditions_is_refused_unless_nobody_else_publishes(
    bucket: Bucket, small: Path
) -> None:
    bucket.honours_conditions = False
    with pytest.raises(OutputError, match="--alone"):
        publish(small, ADDRESS)
    assert bucket.objects == {}
    publish(small, ADDRESS, alone=True)
    assert seen(bucket) == open_dataset(small).info


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda path: path.write_bytes(b"x" + path.read_bytes()[1:]), "is not what dataset.json"),
        (lambda path: path.write_bytes(b"x"), "1 of 3 files missing or of another size"),
        (lambda path: path.unlink(), "1 of 3 files missing or of another size"),
    ],
    ids=["flipped", "short", "missing"],
)
@pytest.mark.parametrize("folder", ["shards", "tables"])
def test_a_damaged_data_set_is_not_published(
    bucket: Bucket, small: Path, folder: str, damage: object, message: str
) -> None:
    assert callable(damage)
    damage(next((small / folder).iterdir()))
    with pytest.raises(InputError, match=message):
        publish(small, ADDRESS)
    assert INFO_KEY not in bucket.objects


def test_a_damaged_file_in_parts_never_appears(
    bucket: Bucket, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hnp_etl.publishing.publish.PIECE_BYTES", 1)
    shard = next((small / "shards").iterdir())
    shard.write_bytes(b"x" + shard.read_bytes()[1:])
    with pytest.raises(InputError, match="hnp-etl check tells more"):
        publish(small, ADDRESS)
    assert f"{AT}/shards/{shard.name}" not in bucket.objects
    assert INFO_KEY not in bucket.objects


def test_a_dataset_json_that_was_changed_is_not_published(bucket: Bucket, small: Path) -> None:
    path = small / DATASET_FILE
    path.write_bytes(path.read_bytes().replace(b"synthetic", b"somethin"))
    with pytest.raises(InputError, match="was changed after it was written"):
        publish(small, ADDRESS)
    assert bucket.objects == {}


@pytest.mark.parametrize("name", ["shards/state.sqlite", "linkage.csv", "tables/../key"])
def test_a_dataset_json_cannot_have_other_files_published(
    bucket: Bucket, small: Path, name: str
) -> None:
    info = open_dataset(small).info
    (small / "linkage.csv").write_bytes(b"secret")
    shutil.copy(small / "linkage.csv", small / "shards/state.sqlite")
    try:
        write_info(
            small, replace(info, files={**info.files, name: next(iter(info.files.values()))})
        )
        with pytest.raises(InputError):
            publish(small, ADDRESS)
    finally:
        assert bucket.objects == {}


def test_links_are_not_followed(bucket: Bucket, small: Path, tmp_path: Path) -> None:
    shard = next((small / "shards").iterdir())
    shutil.move(shard, tmp_path / "elsewhere")
    shard.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError, match="ELOOP"):
        publish(small, ADDRESS)
    (small / "shards").rename(tmp_path / "shards")
    (small / "shards").symlink_to(tmp_path / "shards")
    with pytest.raises(OutputError, match="shards is a link"):
        publish(small, ADDRESS)
    assert INFO_KEY not in bucket.objects


def test_a_data_set_of_another_key_is_not_replaced(
    bucket: Bucket, small: Path, other: Path
) -> None:
    publish(small, ADDRESS)
    before = bucket.objects[INFO_KEY]
    write_info(other, replace(open_dataset(other).info, key_id="01234567"))
    with pytest.raises(
        OutputError, match="of key 89abcdef at the address, this one is of key 0123"
    ):
        publish(other, ADDRESS)
    assert bucket.objects[INFO_KEY] == before


@pytest.mark.parametrize("fault", ["403", "401", "500", "404", "reset"])
def test_what_a_store_says_is_not_repeated(bucket: Bucket, small: Path, fault: str) -> None:
    bucket.fault = lambda _method, _key: fault
    with pytest.raises(HnpError) as caught:
        publish(small, ADDRESS)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert ACCESS_KEY not in str(caught.value)
    assert SECRET_KEY not in str(caught.value)


def test_no_credential_is_printed_or_published(bucket: Bucket, small: Path) -> None:
    command = [sys.executable, "-m", "hnp_etl", "publish", str(small), ADDRESS]
    good = subprocess.run(command, capture_output=True, text=True, check=False)
    assert good.returncode == 0, good.stderr
    assert "3 files uploaded" in good.stdout
    bucket.fault = lambda _method, _key: "403"
    bad = subprocess.run(command, capture_output=True, text=True, check=False)
    assert bad.returncode == 74
    assert bad.stderr.count("\n") == 1
    told = good.stdout + good.stderr + bad.stdout + bad.stderr
    everything = told.encode() + b"".join(bucket.objects.values())
    assert ACCESS_KEY.encode() not in everything
    assert SECRET_KEY.encode() not in everything


def test_who_stops_does_not_wait_for_the_store(bucket: Bucket, small: Path) -> None:
    bucket.fault = lambda method, key: 30.0 if method == "PUT" and "shards" in key else None
    command = [sys.executable, "-m", "hnp_etl", "publish", str(small), ADDRESS]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        while not any("shards" in key for key in bucket.wrote()):
            assert process.poll() is None
            time.sleep(0.01)
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=25)
    assert time.monotonic() - begun < 15
    assert process.returncode == 75
    assert told.count("\n") == 1
    assert "run the same command again to go on" in told


class TestFolder:
    """A store that is a folder: no conditions, but a lock that ends with its holder."""

    pytest.importorskip("obstore")

    def test_it_is_published_to_like_any_store(self, small: Path, tmp_path: Path) -> None:
        address = f"file://{tmp_path}/a share"
        assert publish(small, address).uploaded == 3
        assert publish(small, address).unchanged
        assert open_dataset(tmp_path / "a share").info == open_dataset(small).info

    def test_a_second_publisher_is_refused(self, small: Path, tmp_path: Path) -> None:
        publish(small, f"file://{tmp_path}/share")
        with (tmp_path / "share/.hnp-publish-lock").open() as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            with pytest.raises(OutputError, match="somebody else publishes there now"):
                publish(small, f"file://{tmp_path}/share")
        assert publish(small, f"file://{tmp_path}/share").unchanged

    def test_places_of_builds_and_of_secrets_are_refused(self, small: Path, tmp_path: Path) -> None:
        private = tmp_path / "small.private"
        private.mkdir()
        (private / "state.sqlite").touch()
        for place in (small, small / "below", private, private / "below"):
            with pytest.raises(OutputError):
                publish(small, f"file://{place}")
        assert sorted(path.name for path in private.iterdir()) == ["state.sqlite"]


@pytest.mark.parametrize(
    "address",
    ["ftp://host/x", "s3://", "s3:///x", "https://host/x", "s3://key:marker@bucket/x",
     "az://box/x?sig=marker", "s3://bucket/../x", "file://host/x", "file:///", "gs://b/%2e%2e/x"],
)  # fmt: skip
def test_addresses_that_cannot_be_used_are_refused_without_a_word_of_them(
    small: Path, address: str
) -> None:
    with pytest.raises(InputError) as caught:
        publish(small, address)
    assert "marker" not in str(caught.value)


@pytest.mark.torture
@pytest.mark.parametrize("point", range(1, 12, 2))
def test_a_publisher_that_is_killed_leaves_the_old_or_the_new(
    bucket: Bucket, small: Path, tmp_path: Path, point: int
) -> None:
    publish(small, ADDRESS)
    later = write_dataset(tmp_path / "later", replace(OTHER, patients=70))
    first = len(bucket.requests) + point
    bucket.fault = lambda _method, _key: 30.0 if len(bucket.requests) > first else None
    command = [sys.executable, "-m", "hnp_etl", "publish", str(later), ADDRESS]
    with subprocess.Popen(command) as process:
        while len(bucket.requests) <= first and process.poll() is None:
            pass
        os.kill(process.pid, signal.SIGKILL)
    bucket.fault = lambda _method, _key: None
    assert seen(bucket) in (open_dataset(small).info, open_dataset(later).info)
    publish(later, ADDRESS)
    assert seen(bucket) == open_dataset(later).info
