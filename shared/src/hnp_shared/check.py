"""Checks a data set against its own promises; looks at everything and collects what is wrong."""

import hashlib
import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from hnp_shared.columns import LEDGER, MANIFEST, Column
from hnp_shared.counted import counted
from hnp_shared.dataset import Dataset, open_dataset
from hnp_shared.dataset_info import (
    ALIASES,
    DATASET_FILE,
    SHARDS_FOLDER,
    TABLES_FOLDER,
)
from hnp_shared.errors import InputError, StorageError
from hnp_shared.ledger_check import same_slices
from hnp_shared.names import is_dropping, told
from hnp_shared.notices import Notice
from hnp_shared.opening import open_regular, read_regular
from hnp_shared.shard_check import check_shards, sample_of
from hnp_shared.small_groups import SmallGroups, small_groups
from hnp_shared.storage import NAME_HEX_DIGITS, TEMPORARY_PREFIX
from hnp_shared.vocabulary import (
    FIRST_VERSION,
    LEVEL_NAMES,
    MAX_AGE_YEARS,
    PARTITIONS,
    SCHEMA_VERSION,
    SEXES,
    WEIGHTING_SOURCES,
    Flag,
    Kind,
    Reason,
    State,
    Vendor,
)

_SORTED_BY = ("patient_id", "study_id", "series_id", "slice_position_mm", "slice_id")


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found.

    Attributes:
        files: that dataset.json names.
        slices: rows of the manifest.
        compared: slices whose pixels were compared with the manifest.
        findings: one sentence each; none when the data set is sound.
        groups: how small the groups of like people are; None when the manifest cannot tell.
        notices: what did not fit when it was built; no findings, but worth a look.
        origin: how the data set came to be: built, or merged of others.
    """

    dataset_id: str
    files: int
    slices: int
    compared: int
    findings: tuple[str, ...]
    groups: SmallGroups | None
    notices: tuple[Notice, ...] = ()
    origin: str = "built"

    @property
    def not_looked_at(self) -> tuple[str, ...]:
        """What the check says nothing about, in words."""
        rest = self.slices - self.compared
        pixels = (
            (f"pixels of {rest:,} of {counted(self.slices, 'slice')} (--deep)",) if rest else ()
        )
        return (*pixels, "the sources: whether labels and pixels are still theirs")


def check_dataset(folder: Path, *, deep: bool) -> CheckReport:
    """Check the data set in ``folder``.

    Args:
        folder: of the data set.
        deep: compare the pixels of all slices with the manifest, not of a sample.

    Raises:
        InputError: there is no data set, or its dataset.json is damaged.
    """
    dataset = open_dataset(folder)
    changed = dict(_check_files(dataset))
    findings = [
        *_check_info(dataset),
        *changed.values(),
        *_check_aliases(dataset),
        *_check_strays(dataset),
    ]
    slices, sample, groups = 0, frozenset[int](), None
    try:
        manifest, ledger = dataset.manifest_table(), dataset.ledger_table()
        slices = manifest.num_rows
        nulls = [
            *_check_nulls(manifest, MANIFEST, "manifest"),
            *_check_nulls(ledger, LEDGER, "ledger"),
        ]
        findings += nulls
        if not nulls:  # what is not there can be neither sorted nor compared
            groups = small_groups(manifest)
            findings += _check_tables(dataset, manifest, ledger)
            sample = frozenset(range(slices)) if deep else sample_of(manifest, changed)
            findings += check_shards(dataset, manifest, sample)
    except (InputError, StorageError) as error:
        findings.append(str(error))
    return CheckReport(
        dataset.info.dataset_id,
        len(dataset.info.files),
        slices,
        len(sample),
        tuple(findings),
        groups,
        dataset.info.notices,
        dataset.info.origin,
    )


def _check_info(dataset: Dataset) -> Iterator[str]:
    if dataset.info.schema_version not in (FIRST_VERSION, SCHEMA_VERSION):
        return  # a later minor version may say more than is known here
    content = read_regular(dataset.folder / DATASET_FILE, role=DATASET_FILE)
    if content != dataset.info.to_json():
        yield f"{DATASET_FILE} was changed after it was written"


def _check_files(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Yield the name of each file that is not as it was written, and what is wrong with it."""
    for name, expected in sorted(dataset.info.files.items()):
        path = dataset.folder / name
        try:
            size, digest = path.stat().st_size, _digest(path)
        except FileNotFoundError:
            yield name, f"{name} is missing"
            continue
        except OSError as error:
            yield name, str(StorageError.of(name, error))
            continue
        except InputError as error:
            yield name, str(error)
            continue
        if (size, digest) != (expected.size, expected.sha256):
            told = f"{size} bytes, sha256 {digest[:16]}"
            yield name, f"{name} is not what {DATASET_FILE} says: {told}"
        elif digest[:NAME_HEX_DIGITS] not in path.name:
            yield name, f"{name} is not named after its content"


