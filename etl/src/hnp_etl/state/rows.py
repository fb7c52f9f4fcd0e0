"""The rows of the two tables and of the linkage, streamed in the order of the contract."""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from hnp_etl.private.linkage import Link
from hnp_etl.private.pseudonyms import pseudonym
from hnp_etl.reading.sealed import reason_of, unpack_frame
from hnp_etl.state.chosen import CHOSEN_COLUMNS, ChosenRow
from hnp_etl.state.database import EXCLUDED, Row, pages, write_many
from hnp_etl.state.shards import ORDER
from hnp_shared.ledger import LedgerRow
from hnp_shared.manifest import ManifestRow
from hnp_shared.vocabulary import LEVEL_NAMES, Flag, Kind, Reason, State

_BATCH = 1000
_ROWS = (  # label files of many labels: sound when one of those is that name an image
    "SELECT part.file, CASE WHEN max(label.refusal IS NULL) = 0 THEN min(label.refusal) END "
    "AS refusal FROM part JOIN entry ON entry.file = part.whole JOIN label ON label.id = entry.id "
    "JOIN claim ON claim.entry = entry.id GROUP BY part.file"
)
_SLICES = (  # files with chosen frames: how many are stored, and the name of the one that is
    "SELECT slice.file, count(sample.id) AS stored, "
    "CASE count(sample.id) WHEN 1 THEN max(CASE WHEN sample.id IS NOT NULL THEN slice_id END) END "
    "AS slice_id "
    "FROM slice LEFT JOIN sample ON sample.id = slice.id GROUP BY slice.file"
)
IN_ORDER = " ".join(f"WHEN '{reason}' THEN {place}" for place, reason in enumerate(Reason))
"""Branches of a CASE that gives a reason's place in the order of gates."""

