"""Compares two data sets row by row, from their tables alone."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from hnp_etl.datasets.causes import Between, Cause, cause_of_absence, cause_of_change
from hnp_shared.columns import MANIFEST
from hnp_shared.dataset import Dataset
from hnp_shared.dataset_info import DatasetInfo
from hnp_shared.errors import InputError
from hnp_shared.vocabulary import Flag, Reason

_PLACE = frozenset({"slice_id", "shard", "row"})
"""Columns that say which row it is and where its pixels lie, not what it is."""

_COMPARED = tuple(column.name for column in MANIFEST if column.name not in _PLACE)

_ABSENT = "not met"


@dataclass(frozen=True, slots=True)
class RowChange:
    """A slice that differs.

    Attributes:
        change: `added`, `removed` or `changed`.
        columns: that differ, of a changed one.
        reason: of its file in the data set that lacks it; None for a file not met there.
    """

    slice_id: str
    hospital: str
    change: str
    cause: Cause
    columns: tuple[str, ...] = ()
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class FileChange:
    """Files of one kind that came to another end.

    Attributes:
        before: state or reason in the old ledger, or `not met`; after likewise.
    """

    kind: str
    before: str
    after: str
    files: int


@dataclass(frozen=True, slots=True)
class Difference:
    """All that differs between two data sets.

    Attributes:
        slices: of the old data set.
        rows: sorted by hospital, change and slice_id.
    """

    old: DatasetInfo
    new: DatasetInfo
    slices: int
    rows: tuple[RowChange, ...]
    files: tuple[FileChange, ...]

    def counts(self) -> dict[str, int]:
        """Return change -> slices."""
        return dict(Counter(row.change for row in self.rows))


def compare(old: Dataset, new: Dataset) -> Difference:
    """Return what differs.

    Raises:
        InputError: the ids were made with different keys, or a table is unusable.
    """
    if old.info.key_id != new.info.key_id:
        merged = [
            f"; {role} is {info.origin}"
            for role, info in (("OLD", old.info), ("NEW", new.info))
            if info.origin != "built"
        ]
        raise InputError(
            f"ids made with key {old.info.key_id} cannot be compared with those of key "
            f"{new.info.key_id}, expected two data sets of one key{''.join(merged)}"
        )
    between = Between(
        _differing_sections(old.info, new.info),
        old.info.tool != new.info.tool,
        old.info.corrections != new.info.corrections,
    )
    manifests, ledgers = (
        (old.manifest_table(), new.manifest_table()),
        (old.ledger_table(), new.ledger_table()),
    )
    rows = [
        *_absent("removed", manifests, ledgers, between),
        *_absent("added", manifests[::-1], ledgers[::-1], between),
        *_changed(*manifests, new.info.identity, between),
    ]
    rows.sort(key=lambda row: (row.hospital, row.change, row.slice_id))
    return Difference(
        old.info, new.info, manifests[0].num_rows, tuple(rows), _file_changes(*ledgers)
    )


def _differing_sections(old: DatasetInfo, new: DatasetInfo) -> frozenset[str]:
    names = {*old.recipe, *new.recipe}
    return frozenset(name for name in names if old.recipe.get(name) != new.recipe.get(name))


def _absent(
    change: str,
    manifests: tuple[pa.Table, pa.Table],
    ledgers: tuple[pa.Table, pa.Table],
    between: Between,
) -> Iterator[RowChange]:
    """Yield the slices of the first that the second lacks."""
    here, there = manifests
    missing = here.filter(
        pc.invert(pc.is_in(here.column("slice_id"), value_set=there.column("slice_id")))
    )
    files = ledgers[0].filter(
        pc.is_in(ledgers[0].column("slice_id"), value_set=missing.column("slice_id"))
    )
    file_of = dict(_pairs(files, "slice_id", "file_id"))
    met = ledgers[1].filter(
        pc.is_in(ledgers[1].column("file_id"), value_set=files.column("file_id"))
    )
    reason_of = dict(_pairs(met, "file_id", "reason"))
    for slice_id, hospital in _pairs(missing, "slice_id", "hospital"):
        found = reason_of.get(file_of.get(slice_id, ""))
        reason = Reason(found) if found else None
        cause = cause_of_absence(reason, between)
        yield RowChange(slice_id, hospital, change, cause, reason=reason)


def _changed(
    old: pa.Table, new: pa.Table, identity: Mapping[str, str], between: Between
) -> Iterator[RowChange]:
    places = pc.index_in(new.column("slice_id"), value_set=old.column("slice_id"))
    after, before = new.filter(pc.is_valid(places)), old.take(pc.drop_null(places))
    columns: dict[int, list[str]] = {}
    further = sorted({*old.column_names, *new.column_names} - {column.name for column in MANIFEST})
    for name in (*_COMPARED, *further):
        for index in _differing(*_columns_of(name, before, after)):
            columns.setdefault(index, []).append(name)
    ids, hospitals = after.column("slice_id"), after.column("hospital")
    for index, names in columns.items():
        one, other = (set(table.column("flags")[index].as_py()) for table in (before, after))
        hospital = hospitals[index].as_py()
        cause = cause_of_change(
            names,
            frozenset(one ^ other),
            identity.get(hospital, ""),
            between,
            corrected=Flag.CORRECTED in one | other,
        )
        yield RowChange(ids[index].as_py(), hospital, "changed", cause, tuple(names))


def _columns_of(name: str, *tables: pa.Table) -> list[pa.ChunkedArray]:
    """Return a column of both; nulls where a table lacks one that was joined to the other."""
    kinds = [table.schema.field(name).type for table in tables if name in table.column_names]
    same = kinds[0] if len(set(kinds)) == 1 else pa.string()  # a number in one, words in the other
    return [
        table.column(name).cast(same)
        if name in table.column_names
        else pa.chunked_array([pa.nulls(table.num_rows, same)])
        for table in tables
    ]


def _differing(before: pa.ChunkedArray, after: pa.ChunkedArray) -> list[int]:
    if pa.types.is_list(before.type):
        lists = [column.cast(pa.list_(pa.string())) for column in (before, after)]
        before, after = (pc.binary_join(each, ",") for each in lists)
    same = pc.fill_null(pc.equal(before, after), False)  # Arrow takes it so
    both_null = pc.and_(pc.is_null(before), pc.is_null(after))
    found: list[int] = pc.indices_nonzero(pc.invert(pc.or_(same, both_null))).to_pylist()
    return found


def _file_changes(old: pa.Table, new: pa.Table) -> tuple[FileChange, ...]:
    ends = [
        pa.table(
            {
                "file_id": ledger.column("file_id"),
                f"kind {name}": ledger.column("kind"),
                name: pc.coalesce(ledger.column("reason"), ledger.column("state")),
            }
        )
        for name, ledger in (("before", old), ("after", new))
    ]
    joined = ends[0].join(ends[1], keys="file_id", join_type="full outer")
    ways = zip(
        pc.coalesce(joined.column("kind before"), joined.column("kind after")).to_pylist(),
        pc.fill_null(joined.column("before"), _ABSENT).to_pylist(),
        pc.fill_null(joined.column("after"), _ABSENT).to_pylist(),
        strict=True,
    )
    counts = Counter(way for way in ways if way[1] != way[2])
    return tuple(FileChange(*way, files) for way, files in sorted(counts.items()))


def _pairs(table: pa.Table, one: str, other: str) -> Iterator[tuple[str, str]]:
    yield from zip(table.column(one).to_pylist(), table.column(other).to_pylist(), strict=True)
