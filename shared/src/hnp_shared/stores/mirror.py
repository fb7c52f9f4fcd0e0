"""A data set in a store, as a folder of this machine that is filled as it is read.

Each address has a folder of its own in the cache, empty but for the address; whoever opens it gets
the folder of what is published there at that moment, which never changes: processes that a program
starts later read the same data set, whatever is published meanwhile.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from hnp_shared.dataset_info import (
    DATASET_FILE,
    MAX_DATASET_BYTES,
    SHARDS_FOLDER,
    DatasetInfo,
    parse_info,
)
from hnp_shared.errors import InputError
from hnp_shared.opening import read_regular
from hnp_shared.storage import make_folder, replace_file
from hnp_shared.stores.address import checked
from hnp_shared.stores.cache import Cache, cache_folder, usual_cache
from hnp_shared.stores.store import Store, open_store

ADDRESS_FILE = ".address"
"""In a folder of the cache: the store that it stands for."""

_HEX = 16
_ROLE = "the cache"
_MOST_BYTES = 4096


@dataclass(frozen=True)
class Mirror:
    """Where the files of one data set come from.

    Attributes:
        address: of the store.
    """

    address: str

    @cached_property
    def _cache(self) -> Cache:
        return usual_cache()

    @cached_property
    def _store(self) -> Store:
        return open_store(self.address)

    def path(self, info: DatasetInfo, name: str) -> Path:
        """Return where a file of the data set lies, fetched when it was not there."""
        self.fetch(info, (name,))
        return self._cache.path(name)

    def fetch(self, info: DatasetInfo, names: Collection[str]) -> None:
        """Fetch several files at once, and keep them until this process ends.

        Raises:
            InputError: one is not what it should be, or all do not fit into the cache.
            StorageError: the store or the cache failed.
        """
        self._cache.hold(self._store, {name: info.files[name] for name in names})


def folder_of(address: str) -> Path:
    """Return the folder that stands for a store, before anything is asked of it.

    Raises:
        InputError: it is no address.
        StorageError: the cache cannot be written.
    """
    address = checked(address)
    folder = usual_cache().folder / "places" / _short(address.encode())
    _make(folder, address)
    return folder


def mirror_of(folder: Path) -> Mirror | None:
    """Return where the files of a folder come from, None when they lie in it.

    Only folders of the cache are asked: one from somewhere else could name any address.
    """
    if folder.parent.parent != cache_folder():
        return None
    try:
        content = read_regular(folder / ADDRESS_FILE, role=_ROLE, most_bytes=_MOST_BYTES)
    except OSError:
        return None
    return Mirror(checked(content.decode(errors="replace")))


def as_published(folder: Path) -> Path:
    """Return the folder of what is published now, for one that stands for a store; else itself.

    Raises:
        InputError: nothing is published there.
        StorageError: the store or the cache failed.
    """
    mirror = mirror_of(folder)
    if mirror is None or (folder / DATASET_FILE).exists():
        return folder
    found = open_store(mirror.address).read(DATASET_FILE, most_bytes=MAX_DATASET_BYTES)
    if found is None:
        raise InputError(f"no data set: found no {DATASET_FILE} at the address given")
    parse_info(found.content)
    name = f"{folder.name}-{_short(found.content)}"
    version = usual_cache().folder / "versions" / name
    _make(version, mirror.address)
    make_folder(version / SHARDS_FOLDER, role=_ROLE)  # by which it is known for a data set
    if not (version / DATASET_FILE).exists():
        replace_file(
            version / DATASET_FILE, lambda sink: sink.write(found.content), role=DATASET_FILE
        )
    return version


def _make(folder: Path, address: str) -> None:
    make_folder(folder, role=_ROLE, mode=0o700)
    if not (folder / ADDRESS_FILE).exists():
        content = address.encode()
        replace_file(folder / ADDRESS_FILE, lambda sink: sink.write(content), role=_ROLE)


def _short(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:_HEX]
