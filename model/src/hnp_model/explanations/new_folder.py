"""A folder that appears whole or not at all."""

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from hnp_model.runs.run_folder import RunFolder, hold, refuse_file
from hnp_shared.errors import OutputError, StorageError
from hnp_shared.names import is_dropping
from hnp_shared.places import is_file, is_folder, refuse_in_dataset
from hnp_shared.storage import DISK, TEMPORARY_PREFIX, Disk

ROLE = "the folder of the explanation"


def refuse_target(target: Path, mark: str, *, force: bool) -> None:
    """Refuse a place where no new folder may go.

    Args:
        target: the folder to make.
        mark: name of a file that tells folders of this kind.
        force: whether such a folder may be replaced.

    Raises:
        OutputError: it lies in a data set, has no parent, is a file, or holds something.
    """
    refuse_in_dataset(target)
    refuse_file(target, role=ROLE)
    if not is_folder(target.absolute().parent):
        raise OutputError(
            f"the folder of {target.name} does not exist, expected one; mkdir -p makes it"
        )
    if not _holds_something(target) or (force and is_file(target / mark)):
        return
    what = "an explanation" if is_file(target / mark) else "something else"
    more = "; --force replaces it" if is_file(target / mark) else ""
    raise OutputError(f"{target.name} holds {what}, expected a new folder{more}")


@contextlib.contextmanager
def new_folder(target: Path, mark: str, *, force: bool, disk: Disk = DISK) -> Iterator[RunFolder]:
    """Give a folder to fill, which takes the place of ``target`` when all went well.

    Raises:
        OutputError: as `refuse_target`, or another command fills it.
        StorageError: it could not be made.
    """
    refuse_target(target, mark, force=force)
    whole = Path(os.path.realpath(target))
    making = whole.parent / f"{TEMPORARY_PREFIX}{whole.name}"
    with hold(making, role=ROLE, disk=disk) as folder:
        _empty(making)  # what a killed command left
        try:
            yield folder
            refuse_target(target, mark, force=force)
            _put(folder, whole)
        except BaseException:
            shutil.rmtree(making, ignore_errors=True)
            raise


def _put(folder: RunFolder, target: Path) -> None:
    """Move a folder to its place; what is there goes."""
    old = target.parent / f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}"
    try:
        there = os.path.lexists(target)
        if there:
            folder.disk.rename(target, old)
        try:
            folder.disk.rename(folder.path, target)
        except BaseException:
            if there:
                folder.disk.rename(old, target)
            raise
        if there:
            shutil.rmtree(old)
    except OSError as error:
        raise StorageError.of(ROLE, error) from error


def _empty(folder: Path) -> None:
    try:
        for entry in folder.iterdir():
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
    except OSError as error:
        raise StorageError.of(ROLE, error) from error


def _holds_something(folder: Path) -> bool:
    if not is_folder(folder):
        return False
    try:
        return any(not is_dropping(entry.name) for entry in folder.iterdir())
    except OSError as error:
        raise StorageError.of(ROLE, error) from error
