"""dataset.json names everything in a data set; replacing it is the commit.

Programs go through it: no dataset.json, no data set.
"""

import hashlib
import json
import stat
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from hnp_shared.corrections import AppliedFile
from hnp_shared.errors import InputError, StorageError
from hnp_shared.flow import Flow, flow_to_plain, parse_flow
from hnp_shared.joined_tables import JoinedTable
from hnp_shared.notices import Notice
from hnp_shared.opening import open_regular, read_regular
from hnp_shared.plain_json import plain_json
from hnp_shared.recipe_shape import refuse_odd_recipe
from hnp_shared.storage import DISK, Disk, replace_file
from hnp_shared.vocabulary import SCHEMA_VERSION

DATASET_FILE = "dataset.json"
SHARDS_FOLDER = "shards"
TABLES_FOLDER = "tables"
ALIASES = ("manifest", "ledger")
"""Tables that also lie at the top, ``<name>.parquet``, for people and pandas."""

_COUNTS = frozenset({"states", "reasons"})
_APART = frozenset({"files", "notices", "parts", "flow", "corrections", "joined"})
_OBJECTS = _COUNTS | {"recipe", "identity"}

_LONGEST_PATH = 200
"""Bytes of a name of ours, folder and all; file systems take 255 in a part of it."""

_LARGEST_FILE = 2**62

MAX_DATASET_BYTES = 32 * 2**20
"""No more of a dataset.json is read: 10 million slices need about 5 MB."""


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file that dataset.json vouches for."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class DatasetInfo:
    """The content of dataset.json.

    Attributes:
        schema_version: of the tables and of this file.
        dataset_id: first 16 hex of the manifest's sha256.
        pixels_id: hash of the recipe's selection and image sections and the array version.
        key_id: 8 hex that tell one key from another and nothing more.
        tool: name and version of the program that built it.
        recipe: the whole recipe.
        identity: hospital -> where its patient identity came from.
        states: state -> files.
        reasons: reason -> files.
        manifest: path of the manifest below the data set.
        ledger: path of the ledger below the data set.
        files: path below the data set -> digest and size, of every file but this one.
        notices: what does not fit, by hospital; nothing is written where there is none.
        parts: ids of the data sets that it is merged of; none when it was built.
        flow: what is left after each gate; {} in a data set of an earlier version.
        corrections: files of readers' corrections that were applied, by their digests.
        joined: tables whose columns were joined to it, the first one first.
    """

    schema_version: str
    dataset_id: str
    pixels_id: str
    key_id: str
    tool: str
    recipe: Mapping[str, Any]
    identity: Mapping[str, str]
    states: Mapping[str, int]
    reasons: Mapping[str, int]
    manifest: str
    ledger: str
    files: Mapping[str, NamedFile]
    notices: tuple[Notice, ...] = ()
    parts: tuple[str, ...] = ()
    flow: Flow = field(default_factory=dict)
    corrections: tuple[AppliedFile, ...] = ()
    joined: tuple[JoinedTable, ...] = ()

    @property
    def origin(self) -> str:
        """How it came to be, in words: ``built``, or of how many data sets it is merged."""
        if self.parts:
            return f"merged of {len(self.parts)} data sets"
        return "merged" if "merged" in self.recipe else "built"  # by an earlier version

    def to_json(self) -> bytes:
        """Return the file's bytes: sorted keys and a digest over all the rest."""
        content = asdict(self)
        if not self.notices:  # as 1.0 wrote it
            del content["notices"]
        if not self.parts:
            del content["parts"]  # as it was before data sets told theirs
        del content["flow"]
        if self.flow:
            content["flow"] = flow_to_plain(self.flow)
        if not self.corrections:
            del content["corrections"]
        if not self.joined:
            del content["joined"]  # likewise
        digest = hashlib.sha256(_text(content).encode()).hexdigest()
        return _text({**content, "digest": digest}).encode() + b"\n"

    def is_whole(self, folder: Path) -> bool:
        """Tell whether every named file is there with its size, without reading it."""
        return all(is_there(folder / name, file) for name, file in self.files.items())


def read_info(folder: Path) -> DatasetInfo:
    """Read the dataset.json in ``folder``.

    Raises:
        InputError: there is none, or a program of another major version wrote it.
        StorageError: it could not be read.
    """
    return parse_info(read_content(folder))


