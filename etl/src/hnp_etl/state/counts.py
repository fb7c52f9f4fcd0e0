"""What lies in the state after pairing, as records to be counted; nothing is written here."""

import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import partial

from hnp_etl.files.place import is_inside, whole_of
from hnp_etl.labels.document import Leaf
from hnp_etl.reading.sealed import unpack_leaves
from hnp_etl.state.database import EXCLUDED, SINGLE, Row
from hnp_shared.vocabulary import Kind, Reason

_AT_A_TIME = 1000
_MET = f"early IS NOT '{EXCLUDED}'"


@dataclass(frozen=True, slots=True)
class Place:
    """Files of one kind that share hospital, procedure and partition.

    Attributes:
        size: of all of them, bytes.
    """

    hospital: str
    procedure: str | None
    partition: str | None
    kind: Kind
    files: int
    size: int


@dataclass(frozen=True, slots=True)
class OtherFile:
    """One file met; `raw` is its path on the disk."""

    path: str
    size: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """One archive met.

    Attributes:
        reason: why it cannot be read.
        read: whether its members were met.
    """

    path: str
    size: int
    reason: Reason | None
    read: bool


@dataclass(frozen=True, slots=True)
class ReadImage:
    """An image whose header could be read, and the label that belongs to it.

    Attributes:
        facts: sealed header facts.
        label: sealed label facts, None when there is none or it was refused.
        paired: whether a label belongs to it.
    """

    file_id: int
    hospital: str
    procedure: str | None
    facts: str
    paired: bool
    label: str | None


@dataclass(frozen=True, slots=True)
class UnpairedFile:
    """A file without a partner; `scope` is hospital, procedure and partition."""

    file_id: int
    kind: Kind
    scope: tuple[str, str, str]
    stem: str


def places(state: sqlite3.Connection) -> list[Place]:
    """Return how many files lie where."""
    rows = state.execute(
        "SELECT hospital, procedure, partition, kind, count(*), sum(size) FROM file "
        f"WHERE {_MET} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
    )
    return [
        Place(hospital, procedure, partition, Kind(kind), count, size)
        for hospital, procedure, partition, kind, count, size in rows
    ]


def excluded(state: sqlite3.Connection) -> int:
    """Return how many files are left out by a pattern."""
    found = state.execute("SELECT count(*) FROM file WHERE early = ?", (EXCLUDED,)).fetchone()
    return int(found[0])


def reasons(state: sqlite3.Connection) -> list[tuple[Kind, Reason, int]]:
    """Return how many files could not be opened or read, and why."""
    rows = state.execute(
        "SELECT kind, coalesce(early, file.refusal, label.refusal) AS reason, count(*) "
        "FROM file LEFT JOIN label USING (id) "  # why a label that was read says nothing
        f"WHERE reason IS NOT NULL AND {_MET} GROUP BY 1, 2 ORDER BY 1, 2"
    )
    return [(Kind(kind), Reason(reason), count) for kind, reason, count in rows]


def encodings(state: sqlite3.Connection) -> list[tuple[str, int]]:
    """Return how many labels are in which encoding."""
    return state.execute(
        "SELECT encoding, count(*) FROM file WHERE encoding IS NOT NULL GROUP BY 1 ORDER BY 1"
    ).fetchall()


def steps(state: sqlite3.Connection) -> dict[str, int]:
    """Return how many pairs each step of the contract found."""
    return dict(state.execute("SELECT step, count(*) FROM pair GROUP BY step ORDER BY step"))


def others(state: sqlite3.Connection) -> Iterator[OtherFile]:
    """Yield every file that is neither image nor label by its name."""
    statement = f"SELECT path, size, raw FROM file WHERE kind = 'other' AND {_MET} ORDER BY path"
    for path, size, raw in _rows(state, statement):
        yield OtherFile(path.decode("utf-8", "surrogateescape"), size, raw)


