"""Claims about the key: given or made, long enough, and the one the data set was built with."""

import stat
from pathlib import Path

import pytest

from hnp_etl.keys import KEY_FILE, load_key, make_key
from hnp_etl.pseudonyms import key_id
from hnp_shared.errors import InputError, StorageError


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
    given.write_bytes(b"g" * 40)
    assert load_key(given, tmp_path, None) == b"g" * 40


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
    (tmp_path / "k").write_bytes(b"x" * 32)
    with pytest.raises(InputError, match="built with key 01234567, found [0-9a-f]{8}$"):
        load_key(tmp_path / "k", tmp_path, "01234567")


def test_no_key_is_ever_shown(tmp_path: Path) -> None:
    (tmp_path / "k").write_bytes(b"topsecret" * 4)
    with pytest.raises(InputError) as caught:
        load_key(tmp_path / "k", tmp_path, "01234567")
    assert "topsecret" not in str(caught.value)


def test_a_key_that_cannot_be_read_is_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"^the key file: "):
        load_key(tmp_path / "gone", tmp_path, None)
    with pytest.raises(StorageError, match=r"^the key file: "):
        load_key(tmp_path, tmp_path, None)
