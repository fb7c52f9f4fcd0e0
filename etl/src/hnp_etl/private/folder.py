"""The private folder beside a data set: key, linkage and state; mode 0700, never shared."""

import contextlib
import fcntl
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from hnp_shared.dataset_info import ALIASES, DATASET_FILE, SHARDS_FOLDER, TABLES_FOLDER
from hnp_shared.errors import InputError, OutputError, StorageError
from hnp_shared.names import is_dropping, told
from hnp_shared.places import is_folder
from hnp_shared.storage import DISK, TEMPORARY_PREFIX, Disk, make_folder

_OUT = "the data set folder"
_PRIVATE = "the private folder"
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
    make_folder(out.parent, role=_OUT, disk=disk)
    _make_closed(private, disk)
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
    make_folder(out, role=_OUT, disk=disk)
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
    _make_closed(private, disk)
    with _locked(private, _PRIVATE):
        yield


def refuse_no_private(private: Path) -> None:
    """Refuse to look for a private folder where there is none.

    Raises:
        InputError: says what is missing.
    """
    if not is_folder(private):
        raise InputError(
            f"found no private folder {private.name}, expected that of the data set; --private DIR "
            "says where it is"
        )


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


def refuse_of_another(owner: int, role: str) -> None:
    """Refuse what belongs to another user, who may read it and change it: root sees no modes.

    Args:
        owner: number of the user, as `stat` tells it.
        role: what it is for.

    Raises:
        InputError: tells both numbers.
    """
    if owner != os.geteuid():
        raise InputError(
            f"{role} belongs to user {owner}, expected {os.geteuid()}, who runs this: "
            "build as its owner, or give it to this user (chown)"
        )


def _make_closed(private: Path, disk: Disk) -> None:
    """Make the private folder, or close an empty one; refuse one that others may look into.

    Some file systems take any mode and keep none: that is seen before a key lies there.
    """
    there = is_folder(private)
    make_folder(private, role=_PRIVATE, mode=0o700, disk=disk)
    try:
        empty = all(is_dropping(entry.name) for entry in private.iterdir())
        if there and empty:
            with contextlib.suppress(PermissionError, NotImplementedError):  # told below
                private.chmod(0o700)
        status = private.stat()
        mode = status.st_mode
        if empty and mode & _OF_OTHERS and not there:
            private.rmdir()
    except OSError as error:
        raise StorageError.of(_PRIVATE, error) from error
    if empty and mode & _OF_OTHERS:
        raise InputError(
            f"{_PRIVATE} is open to others: found mode {stat.S_IMODE(mode):o} on a file system "
            "that keeps no modes (a Windows disk, CIFS, exFAT?), expected 700; "
            "give --private DIR on one that does"
        )
    refuse_open_to_others(mode, _PRIVATE, expected=0o700)
    refuse_of_another(status.st_uid, _PRIVATE)


def _refuse_foreign(out: Path) -> None:
    try:
        names = _names_in(out)
    except OSError as error:
        raise StorageError.of(_OUT, error) from error
    aliases = {f"{alias}.parquet" for alias in ALIASES} if DATASET_FILE in names else set()
    foreign = {
        name
        for name in names - _OURS - aliases
        if not (name.startswith(TEMPORARY_PREFIX) or is_dropping(name))
    }
    if foreign:
        raise OutputError(
            f"OUT holds something else ({told(foreign)}), expected an empty folder or a data set"
        )


def _names_in(out: Path) -> set[str]:
    if out.is_symlink() and is_folder(out):  # its private folder would lie beside the link
        raise OutputError("OUT is a link, expected a folder: give the one that it leads to")
    if os.path.lexists(out) and not is_folder(out):
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
