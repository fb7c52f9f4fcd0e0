"""The private folder beside a data set: key, linkage and state; mode 0700, never shared."""

import contextlib
import fcntl
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from hnp_shared.dataset_info import DATASET_FILE, SHARDS_FOLDER, TABLES_FOLDER
from hnp_shared.errors import InputError, OutputError, StorageError
from hnp_shared.storage import DISK, TEMPORARY_PREFIX, Disk, make_folder

_OF_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_OURS = frozenset({DATASET_FILE, SHARDS_FOLDER, TABLES_FOLDER})


def private_folder(out: Path) -> Path:
    """Return the default private folder of a data set, ``OUT.private``."""
    whole = out.absolute()  # "." has no name of its own
    return whole.with_name(whole.name + ".private")


@contextlib.contextmanager
def hold(out: Path, private: Path, *, disk: Disk = DISK) -> Iterator[None]:
    """Make both folders and keep other builders out of them.

    Raises:
        InputError: others may look into the private folder.
        OutputError: another builder works there, or ``out`` holds something else.
        StorageError: a folder could not be made.
    """
    _refuse_foreign(out)
    _close_to_others(private)
    with hold_out(out, disk=disk), hold_private(private, disk=disk):
        yield


@contextlib.contextmanager
def hold_out(out: Path, *, disk: Disk = DISK) -> Iterator[None]:
    """Make the folders of a data set and keep others out of them.

    Raises:
        OutputError: somebody works there, or ``out`` holds something else.
        StorageError: a folder could not be made.
    """
    _refuse_foreign(out)
    make_folder(out, role="the data set folder", disk=disk)
    with _locked(out, "OUT"):
        for name in (SHARDS_FOLDER, TABLES_FOLDER):
            make_folder(out / name, role=f"the {name} folder", disk=disk)
        yield


@contextlib.contextmanager
def hold_private(private: Path, *, disk: Disk = DISK) -> Iterator[None]:
    """Make a private folder and keep others out of it.

    Raises:
        InputError: others may read it.
        OutputError: a build or a survey works there.
        StorageError: it could not be made.
    """
    _close_to_others(private)
    make_folder(private, role="the private folder", mode=0o700, disk=disk)
    with _locked(private, "the private folder"):
        yield


@contextlib.contextmanager
def hold_still(folder: Path) -> Iterator[None]:
    """Keep builders out of a data set that is read; other readers may read too.

    Raises:
        OutputError: a builder works there.
    """
    with _locked(folder, "a data set to be read", fcntl.LOCK_SH):
        yield


def refuse_open_to_others(mode: int, role: str, *, expected: int) -> None:
    """Refuse what anybody but its owner may read or write.

    Args:
        mode: as `stat` tells it.
        role: what it is for.
        expected: mode to set, for the message.

    Raises:
        InputError: says the mode found and the one expected.
    """
    found = stat.S_IMODE(mode)
    if found & _OF_OTHERS:
        raise InputError(f"{role} is open to others: found mode {found:o}, expected {expected:o}")


def _close_to_others(private: Path) -> None:
    """Close an empty folder; refuse one that others may have looked into."""
    try:
        if not private.is_dir():
            return
        if not any(private.iterdir()):
            private.chmod(0o700)
        mode = private.stat().st_mode
    except OSError as error:
        raise StorageError.of("the private folder", error) from error
    refuse_open_to_others(mode, "the private folder", expected=0o700)


def _refuse_foreign(out: Path) -> None:
    try:
        names = _names_in(out)
    except OSError as error:
        raise StorageError.of("the data set folder", error) from error
    foreign = {name for name in names - _OURS if not name.startswith(TEMPORARY_PREFIX)}
    aliases = {"manifest.parquet", "ledger.parquet"} if DATASET_FILE in names else set()
    if foreign - aliases:
        raise OutputError(
            f"OUT holds {len(foreign - aliases)} other things, "
            "expected an empty folder or a data set"
        )


def _names_in(out: Path) -> set[str]:
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise OutputError("OUT is no folder, expected an empty one or a data set")
    for name in (SHARDS_FOLDER, TABLES_FOLDER):
        if (out / name).is_symlink():  # what it leads to is somebody's, and would be swept
            raise OutputError(f"OUT/{name} is a link, expected a folder of the data set or nothing")
    return {entry.name for entry in out.iterdir()} if out.is_dir() else set()


@contextlib.contextmanager
def _locked(folder: Path, role: str, mode: int = fcntl.LOCK_EX) -> Iterator[None]:
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise StorageError.of(role, error) from error
    try:
        _lock(descriptor, role, mode)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, role: str, mode: int) -> None:
    try:
        fcntl.flock(descriptor, mode | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise OutputError(f"{role} is in use by another build, expected none") from error
    except OSError as error:  # some network file systems have no locks
        raise StorageError.of(f"the lock on {role}", error) from error