def read_content(folder: Path) -> bytes:
    """Return the bytes of the dataset.json in ``folder``.

    Raises:
        InputError: there is none.
        StorageError: it could not be read.
    """
    path = folder / DATASET_FILE
    try:
        return read_regular(path, role=DATASET_FILE, most_bytes=MAX_DATASET_BYTES)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InputError(f"no data set: found no {DATASET_FILE} in the folder given") from error
    except IsADirectoryError as error:  # nothing is wrong with the disk
        raise InputError(f"{DATASET_FILE} is a folder, expected a file") from error
    except OSError as error:
        raise StorageError.of(DATASET_FILE, error) from error


def is_there(path: Path, expected: NamedFile) -> bool:
    """Tell whether a named file is there with its size, without reading it."""
    try:
        status = path.stat()
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and status.st_size == expected.size


def holds(path: Path, expected: NamedFile) -> bool:
    """Tell whether a file holds what is expected, by its digest."""
    if not is_there(path, expected):
        return False
    try:
        with open_regular(path, role=path.name) as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == expected.sha256
    except OSError:
        return False


def refuse_missing(folder: Path, info: DatasetInfo) -> None:
    """Refuse to commit a data set of which a file is not there.

    Whoever wrote the files may have seen another folder than we do: digests are the writer's.

    Raises:
        StorageError: names one, and says how many.
    """
    missing = sorted(name for name, file in info.files.items() if not is_there(folder / name, file))
    if missing:
        raise StorageError(
            missing[0],
            f"found {len(missing)} of {len(info.files)} files missing or of another size right "
            "before the commit, expected all; do all workers see the same OUT?",
        )


def write_info(folder: Path, info: DatasetInfo, *, disk: Disk = DISK) -> None:
    """Commit: replace dataset.json.

    Raises:
        StorageError: the old data set stands.
    """
    content = info.to_json()
    replace_file(
        folder / DATASET_FILE, lambda sink: sink.write(content), role=DATASET_FILE, disk=disk
    )


def parse_info(content: bytes) -> DatasetInfo:
    """Return the record of a dataset.json.

    Raises:
        InputError: it is not one, or of another major version.
    """
    try:
        found = plain_json(content)
        _refuse_other_major(str(found["schema_version"]))
        files = {
            _inside(name): NamedFile(str(value["sha256"]), _size(value["size"]))
            for name, value in found["files"].items()
        }
        notices = tuple(map(Notice.parse, found.get("notices", ())))
        parts = tuple(map(str, found.get("parts", ())))
        flow = parse_flow(found.get("flow", {}))
        corrections = tuple(map(AppliedFile.parse, found.get("corrections", ())))
        joined = tuple(map(JoinedTable.parse, found.get("joined", ())))
        names = [name for name in DatasetInfo.__dataclass_fields__ if name not in _APART]
        values: dict[str, Any] = {name: _checked(name, found[name]) for name in names}
        return DatasetInfo(
            **values,
            files=files,
            notices=notices,
            parts=parts,
            flow=flow,
            corrections=corrections,
            joined=joined,
        )
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise InputError(f"{DATASET_FILE} is damaged or was not written by hnp-etl") from error


def _checked(name: str, value: object) -> object:
    if name in _OBJECTS and isinstance(value, dict):
        if name in _COUNTS and not all(isinstance(count, int) for count in value.values()):
            raise TypeError(name)
        if name == "identity" and not all(isinstance(each, str) for each in value.values()):
            raise TypeError(name)
        if name == "recipe":
            refuse_odd_recipe(value)
        return value
    if name in _OBJECTS or not isinstance(value, str):
        raise TypeError(name)
    return _inside(value) if name in ALIASES else value


def _size(value: object) -> int:
    size = int(str(value))
    if not 0 <= size < _LARGEST_FILE:
        raise ValueError("size")
    return size


def _inside(name: str) -> str:
    path = PurePosixPath(name)
    if len(name.encode()) > _LONGEST_PATH or not name.isprintable():
        raise ValueError(name)
    if path.is_absolute() or ".." in path.parts:  # a reader never leaves the data set
        raise ValueError(name)
    return name


def _text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)


def _refuse_other_major(version: str) -> None:
    if version.partition(".")[0] != SCHEMA_VERSION.partition(".")[0]:
        raise InputError(f"the data set has schema version {version}, this is {SCHEMA_VERSION}")
