"""The audit of a release, top to bottom: files, dataset.json, tables, shards, people."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hnp_etl.release.facts import audit_info
from hnp_etl.release.finding import Clue, Found
from hnp_etl.release.tables import audit_columns, audit_parquet, audit_people
from hnp_etl.release.values import TEXTS
from hnp_shared.dataset import Dataset, open_dataset
from hnp_shared.dataset_info import ALIASES, DATASET_FILE, SHARDS_FOLDER, TABLES_FOLDER
from hnp_shared.errors import InputError, StorageError
from hnp_shared.opening import open_regular, read_regular
from hnp_shared.shards import Shard, fill_shard, open_shard
from hnp_shared.small_groups import SMALL_GROUP_PATIENTS

NOT_LOOKED_AT = (
    "letters and implants in pictures",
    "whether acquisition values together name a scanner",
    "times of files on the disk, which a copy sets anew",
)
"""What the audit says nothing about."""


@dataclass(frozen=True, slots=True)
class ReleaseAudit:
    """What an audit found.

    Attributes:
        slices: rows of the manifest.
        files: looked at.
        found: what could identify; none where nothing was found.
    """

    dataset_id: str
    slices: int
    files: int
    found: tuple[Found, ...]


def audit_release(folder: Path, *, smallest: int = SMALL_GROUP_PATIENTS) -> ReleaseAudit:
    """Read a data set without key and private folder, and list what could identify.

    Args:
        folder: of the data set.
        smallest: patients that a group should have.

    Raises:
        InputError: no data set, or one that is damaged.
        StorageError: it could not be read.
    """
    dataset = open_dataset(folder)
    info = dataset.info
    manifest, ledger = dataset.manifest_table(), dataset.ledger_table()
    joined = {name for each in info.joined for name in each.columns}
    found = [
        *_audit_files(dataset),
        *audit_info(info, read_regular(folder / DATASET_FILE, role=DATASET_FILE)),
        *audit_columns(manifest, "manifest", joined),
        *audit_columns(ledger, "ledger", ()),
        *audit_people(manifest, smallest),
    ]
    for name in sorted(info.files):
        found += _audit_container(folder / name, name)
    return ReleaseAudit(info.dataset_id, manifest.num_rows, len(info.files), tuple(found))


def _audit_files(dataset: Dataset) -> Iterator[Found]:
    """Yield files that no reader of the data set opens, and links, which lead out of it."""
    named = {*dataset.info.files, DATASET_FILE, *(f"{alias}.parquet" for alias in ALIASES)}
    below = [(path, path.relative_to(dataset.folder)) for path in dataset.folder.rglob("*")]
    strays = [
        name
        for path, name in below
        if name.as_posix() not in {*named, SHARDS_FOLDER, TABLES_FOLDER} or path.is_symlink()
    ]
    if strays:
        yield Found(Clue.STRAY, "the folder", len(strays), "files, folders or links of no data set")
    for alias, table in zip(ALIASES, (dataset.info.manifest, dataset.info.ledger), strict=True):
        path = dataset.folder / f"{alias}.parquet"
        named_file = dataset.info.files.get(table)
        if path.is_file() and (named_file is None or _digest(path) != named_file.sha256):
            yield Found(Clue.STRAY, path.name, 1, f"table that is not the one of {DATASET_FILE}")


def _audit_container(path: Path, name: str) -> Iterator[Found]:
    try:
        if name.endswith(".parquet"):
            yield from audit_parquet(path, name.partition("-")[0].rpartition("/")[2])
        else:
            yield from _audit_shard(path, open_shard(path))
    except (InputError, StorageError, OSError) as error:
        raise InputError("a file of the data set cannot be read: see hnp-etl check") from error


def _audit_shard(path: Path, shard: Shard) -> Iterator[Found]:
    """Yield what a shard holds beside slices and their ids, by writing it anew."""
    odd = sum(not TEXTS["slice_id"](each) for each in shard.slice_ids)
    if odd:
        yield Found(Clue.TEXT, "a shard, slice_ids", odd, "texts that are no pseudonyms")
    anew = _Digest()
    fill_shard(anew, shard.images, shard.slice_ids)
    if anew.found.hexdigest() != _digest(path):
        yield Found(Clue.HIDDEN, "a shard", 1, "container with more in it than slices and ids")


class _Digest:
    """A file that keeps of what is written its digest alone."""

    def __init__(self) -> None:
        self.found = hashlib.sha256()

    def write(self, content: bytes | memoryview, /) -> int:
        self.found.update(content)
        return len(content)

    def flush(self) -> None:
        """Do nothing: there is nothing to flush."""


def _digest(path: Path) -> str:
    with open_regular(path, role=path.name) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
