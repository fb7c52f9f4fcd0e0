"""A cache of files that stores hold, shared by all processes of this machine.

A file lies there under the name of its content and appears whole, once its sha256 was found to be
what dataset.json says. What is over the limit goes, the longest unused first, but never what a
living process has asked for: each keeps a list of that under a lock that ends with it (flock(2)).
"""

import contextlib
import fcntl
import os
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import BinaryIO

from hnp_shared.counted import counted
from hnp_shared.dataset_info import DATASET_FILE, NamedFile, is_there
from hnp_shared.errors import InputError, StorageError
from hnp_shared.places import refuse_in_dataset
from hnp_shared.storage import (
    NAME_HEX_DIGITS,
    TEMPORARY_NAME,
    Sink,
    make_folder,
    remove,
    write_named,
)
from hnp_shared.stores.store import Store
from hnp_shared.stores.transfers import in_threads

FOLDER_VARIABLE = "HNP_CACHE"
SIZE_VARIABLE = "HNP_CACHE_SIZE"
USUAL_SIZE = "50GB"

_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?(B|KB|MB|GB|TB)", re.IGNORECASE)  # "50GB", "1.5 tb"
_UNITS = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_ABANDONED_S = 3600.0
"""A file in the making that nobody wrote to for so long has no writer."""

_ROLE = "the cache"


@dataclass(frozen=True, slots=True)
class Cache:
    """A folder of files by their contents.

    Attributes:
        folder: of all that is cached.
        limit_bytes: of all files together.
    """

    folder: Path
    limit_bytes: int
    _held: dict[str, int] = field(default_factory=dict)
    _leases: dict[str, int] = field(default_factory=dict)

    def path(self, name: str) -> Path:
        """Return where a file lies once it is held."""
        return self.folder / "files" / Path(name).name

    def hold(self, store: Store, files: Mapping[str, NamedFile]) -> None:
        """Fetch what is not there, and keep all of it until this process ends.

        Args:
            store: that holds them.
            files: by their names in the data set.

        Raises:
            InputError: a file is not what it should be, or all do not fit into the limit.
            StorageError: the store or the cache failed.
        """
        wanted = {name: file for name, file in files.items() if Path(name).name not in self._held}
        if not wanted:
            return
        from hnp_shared.progress import track  # noqa: PLC0415  # its bars take long to import

        strange = sum(each.sha256[:NAME_HEX_DIGITS] not in name for name, each in wanted.items())
        if strange:
            raise InputError(
                f"{DATASET_FILE} names {counted(strange, 'file')} otherwise than by content; "
                "the data set is damaged"
            )
        self._reserve({Path(name).name: file.size for name, file in wanted.items()})
        absent = [name for name, each in wanted.items() if not is_there(self.path(name), each)]
        done = in_threads(lambda name: self._fetch(store, name, wanted[name]), absent)
        for _ in track(done, "fetching", total=len(absent), unit="file"):
            pass

    def _fetch(self, store: Store, name: str, expected: NamedFile) -> None:
        """Fetch one file, unless another process does; then wait for it."""
        path = self.path(name)
        with _locked(self.folder / "locks" / expected.sha256[:2]):
            if is_there(path, expected):
                return

            def fill(sink: Sink) -> None:
                for piece in store.pieces(name):
                    sink.write(piece)

            before, _, after = path.name.partition(expected.sha256[:NAME_HEX_DIGITS])
            written = write_named(path.parent, after, fill, role=_ROLE, prefix=before)
            if (written.sha256, written.size) != (expected.sha256, expected.size):
                remove(path.with_name(written.name), role=_ROLE)
                raise InputError(
                    f"{name} is not in the store what {DATASET_FILE} says; publish it again"
                )

    def _reserve(self, wanted: Mapping[str, int]) -> None:
        """Make room for files and write down that this process uses them."""
        with _locked(self.folder / "lock"):
            there, held = self._there(), self._held_by_all() | dict(wanted)
            total = sum((there | held).values())
            for name in self._by_last_use(there.keys() - held.keys()):
                if total <= self.limit_bytes:
                    break
                remove(self.path(name), role=_ROLE)
                total -= there[name]
            if total > self.limit_bytes:
                raise InputError(
                    f"what is in use of the cache needs {total / 1e6:,.1f} MB, expected "
                    f"{self.limit_bytes / 1e6:,.1f} MB at most; {SIZE_VARIABLE} sets another limit"
                )
            self._write_down(wanted)

    def _there(self) -> dict[str, int]:
        """Return the sizes of files; what a killed process left in the making goes."""
        found: dict[str, int] = {}
        for entry in os.scandir(self.folder / "files"):
            with contextlib.suppress(FileNotFoundError):  # another process has just renamed it
                status = entry.stat()
                if not TEMPORARY_NAME.fullmatch(entry.name):
                    found[entry.name] = status.st_size
                elif time.time() - status.st_mtime > _ABANDONED_S:
                    remove(Path(entry.path), role=_ROLE)
        return found

    def _held_by_all(self) -> dict[str, int]:
        """Return what living processes use; the lists of dead ones go."""
        held: dict[str, int] = {}
        for path in (self.folder / "leases").iterdir():
            with path.open("rb") as lease:
                if path.name not in self._leases and _is_free(lease):
                    remove(path, role=_ROLE)
                    continue
                lines = (line.split() for line in lease.read().decode().splitlines())
                held |= {name: int(size) for size, name in lines}
        return held

    def _by_last_use(self, names: set[str]) -> list[str]:
        return sorted(names, key=lambda name: self.path(name).stat().st_mtime)

    def _write_down(self, wanted: Mapping[str, int]) -> None:
        if not self._leases:
            name = f"{os.getpid()}-{time.time_ns()}"
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            lease = self._leases[name] = os.open(self.folder / "leases" / name, flags, 0o600)
            fcntl.flock(lease, fcntl.LOCK_EX)
        lines = "".join(f"{size} {name}\n" for name, size in wanted.items())
        os.write(next(iter(self._leases.values())), lines.encode())
        self._held.update(wanted)
        for name in wanted:
            with contextlib.suppress(FileNotFoundError):
                os.utime(self.path(name))


def usual_cache() -> Cache:
    """Return the cache that the environment names, readable by its owner alone.

    Raises:
        InputError: the environment says what cannot be used.
        OutputError: it lies in a data set or a private folder.
        StorageError: it cannot be made.
    """
    text = os.environ.get(SIZE_VARIABLE) or USUAL_SIZE
    size = _SIZE.fullmatch(text.strip())
    if size is None:
        raise InputError(f"found {SIZE_VARIABLE}={text!r}, expected a size like {USUAL_SIZE}")
    return _made(cache_folder(), int(float(size[1]) * _UNITS[size[2].upper()]))


def cache_folder() -> Path:
    """Return where the cache lies, whether it is there or not."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(os.environ.get(FOLDER_VARIABLE) or Path(home) / "hnp")
    return folder.expanduser().absolute()


@cache
def _made(folder: Path, limit_bytes: int) -> Cache:
    refuse_in_dataset(folder)
    make_folder(folder, role=_ROLE, mode=0o700)
    for name in ("files", "leases", "locks", "places", "versions"):
        make_folder(folder / name, role=_ROLE, mode=0o700)
    return Cache(folder, limit_bytes)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    try:
        with path.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise StorageError.of(_ROLE, error) from error


def _is_free(lease: BinaryIO) -> bool:
    """Tell whether the process that held a list is gone."""
    try:
        fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
