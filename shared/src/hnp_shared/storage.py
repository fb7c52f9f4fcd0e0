"""Every change either program makes to a file system, so that a failure can be staged at each one.

A file appears whole or not at all: it is written under a temporary name in its own folder,
flushed to the disk, renamed, and the folder is flushed too.
"""

import contextlib
import errno
import fcntl
import os
import re
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from hnp_shared.errors import OutputError, StorageError
from hnp_shared.hashing_file import HashingFile
from hnp_shared.opening import open_regular

TEMPORARY_PREFIX = ".tmp-"
"""Names of files in the making; `sweep` removes what a killed run left under such names."""

TEMPORARY_NAME = re.compile(rf"{re.escape(TEMPORARY_PREFIX)}[0-9a-f]{{16}}")

NAME_HEX_DIGITS = 16
"""How many hex digits of the sha256 make the name of a content-addressed file."""


_LARGEST_COPY_BYTES = 2**30
_NO_COPY_IN_THE_KERNEL = (
    *(None, errno.ENOSYS, errno.EXDEV, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM),
)


class Disk:
    """The primitive operations that can fail. Tests replace one to fail at the n-th operation."""

    def write(self, file: BinaryIO, data: bytes | memoryview) -> None:
        """Append all of ``data`` to an open file; one call takes less when the disk fills up."""
        rest = memoryview(data)
        while rest.nbytes:
            rest = rest[file.write(rest) :]

    def fsync(self, descriptor: int) -> None:
        """Force a file or a folder to the disk."""
        os.fsync(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        """Move a file over ``target`` in one step."""
        source.replace(target)

    def link(self, source: Path, target: Path) -> None:
        """Make ``target`` a second name of ``source``."""
        target.hardlink_to(source)

    def copy(self, source: BinaryIO, target: BinaryIO) -> None:
        """Copy a file; where the file system can, both share their blocks (copy_file_range(2))."""
        try:
            while os.copy_file_range(source.fileno(), target.fileno(), _LARGEST_COPY_BYTES):
                pass
        except (OSError, AttributeError) as error:  # macOS has no such call
            if getattr(error, "errno", None) not in _NO_COPY_IN_THE_KERNEL:
                raise
            source.seek(0)
            target.seek(0)
            shutil.copyfileobj(source, target)

    def unlink(self, path: Path) -> None:
        """Remove a name."""
        path.unlink()

    def mkdir(self, path: Path, mode: int) -> None:
        """Make one folder."""
        path.mkdir(mode=mode)


DISK = Disk()
"""The real disk."""


class Sink(Protocol):
    """What a writer of content is given: somewhere to put bytes."""

    def write(self, data: bytes | memoryview, /) -> int:
        """Take bytes and return how many were taken."""


Fill = Callable[[Sink], object]
"""Writes the content of one file into the sink it is given."""


@dataclass(frozen=True, slots=True)
class Written:
    """A file as it now lies on the disk."""

    name: str
    sha256: str
    size: int


def write_named(
    folder: Path, suffix: str, fill: Fill, *, role: str, prefix: str = "", disk: Disk = DISK
) -> Written:
    """Write a file whose name is taken from its content, ``<prefix><16 hex><suffix>``.

    Raises:
        StorageError: the file could not be written; nothing under its final name changed.
    """
    with _temporary(folder, fill, role, disk) as (temporary, digest, size):
        name = f"{prefix}{digest[:NAME_HEX_DIGITS]}{suffix}"
        _rename(temporary, folder / name, disk)
    return Written(name, digest, size)


def replace_file(
    path: Path, fill: Fill, *, role: str, mode: int = 0o666, disk: Disk = DISK
) -> Written:
    """Write ``path`` anew; a reader sees the old content or the new one.

    Raises:
        StorageError: the file could not be written; the old content stands.
    """
    with _temporary(path.parent, fill, role, disk, mode) as (temporary, digest, size):
        _rename(temporary, path, disk)
    return Written(path.name, digest, size)


def replace_by_link(target: Path, name: Path, *, role: str, disk: Disk = DISK) -> None:
    """Make ``name`` a second name of ``target``, which is never rewritten; a copy without links."""
    temporary = name.parent / f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}"
    try:
        if name.exists() and name.samefile(target):
            return
        try:
            disk.link(target, temporary)
        except OSError:
            replace_by_copy(target, name, role=role, disk=disk)
        else:
            _rename(temporary, name, disk)
    except OSError as error:
        raise StorageError.of(role, error) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def replace_by_copy(source: Path, target: Path, *, role: str, disk: Disk = DISK) -> None:
    """Make ``target`` a file of its own with the bytes of ``source``; whole or not at all.

    Raises:
        StorageError: it could not be written; what was there stands.
    """
    temporary = target.parent / f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}"
    try:
        with open_regular(source, role=role) as original, temporary.open("xb") as file:
            disk.copy(original, file)
            file.flush()
            disk.fsync(file.fileno())
        _rename(temporary, target, disk)
    except OSError as error:
        raise StorageError.of(role, error) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def remove(path: Path, *, role: str, disk: Disk = DISK) -> None:
    """Remove a file that may be gone already."""
    try:
        disk.unlink(path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StorageError.of(role, error) from error


def make_folder(path: Path, *, role: str, mode: int = 0o777, disk: Disk = DISK) -> None:
    """Make a folder and its parents, unless they exist."""
    if os.path.isdir(path):  # noqa: PTH112  # Path.is_dir raises where it may not look
        return
    if path.parent != path:
        make_folder(path.parent, role=role, disk=disk)
    try:
        disk.mkdir(path, mode)
        _sync_folder(path.parent, disk)
    except FileExistsError:
        if not path.is_dir():
            raise StorageError(role, "a file of that name is in the way") from None
    except OSError as error:
        raise StorageError.of(role, error) from error


def sweep(
    folder: Path, form: re.Pattern[str], *, keep: frozenset[str], role: str, disk: Disk = DISK
) -> None:
    """Remove files of ``folder`` that we can have written and that are not in ``keep``.

    Args:
        folder: a folder of ours.
        form: of the names that we give there; what has another name is somebody's.
        keep: names that stay.
        role: what goes, for the message.
        disk: where writes go.

    Raises:
        OutputError: a link is in the place of the folder, and leads to somebody's files.
        StorageError: a file could not be removed.
    """
    if folder.is_symlink():
        raise OutputError(f"{folder.name} is a link, expected a folder; nothing was removed there")
    if not folder.is_dir():
        return
    for entry in sorted(folder.iterdir()):
        ours = form.fullmatch(entry.name) or TEMPORARY_NAME.fullmatch(entry.name)
        if ours and entry.name not in keep and not stat.S_ISDIR(entry.lstat().st_mode):
            remove(entry, role=role, disk=disk)


def sweep_temporary(folder: Path, *, role: str, disk: Disk = DISK) -> None:
    """Remove what a killed run left in the making."""
    sweep(folder, TEMPORARY_NAME, keep=frozenset(), role=role, disk=disk)


@contextlib.contextmanager
def _temporary(
    folder: Path, fill: Fill, role: str, disk: Disk, mode: int = 0o666
) -> Iterator[tuple[Path, str, int]]:
    temporary = folder / f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}"
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with open(descriptor, "wb", buffering=0) as file:  # noqa: PTH123  # Path has no opener
            with contextlib.suppress(OSError):  # a file system without locks
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # see `leftovers`
            with contextlib.closing(HashingFile(file, disk.write)) as sink:
                fill(sink)
                digest = sink.finish()
            disk.fsync(file.fileno())
        yield temporary, digest, sink.size
    except BaseException as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError):
            raise StorageError.of(role, error) from error
        raise


def _rename(temporary: Path, target: Path, disk: Disk) -> None:
    disk.rename(temporary, target)
    _sync_folder(target.parent, disk)


def _sync_folder(folder: Path, disk: Disk) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        disk.fsync(descriptor)
    finally:
        os.close(descriptor)
