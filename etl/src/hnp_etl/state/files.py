"""Files met and what reading them told; remembered from run to run while a file is unchanged."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from hnp_etl.files.file_stat import UNKNOWN_INODE, FileStat
from hnp_etl.files.place import is_inside
from hnp_etl.files.source_file import SourceFile
from hnp_etl.limits import Limits
from hnp_etl.reading.read import FileFacts, Ref, reason_of_kind
from hnp_etl.recipes.recipe import Layout, Recipe
from hnp_etl.state.collisions import note_collisions, note_superseded
from hnp_etl.state.database import EXCLUDED, Row, get_meta, pages, set_meta, write_many
from hnp_etl.state.meanings import note_meanings
from hnp_etl.state.told import GARBLED, IDLE
from hnp_etl.walking.census import Census, CensusTaker
from hnp_etl.walking.paths import PathFacts, PathReader, path_bytes
from hnp_etl.walking.walk import FoundFile
from hnp_shared.vocabulary import UNCACHED_REASONS, Kind, Reason

_COLUMNS = (
    "path, raw, kind, hospital, procedure, partition, conflict, folder_key, trunk_key, stem_key, "
    "short_folder_key, short_trunk_key, short_stem_key, size, mtime_ns, ctime_ns, inode, young, "
    "patched, early, name, run"
)
_SAME = (
    "young = 0 AND size = excluded.size AND mtime_ns = excluded.mtime_ns "
    "AND ctime_ns = excluded.ctime_ns AND inode = excluded.inode"
)
_NOTE = f"""
INSERT INTO file ({_COLUMNS}) VALUES ({", ".join("?" * 22)})
ON CONFLICT (path, raw) DO UPDATE SET
    facts = CASE WHEN {_SAME} THEN facts END,
    refusal = CASE WHEN {_SAME} THEN refusal END,
    {", ".join(f"{name.strip()} = excluded.{name.strip()}" for name in _COLUMNS.split(",")[2:])}
"""  # names are ours

INODES = "inodes"
"""Remembered when they mean nothing where the sources lie."""


REF = "file.id, kind, raw, size, mtime_ns, ctime_ns, inode"
"""Columns that `ref_of` reads."""

UNREAD = "kind IN ('image', 'label') AND early IS NULL AND facts IS NULL AND refusal IS NULL"
"""Condition on `file`: it is still to be opened."""


def note_met(state: sqlite3.Connection, met: Iterable[FoundFile], recipe: Recipe) -> Census:
    """Remember the files met in this run and forget those that are gone."""
    _forget_other_limits(state, recipe.limits)
    _forget_other_source(state, recipe.label.source)
    inodes = get_meta(state, INODES) is None
    run = int(get_meta(state, "run") or 0) + 1
    set_meta(state, "run", str(run))
    reader = path_reader(recipe)
    taker, rules = CensusTaker(), (recipe.layout, recipe.limits)
    rows = (
        _row(
            file if inodes else file._replace(inode=UNKNOWN_INODE),
            reader.facts(file.path),
            _is_young(file, taker),
            run,
            rules,
        )
        for file in met
    )
    write_many(state, _NOTE, rows)
    set_meta(state, GARBLED, str(len(reader.garbled)))
    set_meta(state, IDLE, " ".join(map(str, reader.excludes.idle)))
    with state:
        state.execute("DELETE FROM file WHERE run <> ?", (run,))
        marks = ", ".join("?" * len(UNCACHED_REASONS))
        state.execute(
            f"UPDATE file SET refusal = NULL WHERE refusal IN ({marks})",
            tuple(UNCACHED_REASONS),
        )
    note_collisions(state)
    note_superseded(state, reader)
    return taker.result()


def _is_young(met: FoundFile, taker: CensusTaker) -> bool:
    """Count what lies on the disk; tell whether a file, or its archive, may change unseen."""
    return taker.is_young(met) if is_inside(met.raw) else taker.add(met)


def path_reader(recipe: Recipe) -> PathReader:
    """Return the reader of paths under a recipe."""
    source = recipe.label.origin
    return PathReader(recipe.layout, source.suffixes, of_many=source.module is not None)


def images_left(state: sqlite3.Connection) -> int:
    """Return how many images the recipe's procedures leave."""
    condition = "kind = 'image' AND (early IS NULL OR early NOT IN (?, ?))"
    return _count(state, condition, (Reason.NOT_PROCEDURE, EXCLUDED))


def holds_excel(state: sqlite3.Connection) -> bool:
    """Tell whether an Excel table is to be opened."""
    excel = "kind = 'label' AND lower(CAST(path AS TEXT)) LIKE '%.xls_'"
    return _count(state, f"{UNREAD} AND {excel}") > 0


def unread_count(state: sqlite3.Connection) -> int:
    """Return how many files are still to be opened."""
    return _count(state, UNREAD)


