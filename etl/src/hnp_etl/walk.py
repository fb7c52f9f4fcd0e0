"""Meets every file below the sources, one folder in memory; links are not followed."""

import os
import stat
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from hnp_etl.paths import nfc, source_labels
from hnp_shared.errors import InputError


class Met(NamedTuple):
    """One directory entry that is no folder.

    Attributes:
        path: the contract's path, NFC.
        raw: bytes of the path on the disk.
        regular: False for links, FIFOs, sockets and devices.
        readable: False for a folder that could not be listed.
        size: bytes; with the times (ns) and the inode it tells a changed file.
    """

    path: str
    raw: bytes
    regular: bool
    readable: bool
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


def walk(sources: Sequence[Path]) -> Iterator[Met]:
    """Yield every file below ``sources``, in no particular order."""
    for source, label in zip(sources, source_labels(sources), strict=True):
        yield from _walk_folder(os.fsencode(source.absolute()), label)


def refuse_overlap(sources: Sequence[Path], outputs: Sequence[Path]) -> None:
    """Refuse folders that lie in one another: a file would be met twice, or be our own.

    Raises:
        InputError: names the two.
    """
    named = [(f"SRC {source.name}", source.resolve()) for source in sources]
    named += [(f"output {output.name}", output.resolve()) for output in outputs]
    for (name, folder), (other_name, other) in combinations(named, 2):
        if folder == other or folder in other.parents or other in folder.parents:
            raise InputError(f"{name} and {other_name} overlap, expected separate folders")


def _walk_folder(top: bytes, label: str) -> Iterator[Met]:
    pending = [(top, label)]
    while pending:
        folder, path = pending.pop()
        try:
            with os.scandir(folder) as entries:
                found = list(entries)
        except OSError:
            yield Met(path, folder, True, False, 0, 0, 0, 0)
            continue
        for entry in found:
            below = f"{path}/{nfc(os.fsdecode(entry.name))}"
            try:
                if entry.is_dir(follow_symlinks=False):
                    pending.append((entry.path, below))
                    continue
                status = entry.stat(follow_symlinks=False)
            except OSError:
                yield Met(below, entry.path, True, False, 0, 0, 0, 0)
                continue
            yield Met(
                below,
                entry.path,
                stat.S_ISREG(status.st_mode),
                True,
                status.st_size,
                status.st_mtime_ns,
                status.st_ctime_ns,
                status.st_ino,
            )
