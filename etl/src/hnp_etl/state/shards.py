"""Planned and built shards; one built before is known again by its plan."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from hnp_etl.files.file_stat import FileStat
from hnp_etl.files.source_file import SourceFile
from hnp_etl.reading.sealed import pack_header, reason_of, seal, unpack_frame, unseal
from hnp_etl.recipes.recipe import Recipe
from hnp_etl.sharding.shard_plan import PlannedSlice, ShardPlan
from hnp_etl.sharding.shard_result import Refusal, SampleRow, ShardResult, resettle
from hnp_etl.state.corrections import findings_said, left_out
from hnp_etl.state.database import SINGLE, place_of
from hnp_shared.storage import Written

ORDER = "patient_id, study_id, series_id, position_mm IS NULL, position_mm, slice_id"
"""Order of the manifest and of slices within a shard."""


def plans(
    state: sqlite3.Connection, spans: Sequence[tuple[str, str]], recipe: Recipe
) -> Iterator[ShardPlan]:
    """Yield the plan of each span of patients, slices in the order of the manifest."""
    said, excluded = findings_said(state), left_out(state)
    for first, last in spans:
        rows = state.execute(
            f"SELECT slice.{', '.join(_PlannedRow._fields)} FROM slice "
            f"JOIN file ON file.id = slice.file WHERE patient_id BETWEEN ? AND ? ORDER BY {ORDER}",
            (first, last),
        )
        slices = tuple(_planned(_PlannedRow._make(row), said, excluded) for row in rows)
        yield ShardPlan(slices, recipe.image, recipe.limits, recipe.selection.burned_text)


class _PlannedRow(NamedTuple):
    id: int
    frame: int
    slice_id: str
    patient_id: str
    raw: bytes
    path: bytes
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    level: int | None
    code: str | None
    facts: str


def _planned(
    row: _PlannedRow,
    said: Mapping[int, tuple[int | None, str | None]],
    excluded: frozenset[int],
) -> PlannedSlice:
    return PlannedSlice(
        id=row.id,
        slice_id=row.slice_id,
        patient_id=row.patient_id,
        path=row.path,
        file=SourceFile(row.raw, FileStat(row.size, row.mtime_ns, row.ctime_ns, row.inode)),
        finding=said.get(row.id, (row.level, row.code)),
        header=row.facts
        if row.frame == SINGLE
        else pack_header(unpack_frame(row.facts, row.frame)),
        frame=row.frame,
        excluded=row.id in excluded,
    )


def any_in_archives(state: sqlite3.Connection) -> bool:
    """Tell whether a chosen slice lies in an archive."""
    found = state.execute(
        "SELECT 1 FROM slice JOIN file ON file.id = slice.file WHERE instr(raw, x'00') > 0 LIMIT 1"
    )
    return found.fetchone() is not None


def begin_shards(state: sqlite3.Connection) -> None:
    """Forget which slice lies where; shards built before stay known."""
    with state:
        state.execute("DELETE FROM sample")


def built_before(state: sqlite3.Connection, plan: ShardPlan, folder: Path) -> ShardResult | None:
    """Return what becomes of a plan whose pixels lie in ``folder``, None when they do not."""
    digest = plan.digest()
    row = state.execute(
        "SELECT name, sha256, size, samples, refusals FROM shard WHERE plan = ?", (digest,)
    ).fetchone()
    if row is None:
        return None
    name, sha256, size, samples, refusals = row
    file = Written(name, sha256, size) if name else None
    if file is not None:
        path = folder / file.name
        if not path.is_file() or path.stat().st_size != file.size:
            return None
    before = ShardResult(
        digest,
        file,
        tuple(SampleRow(**each) for each in json.loads(unseal(samples))),
        tuple(
            Refusal(number, reason_of(reason), copied, detail)
            for number, reason, copied, detail in json.loads(unseal(refusals))
        ),
    )
    return resettle(plan, before)


def note_shard(state: sqlite3.Connection, result: ShardResult) -> None:
    """Remember a built shard, its slices and its refusals."""
    file = result.file
    with state:
        if result.lasting:
            state.execute(
                "INSERT OR REPLACE INTO shard VALUES (?, ?, ?, ?, ?, ?)",
                (
                    result.plan,
                    *((file.name, file.sha256, file.size) if file else (None, None, None)),
                    *map(seal, result.to_json()),
                ),
            )
        state.executemany(
            "INSERT INTO outcome VALUES (?, ?, ?, ?)",
            [(*place_of(each.id), each.reason, each.detail) for each in result.refused],
        )
        name = file.name if file else ""
        state.executemany(
            "INSERT INTO sample VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    *(row.id, name, row.row, row.sha256, row.source_min, row.source_max),
                    *(row.pixel_row_mm, row.pixel_col_mm, row.has_text),
                )
                for row in result.rows
            ],
        )


def forget_other_shards(state: sqlite3.Connection, kept: frozenset[str]) -> None:
    """Drop remembered shards whose files are gone."""
    rows = state.execute("SELECT plan, name FROM shard").fetchall()
    with state:
        state.executemany(
            "DELETE FROM shard WHERE plan = ?",
            [(plan,) for plan, name in rows if name is not None and name not in kept],
        )
