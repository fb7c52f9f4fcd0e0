"""Where a data set is published to: a store that tells two publishers apart, or a locked folder."""

import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from hnp_shared.dataset_info import DATASET_FILE
from hnp_shared.errors import OutputError, StorageError
from hnp_shared.places import PRIVATE_SUFFIX, is_folder, is_private, refuse_in_dataset
from hnp_shared.stores.address import refuse_read_only
from hnp_shared.stores.store import ConflictError, NoConditionsError, Store, Stored, open_store

_LOCK_FILE = ".hnp-publish-lock"
_PROBE = ".hnp-publish-probe-"
_OTHER = Stored(b"", e_tag=f'"{"0" * 32}"', version="1")
"""A version that no object has."""

_AT_WORK = "somebody else publishes there now, expected one at a time; wait until that is done"
_BLIND = (
    "the store writes without looking at what is there (If-Match, If-None-Match), so that two "
    "publishers would not be told apart; expected a store that refuses with 412, or --alone, by "
    "which you vouch that nobody else publishes there"
)


@contextlib.contextmanager
def opened(address: str) -> Iterator[Store]:
    """Yield the store at an address, to be written to; a folder is locked while the block lasts.

    Raises:
        InputError: the address is only read, or nothing can be opened there.
        OutputError: it leads among other files of ours, or somebody else publishes there.
    """
    refuse_read_only(address)
    if not is_local(address):
        yield open_store(address)
        return
    folder = Path(unquote(urlsplit(address).path))
    _refuse_place(folder)
    store = open_store(address, make=True)
    with _locked(folder):
        yield store


def is_local(address: str) -> bool:
    """Tell whether an address is a folder, whose publishers are told apart by a lock."""
    return address.startswith("file://")


def refuse_blind(store: Store) -> None:
    """Refuse a store that takes a condition and does not hold to it.

    Raises:
        OutputError: two publishers would overwrite each other there.
    """
    name = f"{_PROBE}{secrets.token_hex(8)}"
    try:
        store.write_if(name, b"", None)
        for before in (None, _OTHER):
            with contextlib.suppress(ConflictError):
                store.write_if(name, b"", before)
                raise OutputError(_BLIND)
    except NoConditionsError as error:
        raise OutputError(_BLIND) from error
    finally:
        store.remove(name)


def _refuse_place(folder: Path) -> None:
    refuse_in_dataset(folder.absolute().parent)
    beside = folder.with_name(folder.name + PRIVATE_SUFFIX)
    if is_private(folder):
        raise OutputError("found a private folder at the address, expected a place to publish to")
    if is_folder(beside) or (folder / "manifest.parquet").exists():
        raise OutputError(
            "found a data set that was built at the address, expected a folder that is only "
            f"published to (no {DATASET_FILE} of a build)"
        )


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold a lock that ends with this process, however that ends (flock(2))."""
    try:
        descriptor = os.open(folder / _LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
    except OSError as error:
        raise StorageError.of("the lock of the folder published to", error) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise OutputError(_AT_WORK) from error
    finally:
        os.close(descriptor)
