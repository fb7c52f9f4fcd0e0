"""Planned and built shards; one built before is known again by its plan."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from hnp_etl.files.source_file import FileStat, SourceFile
from hnp_etl.reading.sealed import reason_of, seal, unseal
from hnp_etl.recipes.recipe import Recipe
from hnp_etl.sharding.shard_plan import PlannedSlice, ShardPlan
from hnp_etl.sharding.shard_result import Refusal, SampleRow, ShardResult, resettle
from hnp_shared.storage import Written

ORDER = "patient_id, study_id, series_id, position_mm IS NULL, position_mm, slice_id"
"""Order of the manifest and of slices within a shard."""


def plans(
    state: sqlite3.Connection, spans: Sequence[tuple[str, str]], recipe: Recipe
) -> Iterator[ShardPlan]:
    """Yield the plan of each span of patients, slices in the order of the manifest."""
    for first, last in spans:
        rows = state.execute(
            "SELECT slice.id, slice_id, patient_id, raw, path, size, mtime_ns, ctime_ns, inode, "
            f"level, code, facts FROM slice JOIN file USING (id) WHERE patient_id BETWEEN ? AND ? "
            f"ORDER BY {ORDER}",
            (first, last),
        )
        slices = []
        for row in rows:
            planned = PlannedSlice(
                id=row[0],
                slice_id=row[1],
                patient_id=row[2],
                path=row[4],
                file=SourceFile(row[3], FileStat(*row[5:9])),
                finding=row[9:11],
                header=row[11],
            )
            slices.append(planned)
        yield ShardPlan(tuple(slices), recipe.image, recipe.limits)


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
    file = Written(*row[:3]) if row[0] else None
    if file is not None:
        path = folder / file.name
        if not path.is_file() or path.stat().st_size != file.size:
            return None
    before = ShardResult(
        digest,
        file,
        tuple(SampleRow(**each) for each in json.loads(unseal(row[3]))),
        tuple(
            Refusal(number, reason_of(reason), sha256)
            for number, reason, sha256 in json.loads(unseal(row[4]))
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
            "INSERT INTO outcome VALUES (?, ?)",
            [(each.id, each.reason) for each in result.refused],
        )
        name = file.name if file else ""
        state.executemany(
            "INSERT INTO sample VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    *(row.id, name, row.row, row.sha256, row.source_min, row.source_max),
                    *(row.pixel_row_mm, row.pixel_col_mm),
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
