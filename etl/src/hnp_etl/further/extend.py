"""Makes a data set with further columns of one that is there, and of a hospital's table.

Shards and ledger are those of the old data set; no picture and no source is opened.
"""

import contextlib
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from hnp_etl.datasets.replacing import replace_dataset
from hnp_etl.errors import FileError
from hnp_etl.further.joined_contents import Joining, joined_contents
from hnp_etl.further.names import label_recipe, refuse_names, refuse_twice
from hnp_etl.further.owners import Matched, match
from hnp_etl.further.table import Asked, keyed_lines
from hnp_etl.further.values import Cell, FurtherColumn, Read, read_column
from hnp_etl.further.wanted import Wanted
from hnp_etl.labels.sources.table import read_table
from hnp_etl.limits import LIMITS
from hnp_etl.private.folder import hold_out, hold_still, refuse_no_private
from hnp_etl.recipes.grammar import word
from hnp_etl.state import people
from hnp_etl.walking.walk import refuse_overlap
from hnp_shared.dataset import open_dataset
from hnp_shared.dataset_info import (
    DATASET_FILE,
    DatasetInfo,
)
from hnp_shared.errors import InputError, StorageError
from hnp_shared.joined_tables import JoinedTable
from hnp_shared.opening import read_regular
from hnp_shared.places import refuse_in_dataset
from hnp_shared.storage import DISK, Disk

KEYS: Mapping[str, Sequence[str]] = {
    "patient": ("Patient_ID", "PatientID", "환자ID", "환자번호"),
    "study": ("StudyInstanceUID", "Study_UID", "Study"),
}
"""By what a line may name its owner -> names of that column, beside those of the recipe."""

_ROLE = "the table"


@dataclass(frozen=True, slots=True)
class ExtendConfig:
    """What a user asks for.

    Attributes:
        out: the data set.
        table: CSV or Excel.
        key: of `KEYS`.
        wanted: the columns that may pass.
        new: folder of the data set to be made.
        private: private folders of the data set; of a merged one, those of its parts.
        hospitals: of which the table is; none for all.
        hospital_column: that tells the hospital of each line; None where one does not.
        key_column: name of the column of the key; None for the usual ones.
        digits: significant digits to round numbers with fractions to.
        disk: where writes go.
    """

    out: Path
    table: Path
    key: str
    wanted: Sequence[Wanted]
    new: Path
    private: Sequence[Path]
    hospitals: Sequence[str] = ()
    hospital_column: str | None = None
    key_column: str | None = None
    digits: int | None = None
    disk: Disk = DISK


@dataclass(frozen=True, slots=True)
class ExtendReport:
    """What was made.

    Attributes:
        matched: lines of the table and whom they name.
        owners: patients or studies of the data set.
        unreadable: wanted column -> places of values that cannot be read, where there are any.
    """

    info: DatasetInfo
    columns: Sequence[FurtherColumn]
    matched: Matched
    owners: int
    unreadable: Mapping[str, Sequence[str]]


def extend(config: ExtendConfig) -> ExtendReport:
    """Make ``config.new`` the data set ``config.out`` with further columns.

    Raises:
        InputError: the table, the private folder or a column cannot be used.
        OutputError: ``config.new`` is in use or holds something else.
        StorageError: a write failed; the data set that was there stands.
    """
    refuse_overlap([config.out], {"--out": config.new}, of="data set")
    refuse_in_dataset(config.new.absolute().parent)
    with contextlib.ExitStack() as locks:
        for folder in config.private:
            refuse_no_private(folder)
        for folder in (config.out, *config.private):
            locks.enter_context(hold_still(folder))
        dataset = open_dataset(config.out)
        if not dataset.is_whole():
            raise InputError(f"data set {dataset.info.dataset_id} is not whole; see hnp-etl check")
        manifest = dataset.manifest_table()
        refuse_names(config.wanted, dataset.info, manifest.column_names)
        content = _content(config.table)
        matched, there = _match(config, dataset.info, manifest, content)
        read = _read(config, dataset.info, matched)
        columns = [column for each in read.values() for column in each.columns]
        refuse_twice([*manifest.column_names, *(column.name for column in columns)])
        locks.enter_context(hold_out(config.new, disk=config.disk))
        refuse_other_key(config.new, dataset.info.key_id)
        joined = _told(config, content, columns, matched)
        joining = Joining(f"{config.key}_id", columns, joined)
        contents = joined_contents(dataset, joining, config.new, disk=config.disk)
        info = replace_dataset(config.new, contents, disk=config.disk)
    unreadable = {name: each.unreadable for name, each in read.items() if each.unreadable}
    return ExtendReport(info, columns, matched, there, unreadable)


