"""What a folder is good for: its speed, its space, and whether it keeps what it is told."""

import errno
import fcntl
import os
import shutil
import stat
import tempfile
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from hnp_etl.doctor.finding import Finding, Weight, at_least
from hnp_shared.places import refuse_in_dataset

_TRIED_BYTES, _PIECE_BYTES = 64 * 2**20, 2**20
_GOOD_MB_A_SECOND = 20.0
_GOOD_BYTES, _LEAST_BYTES = 10 * 2**30, 2**30
_NAME = unicodedata.normalize("NFC", "요추")


def examine_place(folder: Path | None) -> Iterator[Finding]:
    """Yield what is found in a temporary folder within it, which is removed afterwards.

    Args:
        folder: where a data set would lie; the system's place for temporary folders when None.

    Raises:
        OutputError: it lies in a data set or a private folder.
    """
    if folder is not None:
        refuse_in_dataset(folder)
    try:
        with tempfile.TemporaryDirectory(prefix="hnp-doctor-", dir=folder) as name:
            inner = Path(name)
            yield _space(inner)
            yield _speed(inner)
            yield _modes(inner)
            yield _locks(inner)
            yield _names(inner)
    except OSError as error:
        told = os.strerror(error.errno or errno.EIO)
        yield Finding("folder", Weight.FAULT, told, "a folder in which you may write, with space")


def _space(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    do = "free some: a slice of 300 x 300 takes 0.4 MB, and the private folder as much as a tenth"
    return at_least(
        "free space",
        f"{free / 2**30:.1f} GiB",
        free >= _GOOD_BYTES,
        do,
        vital=free < _LEAST_BYTES,
    )


def _speed(folder: Path) -> Finding:
    """Write what no disk can pack, and wait until it lies there."""
    piece, path = os.urandom(_PIECE_BYTES), folder / "speed"
    started = time.monotonic()
    with path.open("wb") as file:
        for _ in range(_TRIED_BYTES // _PIECE_BYTES):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    speed = _TRIED_BYTES / 1e6 / max(time.monotonic() - started, 1e-6)
    path.unlink()
    do = "a local disk, rather than a share, for the data set and its private folder"
    return at_least("write speed", f"{speed:.0f} MB/s", speed >= _GOOD_MB_A_SECOND, do)


def _modes(folder: Path) -> Finding:
    path = folder / "modes"
    path.touch()
    kept = []
    for mode in (0o600, 0o640):
        path.chmod(mode)
        kept.append(stat.S_IMODE(path.stat().st_mode) == mode)
    do = "another file system: the key and the private folder would be open to others, and refused"
    return at_least("file modes", "kept" if all(kept) else "not kept", all(kept), do, vital=True)


def _locks(folder: Path) -> Finding:
    with (folder / "lock").open("wb") as one, (folder / "lock").open("rb") as other:
        try:
            fcntl.flock(one, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return Finding(
                "locks", Weight.FAULT, "none", "another file system: no build starts here"
            )
        try:
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return Finding("locks", Weight.OK, "kept")
    do = "another file system: two builds could write one data set"
    return Finding("locks", Weight.FAULT, "not kept", do)


def _names(folder: Path) -> Finding:
    inner = folder / "names"
    inner.mkdir()
    try:
        (inner / _NAME).touch()
        kept = [each.name for each in inner.iterdir()] == [_NAME]
    except OSError:  # a file system of other letters
        kept = False
    do = "nothing for a data set, whose names are ASCII; sources should not lie here"
    return at_least("Korean names", "kept" if kept else "changed or refused", kept, do)
