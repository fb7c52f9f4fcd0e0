"""Meets every file below the sources, one folder in memory; links are not followed."""

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, combinations
from pathlib import Path
from typing import NamedTuple

from hnp_etl.walking.paths import nfc, source_labels
from hnp_shared.errors import InputError
from hnp_shared.names import text_of
from hnp_shared.vocabulary import Reason


class FoundFile(NamedTuple):
    """One directory entry that is no folder, or a file in an archive.

    Attributes:
        path: the contract's path, NFC.
        raw: where its bytes lie: bytes of the path on the disk, or a place in an archive.
        regular: False for links, FIFOs, sockets and devices.
        readable: False for a folder that could not be listed.
        size: bytes; with the times (ns) and the inode it tells a changed file.
        refusal: why an archive, or a file in one, cannot be read.
    """

    path: str
    raw: bytes
    regular: bool
    readable: bool
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    refusal: Reason | None = None


def walk(sources: Sequence[Path]) -> Iterator[FoundFile]:
    """Return every file below ``sources``, in no particular order."""
    labelled = zip(sources, source_labels(sources), strict=True)
    return chain.from_iterable(
        _walk_folder(os.fsencode(source.absolute()), label) for source, label in labelled
    )


def refuse_overlap(
    sources: Sequence[Path], outputs: Mapping[str, Path], *, of: str = "SRC"
) -> None:
    """Refuse folders that lie in one another: a file would be met twice, or be our own.

    Args:
        sources: what is read.
        outputs: role, as the user gave it -> what is written.
        of: role of the sources.

    Raises:
        InputError: names the two and their roles.
    """
    named = [(f"{of} {source.name}", _real(source)) for source in sources]
    named += [(f"{role} {output.name}", _real(output)) for role, output in outputs.items()]
    for (name, folder), (other_name, other) in combinations(named, 2):
        if folder == other or folder in other.parents or other in folder.parents:
            raise InputError(f"{name} and {other_name} overlap, expected separate folders")


def _real(path: Path) -> Path:
    """Return where a path leads; `Path.resolve` fails on a loop of links."""
    return Path(os.path.realpath(path))


def _walk_folder(top: bytes, label: str) -> Iterator[FoundFile]:
    """Yield the files below a folder; one that does not open is tried again, last of all."""
    pending, closed = [(top, label)], list[tuple[bytes, str]]()
    while pending or closed:
        again = not pending
        folder, path = (pending or closed).pop()
        try:
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError:
            if again:
                yield FoundFile(path, folder, True, False, 0, 0, 0, 0)
            else:
                closed.append((folder, path))
            continue
        try:
            yield from _entries(descriptor, folder + b"/", path + "/", pending)
        except OSError:
            yield FoundFile(path, folder, True, False, 0, 0, 0, 0)
        finally:
            os.close(descriptor)


def _entries(
    descriptor: int, folder: bytes, path: str, pending: list[tuple[bytes, str]]
) -> Iterator[FoundFile]:
    """Yield the files of an open folder: looked up in it, names need no walk from the root."""
    kind, regular = stat.S_IFMT, stat.S_IFREG
    with os.scandir(descriptor) as entries:
        for entry in entries:
            name = entry.name
            if name.isascii():
                raw, below = folder + name.encode(), path + name
            else:
                own = os.fsencode(name)  # as the locale reads it, which is not as we do
                raw, below = folder + own, path + nfc(text_of(own))
            try:
                if entry.is_dir(follow_symlinks=False):
                    pending.append((raw, below))
                    continue
                status = entry.stat(follow_symlinks=False)
            except OSError:
                yield FoundFile(below, raw, True, False, 0, 0, 0, 0)
                continue
            yield FoundFile(
                below,
                raw,
                kind(status.st_mode) == regular,
                True,
                status.st_size,
                status.st_mtime_ns,
                status.st_ctime_ns,
                status.st_ino,
            )
