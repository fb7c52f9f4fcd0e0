"""The few files that somebody asks about, and what has to be read to answer for them."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from hnp_etl.reading.read import Ref
from hnp_etl.reading.sealed import reason_of, unpack_header, unpack_label
from hnp_etl.state.asked_file import Asked
from hnp_etl.state.asked_frames import frames_of
from hnp_etl.state.database import EXCLUDED, SINGLE, Row, pages
from hnp_etl.state.files import REF, UNREAD, ref_of
from hnp_etl.state.label_conflicts import rivals
from hnp_etl.state.pairs import OUT_OF_PLAY
from hnp_etl.state.rows import ledger_rows
from hnp_shared.ledger import LedgerRow
from hnp_shared.vocabulary import Kind, Reason

OPENABLE = (Reason.NOT_PROCEDURE, Reason.SUPERSEDED, Reason.NAME_COLLISION)
"""Reasons for which a build does not open a file that could be opened."""

_MOST_FAULTS = 5
"""Wrong lines of a table that are told: the first ones show what is wrong with it."""

_REFS = f"SELECT {REF} FROM file WHERE file.id > ?"


def find(state: sqlite3.Connection, raw: bytes) -> int | None:
    """Return the number of the file at a path on the disk."""
    row = state.execute("SELECT id FROM file WHERE raw = ?", (raw,)).fetchone()
    return None if row is None else int(row[0])


def refs(state: sqlite3.Connection, numbers: Sequence[int]) -> list[Ref]:
    """Return those of the files that can be opened."""
    openable = ", ".join(f"'{reason}'" for reason in OPENABLE)
    found = _some(
        state,
        f"SELECT {REF} FROM file WHERE kind IN ('image', 'label') "
        f"AND (early IS NULL OR kind = 'image' AND early IN ({openable})) AND id",
        numbers,
    )
    return [ref_of(row) for row in found]


def closed(state: sqlite3.Connection, numbers: Sequence[int]) -> frozenset[int]:
    """Return those of the files that a build would not open."""
    found = _some(state, "SELECT id FROM file WHERE early IS NOT NULL AND id", numbers)
    return frozenset(row[0] for row in found)


def partners(state: sqlite3.Connection, numbers: Sequence[int]) -> list[Ref]:
    """Return the unread labels that images were paired with, and those that must agree."""
    found = _some(
        state,
        f"SELECT {REF} FROM file JOIN pair ON pair.label = file.id WHERE {UNREAD} AND pair.image",
        numbers,
    )
    beside = f"SELECT {REF} FROM file WHERE {UNREAD} AND kind = 'label' AND id"
    found += _some(state, beside, sorted(rivals(state, numbers)))
    return [ref_of(row) for row in dict.fromkeys(found)]


def lonely(state: sqlite3.Connection, numbers: Sequence[int]) -> bool:
    """Tell whether one of the files may still find its partner by what labels say."""
    found = _some(
        state,
        "SELECT id FROM file WHERE kind IN ('image', 'label') "
        f"AND (early IS NULL OR early NOT IN {OUT_OF_PLAY}) "
        "AND id NOT IN (SELECT image FROM pair) AND id NOT IN (SELECT label FROM pair) AND id",
        numbers,
    )
    return bool(found)


def labels_name_uids(state: sqlite3.Connection) -> bool:
    """Tell whether a label states a SOP Instance UID."""
    found = state.execute("SELECT 1 FROM label WHERE uid IS NOT NULL LIMIT 1").fetchone()
    return found is not None


def unread_of(state: sqlite3.Connection, kind: Kind) -> Iterator[Ref]:
    """Yield the files of a kind that were not opened yet."""
    yield from map(ref_of, pages(state, f"{_REFS} AND {UNREAD} AND kind = '{kind}'"))


def unread_beside(
    state: sqlite3.Connection, numbers: Sequence[int], *, everywhere: bool
) -> Iterator[Ref]:
    """Yield the unread files of the hospitals in which some chosen slices lie, or of all."""
    found = _some(state, "SELECT DISTINCT hospital FROM slice WHERE file", numbers)
    hospitals = {row[0] for row in found}
    rows = pages(state, f"SELECT {REF}, hospital FROM file WHERE id > ? AND {UNREAD}")
    yield from (ref_of(row) for row in rows if hospitals and (everywhere or row[-1] in hospitals))


def patients_of(state: sqlite3.Connection, numbers: Sequence[int]) -> list[str]:
    """Return the patient_ids of those of the files that were chosen, ascending."""
    found = _some(state, "SELECT DISTINCT patient_id FROM slice WHERE file", numbers)
    return sorted(row[0] for row in found)


def chosen(state: sqlite3.Connection, numbers: Sequence[int]) -> list[int]:
    """Return those of the files that were chosen so far."""
    return [row[0] for row in _some(state, "SELECT DISTINCT file FROM slice WHERE file", numbers)]


def answers(state: sqlite3.Connection, numbers: Sequence[int]) -> dict[int, Asked]:
    """Return what is known about the files."""
    found = _some(
        state,
        "SELECT file.id, file.kind, file.hospital, file.partition, file.size, file.early, "
        "file.facts, partner.raw, pair.step, label.facts, "
        "coalesce(label.refusal, document.refusal, document.early), told.weighting, "
        "coalesce(CASE WHEN file.refusal IS NOT NULL THEN file.detail END, "
        "(SELECT min(detail) FROM outcome WHERE outcome.file = file.id)), "
        "coalesce(label.detail, CASE WHEN document.refusal IS NOT NULL THEN document.detail END), "
        "pair.label, coalesce(pair.frame, 0) "
        "FROM file "  # the pair it is in, on either side
        "LEFT JOIN pair ON file.id = pair.image OR file.id = pair.label "
        "LEFT JOIN entry ON entry.id = pair.label "  # a label that is one of many in a file
        "LEFT JOIN file AS partner ON partner.id = CASE file.id WHEN pair.image "
        "THEN coalesce(entry.file, pair.label) ELSE pair.image END "
        "LEFT JOIN file AS document "  # the file of the label: itself, or its partner
        "ON document.id = "
        "CASE file.kind WHEN 'label' THEN file.id ELSE pair.label END "
        "LEFT JOIN label ON label.id = coalesce(pair.label, file.id) "  # what it says
        "LEFT JOIN told ON told.image = file.id WHERE file.id",
        numbers,
    )
    by_file: dict[int, list[_Answer]] = {}
    for row in map(_Answer._make, found):
        by_file.setdefault(row.id, []).append(row)
    return {number: _answer(state, rows) for number, rows in by_file.items()}


def _answer(state: sqlite3.Connection, rows: Sequence["_Answer"]) -> Asked:
    """Return what is known of a file, of which several labels may name a frame each."""
    row = rows[0]
    frames = frames_of(state, row.id) if row.kind == Kind.IMAGE else None
    if frames is not None:
        wanted = (frames.shown, SINGLE)
        mine = [each for each in rows if each.frame in wanted]
        row = max(mine, key=lambda each: each.frame, default=_unpaired(row))
        if row.frame == SINGLE and frames.reason is Reason.NO_LABEL:  # it may be of any frame
            row = _unpaired(row)
        row = row._replace(detail=frames.detail)
    told = replace(_asked(row), faults=_faults(state, row), labels=_labels(state, row))
    return replace(told, frames=frames)


def verdicts(state: sqlite3.Connection, numbers: Sequence[int]) -> dict[int, LedgerRow]:
    """Return the ledger rows of the files; their numbers stand for pseudonyms."""
    with state:
        state.execute("DELETE FROM ledger")
        state.executemany(
            "INSERT INTO ledger VALUES (?, ?)", [(f"{number}", number) for number in set(numbers)]
        )
    return {int(row.file_id): row for row in ledger_rows(state)}


class _Answer(NamedTuple):
    id: int
    kind: str
    hospital: str
    partition: str | None
    size: int
    early: str | None
    facts: str | None
    partner: bytes | None
    step: str | None
    label: str | None
    refusal: str | None
    weighting: str | None
    detail: str | None
    label_detail: str | None
    entry: int | None
    frame: int


def _unpaired(row: _Answer) -> _Answer:
    return row._replace(
        partner=None, step=None, label=None, refusal=None, label_detail=None, entry=None
    )


def _faults(state: sqlite3.Connection, row: _Answer) -> tuple[str, ...]:
    """Return what is wrong in a table, the first lines of it, or in the entry of an image."""
    where, number = ("file", row.id) if row.kind == Kind.LABEL else ("entry", row.entry)
    found = state.execute(f"SELECT what FROM fault WHERE {where} = ? ORDER BY rowid", (number,))
    told = [what for (what,) in found]
    rest = len(told) - _MOST_FAULTS
    return (*told[:_MOST_FAULTS], *([f"and {rest} more"] if rest > 0 else []))


def _labels(state: sqlite3.Connection, row: _Answer) -> tuple[int, int] | None:
    statement = (
        "SELECT count(*), count(claim.entry) FROM part JOIN entry ON entry.file = part.whole "
        "LEFT JOIN claim ON claim.entry = entry.id WHERE part.file = ?"
    )
    held, paired = state.execute(statement, (row.id,)).fetchone()
    return (held, paired) if held else None


def _asked(row: _Answer) -> Asked:
    kind = Kind(row.kind)
    excluded = row.early == EXCLUDED
    refusal = reason_of(row.refusal) if row.refusal and not excluded else None
    return Asked(
        id=row.id,
        kind=kind,
        hospital=row.hospital,
        partition=row.partition,
        size=row.size,
        early=reason_of(row.early) if row.early and not excluded else None,
        excluded=excluded,
        facts=unpack_header(row.facts) if row.facts and kind is Kind.IMAGE else None,
        partner=row.partner,
        step=row.step,
        label=unpack_label(row.label) if row.label else refusal,
        table=row.weighting,
        detail=row.detail,
        label_detail=row.label_detail,
    )


def _some(state: sqlite3.Connection, statement: str, numbers: Sequence[int]) -> list[Row]:
    """Run ``... WHERE id`` for some ids, few enough for one statement at a time."""
    found: list[Row] = []
    for start in range(0, len(numbers), 500):
        part = tuple(numbers[start : start + 500])
        found += state.execute(f"{statement} IN ({', '.join('?' * len(part))})", part).fetchall()
    return found
