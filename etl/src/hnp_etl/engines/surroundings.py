"""What a result depends on besides its task: code, libraries, processor, and what a worker sees.

The parent and every worker that is no process of this machine look at their own, and are compared:
workers that differ would write other bytes, or write them elsewhere, without a word.
"""

import os
import platform
import secrets
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import import_module
from importlib.metadata import PackageNotFoundError
from itertools import islice
from pathlib import Path

from hnp_etl.sharding.shard_plan import library_versions
from hnp_shared.dataset_info import SHARDS_FOLDER
from hnp_shared.errors import HnpError, InputError, StorageError
from hnp_shared.opening import read_regular
from hnp_shared.storage import DISK, TEMPORARY_PREFIX, Disk, Written, remove, write_named

_OURS = ("hnp_etl", "hnp_shared")
_IMPORTED = ("numpy", "cv2", "pydicom")
"""Asked for the version that runs, which an installation over another need not be."""

_NAMES_A_SOURCE = 16
"""Enough to tell a mounted folder from the empty one below it."""

_TOLD = 3
"""Differences that a message tells; where one library is another, its features are too."""

_NONE = "none"

Facts = tuple[tuple[str, str], ...]
"""What is compared -> what it is here."""


@dataclass(frozen=True, slots=True)
class Places:
    """Folders that a worker must see as the parent does.

    Attributes:
        sources: for each source, bytes of its path and of some paths in it.
        out: folder of the data set, absolute.
        mark: name of a file in it that no other folder has.
        token: what that file holds.
    """

    sources: tuple[tuple[bytes, ...], ...]
    out: Path
    mark: str
    token: bytes

    def remove_mark(self, disk: Disk = DISK) -> None:
        """Remove the file by which the folder of the data set is known."""
        remove(self.out / self.mark, role="a probe file in OUT", disk=disk)


@dataclass(frozen=True, slots=True)
class Sight:
    """What a worker made of the places.

    Attributes:
        trouble: what it cannot do there, None when nothing.
        written: name of a file that it left in the shards folder.
    """

    trouble: str | None
    written: str | None = None


@cache
def own_facts() -> Facts:
    """Return what results of this process depend on; as it was when first asked.

    Code that is replaced under a running process is not the code that runs.
    """
    return (
        *_code(),
        *_libraries(),
        ("Python", ".".join(map(str, sys.version_info[:2]))),
        ("encoding of names", sys.getfilesystemencoding()),
        ("processor", platform.machine()),
        *_processor_features(),
    )


def refuse_others(worker: str, found: Facts, expected: Facts, *, kind: str = "Dask worker") -> None:
    """Refuse a worker whose results may be others.

    Raises:
        InputError: names the worker and what differs.
    """
    here, there = dict(expected), dict(found)
    names = [name for name in (here | there) if here.get(name) != there.get(name)]
    if names:
        told = ", ".join(
            f"found {name} {there.get(name, _NONE)}, expected {here.get(name, _NONE)}"
            for name in names[:_TOLD]
        )
        more = f" and {len(names) - _TOLD} other differences" if len(names) > _TOLD else ""
        raise InputError(f"{kind} {worker}: {told}{more}; give every worker what runs here")


def refuse_blind(worker: str, trouble: str | None, *, kind: str = "Dask worker") -> None:
    """Refuse a worker that cannot read the sources or write the data set.

    Raises:
        StorageError: names the worker and what it cannot do.
    """
    if trouble is not None:
        advice = "SRC and OUT must be the same folders there as here, under the same paths"
        raise StorageError(f"{kind} {worker}", f"{trouble}; {advice}")


def mark_places(src: Sequence[Path], out: Path, *, disk: Disk = DISK) -> Places:
    """Return the places of a build, and leave a file in ``out`` by which it is known.

    Raises:
        StorageError: it could not be written, or a source not be listed.
    """
    sources = tuple(_some_paths(folder.absolute()) for folder in src)
    token = secrets.token_bytes(32)
    mark = _write_probe(out, token, disk)
    return Places(sources, out.absolute(), mark.name, token)


