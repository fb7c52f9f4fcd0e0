"""Claims about the key: given or made, long enough, closed, the one the data set was built with."""

import base64
import os
import random
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from hnp_etl.private.folder import hold, hold_private
from hnp_etl.private.key import KEY_FILE, load_key, make_key
from hnp_etl.private.key_surprise import is_weak
from hnp_etl.private.pseudonyms import key_id
from hnp_shared.errors import InputError, StorageError
from hnp_shared.storage import Disk

GIVEN = b"given by hand, long enough to be a key"


@pytest.fixture
def careless_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("careless_umask")
def test_a_made_key_has_32_bytes_for_its_owner_only(tmp_path: Path) -> None:
    key = make_key(tmp_path)
    assert len(key) == 32
    assert (tmp_path / KEY_FILE).read_bytes() == key
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    assert load_key(None, tmp_path, key_id(key)) == key
    (tmp_path / "other").mkdir()
    assert make_key(tmp_path / "other") != key


def test_a_given_key_goes_before_the_one_in_the_private_folder(tmp_path: Path) -> None:
    make_key(tmp_path)
    given = tmp_path / "given"
    given.write_bytes(GIVEN)
    assert load_key(given, tmp_path, None) == GIVEN


def test_without_a_key_one_has_to_be_made(tmp_path: Path) -> None:
    assert load_key(None, tmp_path, None) is None


@pytest.mark.parametrize("count", [0, 31])
def test_a_short_key_is_refused(tmp_path: Path, count: int) -> None:
    (tmp_path / "k").write_bytes(b"x" * count)
    with pytest.raises(InputError, match=f"^the key has {count} bytes, expected 32 or more$"):
        load_key(tmp_path / "k", tmp_path, None)


def test_a_rebuild_with_another_key_or_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="built with key 01234567, found none"):
        load_key(None, tmp_path, "01234567")
    (tmp_path / "k").write_bytes(GIVEN)
    with pytest.raises(InputError, match="built with key 01234567, found [0-9a-f]{8}$"):
        load_key(tmp_path / "k", tmp_path, "01234567")


def test_no_key_is_ever_shown(tmp_path: Path) -> None:
    (tmp_path / "k").write_bytes(b"topsecret" * 4)
    with pytest.raises(InputError) as caught:
        load_key(tmp_path / "k", tmp_path, "01234567")
    assert "topsecret" not in str(caught.value)


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o602, 0o620, 0o644, 0o666])
def test_a_key_that_others_may_read_or_write_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / KEY_FILE
    path.write_bytes(GIVEN)
    path.chmod(mode)
    told = f"^the key file is open to others: found mode {mode:o}, expected 600$"
    for given in (path, None):
        with pytest.raises(InputError, match=told):
            load_key(given, tmp_path, None)
    path.chmod(0o400)
    assert load_key(path, tmp_path, None) == GIVEN


@pytest.mark.parametrize("mode", [0o701, 0o710, 0o750, 0o755, 0o777])
def test_a_private_folder_that_is_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    private = tmp_path / "private"
    private.mkdir()
    (private / "key").write_bytes(GIVEN)
    private.chmod(mode)
    told = f"^the private folder is open to others: found mode {mode:o}, expected 700$"
    with pytest.raises(InputError, match=told), hold(tmp_path / "out", private):
        pass
    assert not (tmp_path / "out").exists()


def test_an_empty_private_folder_is_closed(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir()
    private.chmod(0o755)
    with hold(tmp_path / "out", private):
        assert stat.S_IMODE(private.stat().st_mode) == 0o700


@pytest.mark.usefixtures("careless_umask")
def test_a_made_private_folder_is_its_owners_only(tmp_path: Path) -> None:
    with hold(tmp_path / "out", tmp_path / "private"):
        assert stat.S_IMODE((tmp_path / "private").stat().st_mode) == 0o700


class WithoutModes(Disk):
    """A file system that takes any mode and keeps none, as a Windows disk under WSL."""

    def mkdir(self, path: Path, mode: int) -> None:
        super().mkdir(path, mode)
        os.chmod(path, 0o777)  # noqa: PTH101  # the method is replaced below


@pytest.mark.parametrize("made_before", [False, True])
def test_no_key_is_made_where_modes_are_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made_before: bool
) -> None:
    private, disk = tmp_path / "private", WithoutModes()
    if made_before:
        disk.mkdir(private, 0o700)
    monkeypatch.setattr(Path, "chmod", lambda *_args, **_options: None)
    told = "found mode 777 on a file system that keeps no modes .* give --private DIR on one that"
    for held in (hold(tmp_path / "out", private, disk=disk), hold_private(private, disk=disk)):
        with pytest.raises(InputError, match=told), held:
            pass
    assert private.exists() == made_before
    assert not (tmp_path / "out").exists()


def test_a_missing_key_is_told(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match="^found no key file, expected 32 bytes or more in it; to make one: "
    ):
        load_key(tmp_path / "gone", tmp_path, None)


def test_a_key_that_cannot_be_read_is_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"^the key file: "):
        load_key(tmp_path, tmp_path, None)


@pytest.mark.parametrize(
    "key",
    [b"k" * 40, bytes(range(64)), b"abcd" * 8, b"01" * 32, b"password" * 5],
)
def test_a_key_that_repeats_itself_or_counts_is_taken_and_known_as_weak(
    tmp_path: Path, key: bytes
) -> None:
    (tmp_path / "k").write_bytes(key)
    (tmp_path / "k").chmod(0o600)
    assert load_key(tmp_path / "k", tmp_path, None) == key
    assert is_weak(key)


def test_a_key_of_zeros_is_refused(tmp_path: Path) -> None:
    (tmp_path / "k").write_bytes(bytes(40))
    (tmp_path / "k").chmod(0o600)
    with pytest.raises(InputError, match="^the key is 40 zero bytes, expected"):
        load_key(tmp_path / "k", tmp_path, None)


@pytest.mark.parametrize("seed", range(20))
def test_a_key_by_chance_is_taken_as_bytes_or_in_hex(tmp_path: Path, seed: int) -> None:
    key = random.Random(seed).randbytes(32)
    for content in (key, key.hex().encode(), base64.b64encode(key)):
        (tmp_path / "k").write_bytes(content)
        (tmp_path / "k").chmod(0o600)
        assert load_key(tmp_path / "k", tmp_path, None) == content
        assert not is_weak(content)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file to somebody else")
@pytest.mark.parametrize("what", ["key", "folder"])
def test_what_belongs_to_another_user_is_refused_even_by_root(tmp_path: Path, what: str) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    make_key(private)
    os.chown(private / KEY_FILE if what == "key" else private, 12345, -1)
    with (
        pytest.raises(InputError, match="belongs to user 12345, expected 0"),
        hold_private(private),
    ):
        load_key(None, private, None)