def unread(state: sqlite3.Connection, batch: int) -> Iterator[list[Ref]]:
    """Yield batches of files to open."""
    refs: list[Ref] = []
    for row in pages(state, f"SELECT {REF} FROM file WHERE id > ? AND {UNREAD}"):
        refs.append(ref_of(row))
        if len(refs) == batch:
            yield refs
            refs = []
    if refs:
        yield refs


def unreadable(state: sqlite3.Connection, batch: int) -> list[list[Ref]]:
    """Return batches of the files that could not be read just now."""
    rows = state.execute(
        f"SELECT {REF} FROM file WHERE refusal = ? ORDER BY id", (Reason.UNREADABLE,)
    ).fetchall()
    refs = [ref_of(row) for row in rows]
    return [refs[start : start + batch] for start in range(0, len(refs), batch)]


def ref_of(row: Row) -> Ref:
    """Return the file of a row of the columns `REF`; more may follow."""
    number, kind, raw, size, mtime_ns, ctime_ns, inode, *_ = row
    return Ref(number, Kind(kind), SourceFile(raw, FileStat(size, mtime_ns, ctime_ns, inode)))


def note_facts(state: sqlite3.Connection, found: Sequence[FileFacts]) -> None:
    """Remember what reading told."""
    rows = [
        (each.facts, each.refusal, each.detail, each.uid, each.encoding, each.frames, each.id)
        for each in found
    ]
    with state:
        state.executemany(
            "UPDATE file SET facts = ?, refusal = ?, detail = ?, uid = ?, encoding = ?, "
            "frames = ? WHERE id = ?",
            rows,
        )
        note_meanings(state, found)


def _row(
    met: FoundFile, facts: PathFacts, young: bool, run: int, rules: tuple[Layout, Limits]
) -> Row:
    keys, short = facts.keys, facts.short_keys
    return (
        path_bytes(met.path.strip()),  # as pseudonyms see it
        met.raw,
        facts.kind if met.readable else Kind.IMAGE,  # a closed folder may hide images
        facts.hospital,
        facts.procedure,
        facts.partition,
        facts.conflict,
        *(keys.folder, keys.trunk, keys.stem),
        *(short.folder, short.trunk, short.stem),
        *(met.size, met.mtime_ns, met.ctime_ns, met.inode),
        young,
        bool(facts.shadows),
        _early_reason(met, facts, *rules),
        path_bytes(facts.name),
        run,
    )


def _early_reason(met: FoundFile, facts: PathFacts, layout: Layout, limits: Limits) -> str | None:
    if facts.excluded:
        return EXCLUDED
    if not met.readable:
        return Reason.UNREADABLE
    if facts.kind is Kind.OTHER:
        return None
    if facts.kind is Kind.ARCHIVE:
        return _archive_reason(met)
    unwanted = layout.procedures and facts.procedure not in layout.procedures
    if met.regular and unwanted:
        return Reason.NOT_PROCEDURE
    refused = reason_of_kind(facts.kind, met.refusal) if met.refusal and met.regular else None
    return refused or reason_by_stat(facts.kind, met.regular, met.size, limits)


def _archive_reason(met: FoundFile) -> Reason | None:
    if not met.regular:
        return Reason.NOT_REGULAR
    return met.refusal or (None if met.size else Reason.EMPTY)


BY_STAT = (Reason.NOT_REGULAR, Reason.EMPTY, Reason.TOO_LARGE)
"""Reasons that `reason_by_stat` gives."""


def reason_by_stat(kind: Kind, regular: bool, size: int, limits: Limits) -> Reason | None:
    """Return why a file need not be opened, as what `stat` told says; None when it must be."""
    if not regular:
        return Reason.NOT_REGULAR
    if size == 0:
        return Reason.EMPTY
    largest = limits.image_bytes if kind is Kind.IMAGE else limits.label_bytes
    return Reason.TOO_LARGE if size > largest else None


def _forget_other_limits(state: sqlite3.Connection, limits: Limits) -> None:
    """Forget what was read within other limits."""
    text = limits.model_dump_json()
    if get_meta(state, "limits") not in (None, text):
        with state:
            state.execute("UPDATE file SET facts = NULL, refusal = NULL")
    set_meta(state, "limits", text)


def _forget_other_source(state: sqlite3.Connection, source: str) -> None:
    """Forget labels that were read, and understood, as another source's."""
    if get_meta(state, "label source") not in (None, source):
        with state:
            state.execute("DELETE FROM label")
            state.execute("UPDATE file SET facts = NULL, refusal = NULL WHERE kind <> 'image'")
    set_meta(state, "label source", source)


def _count(state: sqlite3.Connection, condition: str, values: Row = ()) -> int:
    statement = f"SELECT count(*) FROM file WHERE {condition}"
    return int(state.execute(statement, values).fetchone()[0])