def _content(path: Path) -> bytes:
    try:
        content = read_regular(path, role=_ROLE, most_bytes=LIMITS.label_bytes + 1)
    except OSError as error:
        raise StorageError.of(_ROLE, error) from error
    if not 0 < len(content) <= LIMITS.label_bytes:
        found = "no bytes" if not content else "more bytes"
        raise InputError(f"{_ROLE} holds {found}, expected up to {LIMITS.label_bytes:,}")
    return content


def _match(
    config: ExtendConfig, info: DatasetInfo, manifest: pa.Table, content: bytes
) -> tuple[Matched, int]:
    """Return whom the lines name, and how many owners the data set has."""
    names = [config.key_column] if config.key_column else list(KEYS[config.key])
    if config.key == "patient" and not config.key_column:
        names += label_recipe(info, "fields").get("patient", ())
    asked = Asked(names, config.wanted, config.hospital_column, _missing(info))
    try:
        lines = keyed_lines(read_table(content, LIMITS), asked)
    except FileError as error:
        raise InputError(f"{_ROLE} cannot be used: {error.what}") from error
    owners = frozenset(manifest.column(f"{config.key}_id").to_pylist())
    known = _known(config, info, frozenset(pc.unique(manifest.column("hospital")).to_pylist()))
    if not owners & {each.owner for each in known}:
        raise InputError(
            "the private folder knows nobody of the data set, expected its own; --private DIR "
            "says which (of a merged data set, each of its parts)"
        )
    return match(lines, known, owners), len(owners)


def _known(
    config: ExtendConfig, info: DatasetInfo, hospitals: frozenset[str]
) -> list[people.Known]:
    unknown = sorted(set(config.hospitals) - hospitals)
    if unknown:
        raise InputError(
            f"found --hospital {unknown[0]}, expected one of {', '.join(sorted(hospitals))}"
        )
    wanted = frozenset(config.hospitals) or hospitals
    if config.key == "study":
        return [
            each
            for each in chain.from_iterable(map(people.studies, config.private))
            if each.hospital in wanted
        ]
    is_told = config.hospitals or config.hospital_column
    everywhere = info.recipe.get("identity", {}).get("scope") == "all"
    if len(hospitals) > 1 and not is_told and not everywhere:
        raise InputError(
            f"the data set is of {len(hospitals)} hospitals, in which one number may be several "
            "people; expected --hospital NAME, once for each that the table is of "
            f"({', '.join(sorted(hospitals))}), or --hospital-column HEADER"
        )
    sources = {name: info.identity.get(name, "") for name in wanted}
    return [each for folder in config.private for each in people.patients(folder, sources)]


def _missing(info: DatasetInfo) -> frozenset[str]:
    return frozenset(word(str(each)) for each in label_recipe(info, "missing") or ())


def _read(config: ExtendConfig, info: DatasetInfo, matched: Matched) -> dict[str, Read]:
    missing = _missing(info)
    found = {}
    for number, wanted in enumerate(config.wanted):
        cells = [
            Cell(line.place, line.key or "", owner, line.cells[number])
            for line, owner in matched.lines
        ]
        found[wanted.header] = read_column(wanted, cells, missing, config.digits)
    return found


def refuse_other_key(new: Path, key_id: str) -> None:
    """Refuse to write over a data set of another key.

    Raises:
        InputError: one is there.
    """
    if (new / DATASET_FILE).exists():
        found = open_dataset(new).info.key_id
        if found != key_id:
            raise InputError(f"--out holds a data set of key {found}, expected {key_id} or none")


def _told(
    config: ExtendConfig, content: bytes, columns: Sequence[FurtherColumn], matched: Matched
) -> JoinedTable:
    others = matched.unmatched + matched.keyless + matched.unclear
    return JoinedTable(
        key=config.key,
        sha256=hashlib.sha256(content).hexdigest(),
        columns={column.name: column.meaning for column in columns},
        lines=len(matched.lines) + others,
        matched=len(matched.lines),
        unmatched=others,
        patients=matched.owners,
    )