FURTHEST = (  # of several frames the one that came furthest tells for its file
    "SELECT reason FROM outcome WHERE outcome.file = file.id "
    f"ORDER BY CASE reason {IN_ORDER} END DESC LIMIT 1"
)
_OUTCOME = (  # accepted, reason, whether a label is of use
    "coalesce(slices.stored, 0) > 0, "
    f"coalesce(early, file.refusal, ({FURTHEST}), label.refusal, rows.refusal), "
    "pair.label IS NOT NULL OR rows.file IS NOT NULL OR opened.file IS NOT NULL"
)
# Every file once: the frames of it that were chosen, what a label says, whether an image uses it; a
# file of many labels is of use when one of them is.
_OUTCOMES = (
    f"LEFT JOIN ({_SLICES}) AS slices ON slices.file = file.id "
    "LEFT JOIN label ON label.id = file.id LEFT JOIN pair ON pair.label = file.id "
    "LEFT JOIN opened ON opened.file = file.id "
    f"LEFT JOIN ({_ROWS}) AS rows ON rows.file = file.id"
)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What became of the files met, by state and by reason, both in order."""

    states: Mapping[str, int]
    reasons: Mapping[str, int]


def manifest_rows(state: sqlite3.Connection) -> Iterator[ManifestRow]:
    """Yield the accepted slices, sorted."""
    cursor = state.execute(
        f"SELECT slice.{_COLUMNS}, {CHOSEN_COLUMNS} "  # `hospital`, the first, is in both
        "FROM slice JOIN sample USING (id) "  # an accepted slice is one with stored pixels
        f"JOIN file ON file.id = slice.file ORDER BY {ORDER}"
    )
    while batch := cursor.fetchmany(_BATCH):
        for row in batch:
            named = _NamedRow._make(row[:_FIRST])
            stored, chosen = _StoredRow._make(row[_FIRST:_LAST]), ChosenRow._make(row[_LAST:])
            chosen.check(named.seal)
            yield _manifest_row(named, stored, chosen)


def prepare_ledger(state: sqlite3.Connection, key: bytes) -> None:
    """Give every file its pseudonym, so that the ledger can be sorted by it."""
    with state:
        state.execute("DELETE FROM ledger")
    rows = pages(state, "SELECT id, path FROM file WHERE id > ?")
    write_many(
        state,
        "INSERT INTO ledger VALUES (?, ?)",
        (
            (pseudonym(key, "file", path.decode("utf-8", "surrogateescape")), number)
            for number, path in rows
        ),
    )


def ledger_rows(state: sqlite3.Connection) -> Iterator[LedgerRow]:
    """Yield one row per file met, sorted by file_id."""
    cursor = state.execute(
        f"SELECT ledger.file_id, kind, file.hospital, slice_id, {_OUTCOME} "
        f"FROM ledger JOIN file ON file.id = ledger.id {_OUTCOMES} ORDER BY file_id, kind, 5, 6"
    )
    while batch := cursor.fetchmany(_BATCH):
        for row in batch:
            yield _ledger_row(row)


def links(state: sqlite3.Connection) -> Iterator[Link]:
    """Yield where every accepted slice came from, sorted by slice_id."""
    found = state.execute(
        "SELECT slice_id, path, frame FROM slice JOIN sample USING (id) "
        "JOIN file ON file.id = slice.file ORDER BY slice_id"
    )
    for slice_id, path, frame in found:
        yield Link(slice_id, path.decode("utf-8", "surrogateescape"), frame or None)


def outcomes(state: sqlite3.Connection) -> Outcomes:
    """Count what becomes of the files, before any table is written."""
    found = state.execute(
        f"SELECT kind, {_OUTCOME}, count(*) FROM file {_OUTCOMES} GROUP BY 1, 2, 3, 4"
    )
    states, reasons = Counter[str](), Counter[str]()
    for kind, accepted, reason, paired, count in found:
        outcome, why = _outcome(kind, accepted, reason, paired)
        states[outcome] += count
        if why is not None:
            reasons[why] += count
    return Outcomes(dict(sorted(states.items())), dict(sorted(reasons.items())))


def used_places(state: sqlite3.Connection) -> Iterator[bytes]:
    """Yield where the members of archives lie that are of use."""
    found = state.execute(
        f"SELECT kind, {_OUTCOME}, raw FROM file {_OUTCOMES} "
        f"WHERE instr(raw, x'00') > 0 AND kind <> '{Kind.ARCHIVE}'"
    )
    for *told, raw in found:
        if _outcome(*told)[0] in (State.ACCEPTED, State.USED):
            yield raw


class _NamedRow(NamedTuple):
    """Whose slice it is, and where it came from."""

    hospital: str
    slice_id: str
    patient_id: str
    study_id: str
    series_id: str
    by_study: int
    suspect: int
    disordered: int
    seal: int
    frame: int
    partition: str | None
    facts: str


class _StoredRow(NamedTuple):
    """Where the pixels of a slice lie; columns of `sample`."""

    shard: str
    row: int
    sha256: str
    source_min: float
    source_max: float
    row_mm: float | None
    column_mm: float | None
    has_text: int


_FIRST = len(_NamedRow._fields)
_LAST = _FIRST + len(_StoredRow._fields)
_COLUMNS = ", ".join((*_NamedRow._fields, *_StoredRow._fields))


def _manifest_row(named: _NamedRow, stored: _StoredRow, chosen: ChosenRow) -> ManifestRow:
    facts = unpack_frame(named.facts, named.frame)
    marks = {
        Flag.PATIENT_SUSPECT: bool(named.suspect),
        Flag.LEVEL_ORDER: bool(named.disordered),
        Flag.PATIENT_FROM_STUDY: bool(named.by_study),
        Flag.BURNED_TEXT: bool(stored.has_text),
    }
    flags = chosen.flag_set() | {flag for flag, holds in marks.items() if holds}
    return ManifestRow(
        slice_id=named.slice_id,
        patient_id=named.patient_id,
        study_id=named.study_id,
        series_id=named.series_id,
        hospital=named.hospital,
        partition=named.partition,
        level=chosen.level,
        level_name=None if chosen.level is None else LEVEL_NAMES[chosen.level],
        label_code=chosen.code,
        is_patient=None if chosen.is_patient is None else bool(chosen.is_patient),
        age=chosen.age,
        sex=chosen.sex,
        canal_width_mm=chosen.canal_width_mm,
        shard=stored.shard,
        row=stored.row,
        pixel_sha256=stored.sha256,
        source_rows=facts.rows or 0,
        source_cols=facts.columns or 0,
        pixel_row_mm=stored.row_mm,
        pixel_col_mm=stored.column_mm,
        slice_thickness_mm=facts.slice_thickness_mm,
        slice_position_mm=chosen.position_mm,
        tilt_deg=chosen.tilt_deg,
        echo_time_ms=facts.echo_time_ms,
        repetition_time_ms=facts.repetition_time_ms,
        field_strength_t=facts.field_strength_t,
        vendor=facts.vendor,
        source_min=stored.source_min,
        source_max=stored.source_max,
        weighting_from=chosen.weighting_from,
        flags=tuple(sorted(flags)),
        frame=named.frame or None,
    )


def _ledger_row(row: Row) -> LedgerRow:
    file_id, kind, hospital, slice_id, accepted, reason, paired = row
    state, why = _outcome(kind, accepted, reason, paired)
    return LedgerRow(file_id, kind, hospital, state, why, slice_id if accepted else None)


def _outcome(
    kind: str, accepted: bool, reason: str | None, paired: bool
) -> tuple[State, Reason | None]:
    if accepted:
        return State.ACCEPTED, None
    if kind == Kind.ARCHIVE and paired:
        return State.USED, None
    if reason == EXCLUDED:
        return State.IGNORED, None
    if reason is not None:
        known = reason_of(reason)
        return known.state, known
    if kind == Kind.LABEL:
        return (State.USED, None) if paired else (State.REJECTED, Reason.NO_IMAGE)
    return State.IGNORED, None