def _check_aliases(dataset: Dataset) -> Iterator[str]:
    for alias, table in zip(ALIASES, (dataset.info.manifest, dataset.info.ledger), strict=True):
        path = dataset.folder / f"{alias}.parquet"
        try:
            same = table in dataset.info.files and _digest(path) == dataset.info.files[table].sha256
        except OSError as error:
            yield str(StorageError.of(path.name, error))
            continue
        except InputError as error:
            yield str(error)
            continue
        if not same:
            yield f"{path.name} is not the table that {DATASET_FILE} names"


def _check_strays(dataset: Dataset) -> Iterator[str]:
    named = {*dataset.info.files, DATASET_FILE, *(f"{alias}.parquet" for alias in ALIASES)}
    for path in sorted(dataset.folder.rglob("*")):
        below = path.relative_to(dataset.folder)
        name = below.as_posix()
        if name in named or name in (SHARDS_FOLDER, TABLES_FOLDER):
            continue
        if any(map(is_dropping, below.parts)):
            continue
        where = path.parent.name if "/" in name else "the data set"
        if path.name.startswith(TEMPORARY_PREFIX):
            yield f"an unfinished file lies in {where}"
        else:
            yield f"a stray file lies in {where}: {told([path.name])}"


def _check_tables(dataset: Dataset, manifest: pa.Table, ledger: pa.Table) -> Iterator[str]:
    info = dataset.info
    named = info.files.get(info.manifest)
    if named is None or named.sha256[:NAME_HEX_DIGITS] != info.dataset_id:
        yield f"dataset_id {info.dataset_id} is not that of the manifest"
    yield from _check_words(manifest, ledger)
    ids = manifest.column("slice_id").to_pylist()
    if len(set(ids)) != len(ids):
        yield "slice_id is not unique"
    order = manifest.select(_SORTED_BY).to_pylist()
    if any(_key(one) > _key(other) for one, other in itertools.pairwise(order)):
        yield "the manifest is not sorted"
    if not same_slices(manifest, ledger):
        yield "manifest and accepted rows of the ledger name different slices"
    for column, counts in (("state", info.states), ("reason", info.reasons)):
        found = Counter(value for value in ledger.column(column).to_pylist() if value)
        if dict(found) != dict(counts):
            yield f"ledger counts by {column} differ from {DATASET_FILE}"


def _check_nulls(table: pa.Table, columns: tuple[Column, ...], name: str) -> Iterator[str]:
    for column in columns:
        count = table.column(column.name).null_count
        if count and not column.null:
            yield f"{name}: {count} nulls in {column.name}"


def _check_words(manifest: pa.Table, ledger: pa.Table) -> Iterator[str]:
    flags = {flag for row in manifest.column("flags").to_pylist() for flag in row or ()}
    closed: tuple[tuple[str, set[str | None], set[str]], ...] = (
        *(
            (name, set(manifest.column(name).to_pylist()), set(words))
            for name, words in (
                ("partition", PARTITIONS),
                ("level_name", LEVEL_NAMES),
                ("sex", SEXES),
                ("vendor", Vendor),
                ("weighting_from", WEIGHTING_SOURCES),
            )
        ),
        ("flags", flags, set(Flag)),
        ("kind", set(ledger.column("kind").to_pylist()), set(Kind)),
        ("state", set(ledger.column("state").to_pylist()), set(State)),
        ("reason", set(ledger.column("reason").to_pylist()), set(Reason)),
    )
    for name, found, allowed in closed:
        unknown = found - allowed - {None}
        if unknown:
            yield f"{name}: {len(unknown)} values that are not in the closed list"
    oldest = pc.max(manifest.column("age")).as_py()
    if oldest is not None and oldest > MAX_AGE_YEARS:
        yield f"age: found a value above {MAX_AGE_YEARS}"


def _key(row: dict[str, object]) -> tuple[object, ...]:
    position = row["slice_position_mm"]
    ids = [row[name] for name in ("patient_id", "study_id", "series_id")]
    return (*ids, position is None, position or 0.0, row["slice_id"])


def _digest(path: Path) -> str:
    with open_regular(path, role=path.name) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
