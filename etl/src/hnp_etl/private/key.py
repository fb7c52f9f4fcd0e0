"""The secret key of the pseudonyms: given by the user, or made in the private folder."""

import os
import secrets
from pathlib import Path

from hnp_etl.private.folder import refuse_of_another, refuse_open_to_others
from hnp_etl.private.pseudonyms import key_id
from hnp_shared.errors import InputError, StorageError
from hnp_shared.opening import open_regular
from hnp_shared.storage import DISK, Disk, replace_file

KEY_FILE = "key"
KEY_BYTES = 32
MAX_KEY_BYTES = 2**16


def load_key(key_file: Path | None, private: Path, built_with: str | None) -> bytes | None:
    """Return the key to use, None when one has to be made.

    Args:
        key_file: what the user gave.
        private: the private folder.
        built_with: key_id of the data set that is rebuilt.

    Raises:
        InputError: missing, too short, all zeros, open to others, or not the one that the data set
            was built with.
        StorageError: it could not be read.
    """
    path = key_file or private / KEY_FILE
    key = _read(path) if key_file or path.exists() else None
    if key is not None and len(key) < KEY_BYTES:
        raise InputError(f"the key has {len(key)} bytes, expected {KEY_BYTES} or more")
    if key is not None and not any(key):
        raise InputError(
            f"the key is {len(key)} zero bytes, expected such as {KEY_BYTES} bytes of /dev/urandom"
        )
    found = key_id(key) if key is not None else "none"
    if built_with not in (None, found):
        raise InputError(f"the data set was built with key {built_with}, found {found}")
    return key


def make_key(private: Path, *, disk: Disk = DISK) -> bytes:
    """Make a key in the private folder, readable by its owner only.

    Raises:
        StorageError: it could not be written.
    """
    key = secrets.token_bytes(KEY_BYTES)
    path = private / KEY_FILE
    replace_file(path, lambda sink: sink.write(key), role="the key", mode=0o600, disk=disk)
    return key


def _read(path: Path) -> bytes:
    try:
        with open_regular(path, role="the key file") as file:
            status = os.fstat(file.fileno())
            refuse_open_to_others(status.st_mode, "the key file", expected=0o600)
            refuse_of_another(status.st_uid, "the key file")
            return file.read(MAX_KEY_BYTES)
    except FileNotFoundError as error:
        raise InputError(
            f"found no key file, expected {KEY_BYTES} bytes or more in it; to make one: "
            f"(umask 077; head -c {KEY_BYTES} /dev/urandom > KEY)"
        ) from error
    except OSError as error:
        raise StorageError.of("the key file", error) from error