def look_at(places: Places) -> Sight:
    """Look at the places from a worker, and leave a file in the shards folder as a shard would be.

    It never raises: Dask would log what it was asked with, which is paths.
    """
    trouble = next(_unseen(places.sources), None)
    if trouble is not None:
        return Sight(trouble)
    try:
        found = read_regular(places.out / places.mark, role="a probe file")
    except (OSError, HnpError):
        found = b""
    if found != places.token:
        return Sight("it sees another OUT, or none")
    try:
        content = places.token + secrets.token_bytes(8)
        return Sight(None, _write_probe(places.out / SHARDS_FOLDER, content, DISK).name)
    except HnpError as error:
        return Sight(f"it cannot write into OUT, {error}")


def take_back(places: Places, written: str | None, disk: Disk = DISK) -> bool:
    """Remove what `look_at` left; tell whether it was there."""
    if written is None:
        return True
    path = places.out / SHARDS_FOLDER / written
    there = path.exists()
    remove(path, role="a probe file in shards", disk=disk)
    return there


def _code() -> Facts:
    facts = []
    for name in _OURS:
        package = import_module(name)
        word = name.replace("_", "-")
        facts += [
            (word, str(getattr(package, "__version__", _NONE))),
            (f"{word} code", _code_digest(Path(package.__path__[0]))),
        ]
    return tuple(facts)


def _code_digest(folder: Path) -> str:
    digest = sha256()
    for path in sorted(folder.rglob("*.py")):
        content = path.read_bytes()
        digest.update(repr((path.relative_to(folder).as_posix(), len(content))).encode())
        digest.update(content)
    return digest.hexdigest()[:12]


def _libraries() -> Iterator[tuple[str, str]]:
    try:
        for text in library_versions():
            name, _, version = text.rpartition(" ")
            yield name, version
    except PackageNotFoundError as error:
        yield str(error.name), _NONE
    for name in _IMPORTED:
        try:
            yield f"imported {name}", str(import_module(name).__version__)
        except ImportError:
            yield f"imported {name}", _NONE


def _processor_features() -> Iterator[tuple[str, str]]:
    """Yield what NumPy and OpenCV make use of: the last bits of a float may hang on it."""
    try:
        numpy_features = import_module("numpy._core._multiarray_umath").__cpu_features__
        opencv_features = import_module("cv2").getCPUFeaturesLine().split()
    except ImportError:
        return
    for name in sorted(name for name, present in numpy_features.items() if present):
        yield f"NumPy's processor feature {name}", "used"
    for name in opencv_features:
        yield f"OpenCV's processor feature {name.strip('*')}", "used"


def _some_paths(source: Path) -> tuple[bytes, ...]:
    folder = os.fsencode(source)
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in islice(entries, _NAMES_A_SOURCE)]
    except OSError as error:
        raise StorageError.of("a source folder", error) from error
    return (folder, *(os.path.join(folder, name) for name in sorted(names)))  # noqa: PTH118  # bytes


def _unseen(sources: tuple[tuple[bytes, ...], ...]) -> Iterator[str]:
    for number, paths in enumerate(sources, 1):
        which = f"SRC {number}" if len(sources) > 1 else "SRC"
        for path in paths:
            try:
                os.lstat(path)
            except OSError as error:
                what = which if path == paths[0] else f"all of {which}"
                yield f"it cannot see {what}, {os.strerror(error.errno or 0)}"


def _write_probe(folder: Path, content: bytes, disk: Disk) -> Written:
    """Write a file as all of ours are written, under a name that is swept if it is left."""
    return write_named(
        folder,
        "",
        lambda sink: sink.write(content),
        role="a probe file",
        prefix=TEMPORARY_PREFIX,
        disk=disk,
    )
