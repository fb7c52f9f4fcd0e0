"""Label files that hold many labels: their entries under the recipe, and what is wrong in them."""

import sqlite3
from collections.abc import Iterator

from hnp_etl.labels.label import LabelReader
from hnp_etl.labels.sources.entry import Entry
from hnp_etl.labels.sources.rows import LabelFile, LabelSet, reader_of
from hnp_etl.reading.meaning import LabelMeaning, meaning_of_label
from hnp_etl.reading.sealed import unseal
from hnp_etl.recipes.label_table import Label
from hnp_etl.state.database import Row, pages, write_many
from hnp_etl.state.reached import with_reached

_ID_BITS = 32
MOST_FAULTS = 1000
"""Of one file that are remembered; the first tell what is wrong."""

_READ = (
    "SELECT id, path, facts FROM file WHERE id > ? "
    "AND kind = 'label' AND early IS NULL AND facts IS NOT NULL"
)
_NOTE_LABEL = "INSERT INTO label (id, facts, refusal, detail, patient) VALUES (?, ?, ?, ?, ?)"
_NOTE_FAULT = "INSERT INTO fault VALUES (?, ?, ?)"


def forget(state: sqlite3.Connection) -> None:
    """Forget what entries said."""
    with state:
        for table in ("entry", "part", "fault", "series", "told"):
            state.execute(f"DELETE FROM {table}")
        state.execute("DELETE FROM label WHERE id < 0")


def interpret(state: sqlite3.Connection, recipe: Label) -> None:
    """Read the entries of every label file under the recipe."""
    with state:  # none of these files is a label itself
        state.execute("DELETE FROM label")
    for whole in reader_of(recipe).label_sets(_files(state), recipe):
        if whole.label_at is not None:
            whole = whole._replace(entries=tuple(with_reached(state, whole, recipe)))  # noqa: PLW2901
        _note(state, whole, recipe)
        parts = ((number, whole.number) for number in whole.parts)
        write_many(state, "INSERT INTO part VALUES (?, ?)", parts)
        series = ((f"series {key}", weighting) for key, weighting in whole.weightings)
        write_many(state, "INSERT INTO series VALUES (?, ?)", series)


def as_text(key: str) -> str:
    """Return a key as SQLite can hold it: names need not be UTF-8."""
    return key.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _files(state: sqlite3.Connection) -> Iterator[LabelFile]:
    for number, path, facts in pages(state, _READ):
        folder = path.decode("utf-8", "surrogateescape").rpartition("/")[0]
        yield LabelFile(number, folder, unseal(facts))


def _note(state: sqlite3.Connection, whole: LabelSet, recipe: Label) -> None:
    file, faults = whole.number, list[tuple[int, int | None, str]]()
    if whole.refused is not None:
        write_many(state, _NOTE_LABEL, [(file, None, whole.refused.reason, None, None)])
        faults.append((file, None, whole.refused.what))
    faults += [(file, None, what) for what in whole.faults if whole.refused is None]
    numbered = [(-(file << _ID_BITS | count), each) for count, each in enumerate(whole.entries, 1)]
    keys = (
        (number, file, as_text(f"{whole.below}\0{each.key}"), each.frame)
        for number, each in numbered
    )
    write_many(state, "INSERT INTO entry VALUES (?, ?, ?, ?)", keys)
    reader = LabelReader(recipe)

    def said() -> Iterator[Row]:
        for number, each in numbered:
            found = _said(each, reader)
            what = found.detail
            if found.refusal is not None:
                what = f"{each.place} {what}".strip()
                if len(faults) < MOST_FAULTS:
                    faults.append((file, number, what))
            yield number, found.facts, found.refusal, what, found.patient

    write_many(state, _NOTE_LABEL, said())
    write_many(state, _NOTE_FAULT, faults[:MOST_FAULTS])


def _said(entry: Entry, reader: LabelReader) -> LabelMeaning:
    """Return what an entry says under the recipe, or why it cannot be used, and more in words."""
    if entry.leaves is None:
        return LabelMeaning(None, entry.refusal, detail=entry.what)
    return meaning_of_label(entry.leaves, reader)