def archives(state: sqlite3.Connection) -> Iterator[ArchiveFile]:
    """Yield every archive, with what became of it."""
    on_disk = "SELECT DISTINCT substr(raw, 1, instr(raw, x'00') - 1) FROM file"
    rows = _rows(state, f"{on_disk} WHERE instr(raw, x'00') > 0")
    opened = {whole_of(raw) for (raw,) in rows}
    statement = "SELECT path, size, raw, early FROM file WHERE kind = 'archive'"
    for path, size, raw, early in _rows(state, f"{statement} AND {_MET} ORDER BY path"):
        read = is_inside(raw) or whole_of(raw) in opened
        reason = Reason(early) if early else None
        yield ArchiveFile(path.decode("utf-8", "surrogateescape"), size, reason, read)


def tables(state: sqlite3.Connection, suffixes: Collection[str]) -> Iterator[OtherFile]:
    """Yield the files that are tables by their names, whatever the recipe makes of them."""
    statement = "SELECT path, size, raw FROM file WHERE kind <> 'image' ORDER BY path"
    for path, size, raw in _rows(state, statement):
        text = path.decode("utf-8", "surrogateescape")
        name = text.rpartition("/")[2]
        if name.casefold().endswith(tuple(suffixes)) and not name.startswith((".", "~$")):
            yield OtherFile(text, size, raw)


def image_names(state: sqlite3.Connection) -> Iterator[tuple[str, str | None]]:
    """Yield stem and SOP Instance UID of each image."""
    for name, uid in _rows(state, "SELECT name, uid FROM file WHERE kind = 'image'"):
        yield name.decode("utf-8", "surrogateescape"), uid


def leaves(state: sqlite3.Connection) -> Iterator[tuple[str, tuple[Leaf, ...]]]:
    """Yield hospital and leaves of every label that could be read."""
    statement = (
        "SELECT hospital, facts FROM file "
        "WHERE kind = 'label' AND early IS NULL AND facts IS NOT NULL ORDER BY id"
    )
    for hospital, facts in _rows(state, statement):
        yield hospital, unpack_leaves(facts)


def images(state: sqlite3.Connection) -> Iterator[ReadImage]:
    """Yield every image whose header could be read."""
    # an image need not have a label, nor its label be one that could be used
    statement = (
        "SELECT image.id, image.hospital, image.procedure, image.facts, pair.label IS NOT NULL, "
        "label.facts FROM file AS image LEFT JOIN pair ON pair.image = image.id "
        f"AND pair.frame = {SINGLE} LEFT JOIN label ON label.id = pair.label "
        "WHERE image.kind = 'image' AND image.early IS NULL AND image.facts IS NOT NULL "
        "ORDER BY image.id"
    )
    for number, hospital, procedure, facts, paired, label in _rows(state, statement):
        yield ReadImage(number, hospital, procedure, facts, bool(paired), label)


def frame_labels(state: sqlite3.Connection, file_id: int) -> dict[int, str | None]:
    """Return sealed label facts of single frames of an image, None where one was refused."""
    return dict(
        state.execute(
            "SELECT frame, label.facts FROM pair JOIN label ON label.id = pair.label "
            f"WHERE image = ? AND frame > {SINGLE}",
            (file_id,),
        ).fetchall()
    )


def loose(state: sqlite3.Connection) -> Iterator[UnpairedFile]:
    """Yield images and labels that could be read and have no partner."""
    statement = (
        "SELECT id, kind, hospital, coalesce(procedure, ''), coalesce(partition, ''), name "
        "FROM file WHERE kind IN ('image', 'label') AND early IS NULL AND facts IS NOT NULL "
        "AND id NOT IN (SELECT image FROM pair) AND id NOT IN (SELECT label FROM pair) "
        "AND id NOT IN (SELECT file FROM entry) "  # a table is no label itself
        "ORDER BY id"
    )
    for number, kind, hospital, procedure, partition, name in _rows(state, statement):
        scope = (hospital, procedure, partition)
        yield UnpairedFile(number, Kind(kind), scope, name.decode("utf-8", "surrogateescape"))


def _rows(state: sqlite3.Connection, statement: str) -> Iterator[Row]:
    cursor = state.execute(statement)
    for batch in iter(partial(cursor.fetchmany, _AT_A_TIME), []):
        yield from batch
