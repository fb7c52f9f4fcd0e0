"""Every change either program makes to a file system, so that a failure can be staged at each one.

A file appears whole or not at all: it is written under a temporary name in its own folder,
flushed to the disk, renamed, and the folder is flushed too.
"""

import contextlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from hnp_shared.errors import StorageError
from hnp_shared.hashing_file import HashingFile

TEMPORARY_PREFIX = ".tmp-"
"""Names of files in the making; `sweep` removes what a killed run left under such names."""

NAME_HEX_DIGITS = 16
"""How many hex digits of the sha256 make the name of a content-addressed file."""


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


def replace_alias(target: Path, alias: Path, *, role: str, disk: Disk = DISK) -> None:
    """Make ``alias`` hold the bytes of ``target``: a hard link, or a copy where links fail."""
    temporary = alias.parent / f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}"
    try:
        if alias.exists() and alias.samefile(target):
            return
        try:
            disk.link(target, temporary)
        except OSError:
            _replace_by_copy(target, alias, role, disk)
        else:
            _rename(temporary, alias, disk)
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
    if path.is_dir():
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


def sweep(folder: Path, *, keep: frozenset[str], role: str, disk: Disk = DISK) -> None:
    """Remove every file of ``folder`` whose name is not in ``keep``."""
    if folder.is_dir():
        for entry in sorted(folder.iterdir()):
            if entry.name not in keep:
                remove(entry, role=role, disk=disk)


def sweep_temporary(folder: Path, *, role: str, disk: Disk = DISK) -> None:
    """Remove what a killed run left in the making."""
    if folder.is_dir():
        for entry in sorted(folder.glob(f"{TEMPORARY_PREFIX}*")):
            remove(entry, role=role, disk=disk)


@contextlib.contextmanager
def _temporary(
    folder: Path, fill: Fill, role: str, disk: Disk, mode: int = 0o666
) -> Iterator[tuple[Path, str, int]]:
    temporary = folder / f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}"
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with open(descriptor, "wb", buffering=0) as file:  # noqa: PTH123  # Path has no opener
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


def _replace_by_copy(target: Path, alias: Path, role: str, disk: Disk) -> None:
    with target.open("rb") as source:
        replace_file(alias, lambda sink: shutil.copyfileobj(source, sink), role=role, disk=disk)


def _rename(temporary: Path, target: Path, disk: Disk) -> None:
    disk.rename(temporary, target)
    _sync_folder(target.parent, disk)


def _sync_folder(folder: Path, disk: Disk) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        disk.fsync(descriptor)
    finally:
        os.close(descriptor)
