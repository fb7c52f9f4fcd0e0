"""Applies readers' corrections to the slices chosen, and tells what became of their rows."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hnp_etl.choosing.choose import ChosenLabel
from hnp_etl.corrections.correcting import Corrected, Corrector, UnusableError
from hnp_etl.corrections.correction_file import CorrectionFile
from hnp_etl.private.pseudonyms import slice_name
from hnp_etl.recipes.label_table import Label
from hnp_etl.state.chosen import CHOSEN_COLUMNS, ChosenRow
from hnp_etl.state.database import Row, pages, write_many
from hnp_shared.corrections import AppliedFile, Correction
from hnp_shared.counted import counted
from hnp_shared.errors import InputError

_CHOSEN = (
    f"SELECT slice.id, path, frame, seal, {CHOSEN_COLUMNS} FROM slice "
    "JOIN file ON file.id = slice.file WHERE slice.id > ?"
)
_SET = ", ".join(f"{name} = ?" for name in ("seal", *ChosenRow._fields))

Slices = Mapping[str, int]
"""slice_id -> number in the state, of slices that corrections name."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of the files of corrections.

    Attributes:
        files: sorted by digest.
        gone: rows about slices that the data set does not have.
    """

    files: tuple[AppliedFile, ...] = ()
    gone: tuple[Correction, ...] = ()


NONE_APPLIED = Applied()


def correct_slices(
    state: sqlite3.Connection, key: bytes, files: Sequence[CorrectionFile], recipe: Label
) -> Slices:
    """Correct the chosen slices that readers name.

    Before it is told whose they are: that depends on age and sex. A slice that is left out stays
    chosen, so that its shard's worker can leave out its copies too.

    Raises:
        InputError: readers disagree, or were shown something else; names slice and field.
    """
    with state:
        state.execute("DELETE FROM correction")
    told = {adjudicates: _by_slice(files, adjudicates) for adjudicates in (False, True)}
    if not any(told.values()):
        return {}
    corrector, found, problems = Corrector(recipe), dict[str, int](), dict[str, UnusableError]()
    changes: list[tuple[Row, Row]] = []
    for slice_id, number, chosen in _chosen(state, key):
        rows, decided = (told[adjudicates].get(slice_id, []) for adjudicates in (False, True))
        if not rows and not decided:
            continue
        found[slice_id] = number
        try:
            after = corrector.correct(_label(chosen), frozenset(chosen.flag_set()), rows, decided)
        except UnusableError as error:
            problems[slice_id] = error
            continue
        new = _with(chosen, after)
        before = (number, chosen.level, chosen.code, int(after.excluded))
        changes.append((before, (new.seal(), *new, number)))
    _refuse(problems)
    write_many(state, "INSERT INTO correction VALUES (?, ?, ?, ?)", (one for one, _ in changes))
    write_many(state, f"UPDATE slice SET {_SET} WHERE id = ?", (row for _, row in changes))
    return found


def findings_said(state: sqlite3.Connection) -> dict[int, tuple[int | None, str | None]]:
    """Return level and code as labels say them, by slice, of those that readers spoke of.

    Copies of a picture are told by these: a reader corrects the one that is in, for all of them.
    """
    rows = state.execute("SELECT id, level, code FROM correction")
    return {number: (level, code) for number, level, code in rows}


def left_out(state: sqlite3.Connection) -> frozenset[int]:
    """Return the slices that readers leave out."""
    return frozenset(each for (each,) in state.execute("SELECT id FROM correction WHERE excluded"))


def applied(state: sqlite3.Connection, files: Sequence[CorrectionFile], slices: Slices) -> Applied:
    """Return what became of the files, once it is known which slices are stored.

    Args:
        state: the opened state.
        files: as given.
        slices: of `correct_slices`.
    """
    here = {slice_id for slice_id, number in slices.items() if _is_here(state, number)}
    told = {each.sha256 + str(each.adjudicates): _applied(each, here) for each in files}
    gone = sorted(_gone(files, here), key=lambda row: (row.slice_id, row.field, row.line))
    return Applied(tuple(told[name] for name in sorted(told)), tuple(gone))


def _by_slice(files: Sequence[CorrectionFile], adjudicates: bool) -> Mapping[str, list[Correction]]:
    found = defaultdict[str, list[Correction]](list)
    for file in files:
        for row in file.rows if file.adjudicates is adjudicates else ():
            found[row.slice_id].append(row)
    return found


def _chosen(state: sqlite3.Connection, key: bytes) -> Iterator[tuple[str, int, ChosenRow]]:
    """Yield id, number and row of every chosen slice, as it was sealed."""
    for number, path, frame, seal, *columns in pages(state, _CHOSEN):
        text = path.decode("utf-8", "surrogateescape")
        chosen = ChosenRow._make(columns)
        chosen.check(seal)
        yield slice_name(key, text, frame), number, chosen


def _with(chosen: ChosenRow, after: Corrected) -> ChosenRow:
    label = after.label
    return chosen._replace(
        level=label.level,
        code=label.code,
        is_patient=None if label.is_patient is None else int(label.is_patient),
        age=label.age,
        sex=label.sex,
        canal_width_mm=label.canal_width_mm,
        flags=",".join(sorted(after.flags)),
    )


def _label(row: ChosenRow) -> ChosenLabel:
    return ChosenLabel(
        patient=row.label_patient,
        level=row.level,
        code=row.code,
        is_patient=None if row.is_patient is None else bool(row.is_patient),
        age=row.age,
        sex=row.sex,
        canal_width_mm=row.canal_width_mm,
    )


def _refuse(problems: Mapping[str, UnusableError]) -> None:
    if not problems:
        return
    slice_id = min(problems)
    first, others = problems[slice_id], len(problems) - 1
    more = f" (and {counted(others, 'slice')} more)" if others else ""
    raise InputError(f"corrections of slice {slice_id}, field {first.field}: {first.what}{more}")


def _is_here(state: sqlite3.Connection, number: int) -> bool:
    """Tell whether a slice is stored, or would be if a reader had not left it out."""
    found = state.execute(
        "SELECT EXISTS (SELECT 1 FROM sample WHERE id = ?1) "
        "OR EXISTS (SELECT 1 FROM correction WHERE id = ?1 AND excluded)",
        (number,),
    ).fetchone()
    return bool(found[0])


def _applied(file: CorrectionFile, here: set[str]) -> AppliedFile:
    rows = [row for row in file.rows if row.slice_id in here]
    unsure = sum(row.cannot_tell for row in rows)
    confirmed = sum(row.old == row.new and not row.cannot_tell for row in rows)
    return AppliedFile(
        sha256=file.sha256,
        adjudicates=file.adjudicates,
        changed=len(rows) - unsure - confirmed,
        confirmed=confirmed,
        cannot_tell=unsure,
        gone=len(file.rows) - len(rows),
    )


def _gone(files: Sequence[CorrectionFile], here: set[str]) -> Iterator[Correction]:
    for file in files:
        yield from (row for row in file.rows if row.slice_id not in here)
