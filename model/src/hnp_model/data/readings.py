"""What one reader says of slices: a file of corrections, in which confirmed readings stand too.

The contract's columns are slice_id, field, old, new and reader; note may follow. `new` equals `old`
where the reader confirms it, and is empty with a note `cannot tell` where the reader cannot tell.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hnp_shared.counted import shorten
from hnp_shared.csv_lines import Cells, Line, decode, parse_lines
from hnp_shared.errors import InputError, StorageError
from hnp_shared.opening import read_regular
from hnp_shared.vocabulary import LEVEL_NAMES

HEADER = ("slice_id", "field", "old", "new", "reader")
NOTE = "note"
CANNOT_TELL = "cannot tell"
FIELDS = ("level", "label_code", "is_patient")
"""What readers are compared by; other fields are no reading of an image."""

_MOST_TOLD = 40
_TRUTHS = {"true": "patient", "1": "patient", "false": "normal", "0": "normal"}
_LEVELS = {str(number): name for number, name in enumerate(LEVEL_NAMES)}


@dataclass(frozen=True, slots=True)
class Readings:
    """What a reader says.

    Attributes:
        answers: field -> slice_id -> answer; None: the reader cannot tell.
        changes_only: whether no answer confirms what the data set says.
        readers: how many names stand in the file.
    """

    answers: Mapping[str, Mapping[str, str | None]]
    changes_only: bool
    readers: int

    def of(self, field: str) -> Mapping[str, str | None]:
        """Return slice_id -> answer of one field."""
        return self.answers.get(field, {})


def read_readings(path: Path, which: str) -> Readings:
    """Read a file of corrections.

    Args:
        path: of the file.
        which: how messages call it ("first").

    Raises:
        InputError: it is no such file, or says two things of one slice.
        StorageError: it could not be read.
    """
    role = f"the {which} file"
    try:
        content = read_regular(path, role=role)
    except OSError as error:
        raise StorageError.of(role, error) from error
    lines = parse_lines(decode(content, role=role), _is_header, role=role)
    rows = [line for line in lines if not line.is_comment]
    if not rows or not _is_header(rows[0].cells):
        raise InputError(f"{role} has no header {','.join(HEADER)}, expected a file of corrections")
    return _parse(rows[0].cells, rows[1:], role)


def _is_header(cells: Cells) -> bool:
    return set(HEADER) <= set(cells)


def _parse(header: Cells, lines: list[Line], role: str) -> Readings:
    answers: dict[str, dict[str, str | None]] = {}
    kept, readers = 0, Counter[str]()
    for line in lines:
        cells = dict(zip(header, (*line.cells, *[""] * len(header)), strict=False))
        field, slice_id = cells["field"], cells["slice_id"]
        if not slice_id or not field:
            raise InputError(f"{role}, line {line.number}: no slice_id or field, expected both")
        readers[cells["reader"]] += 1
        if field not in FIELDS:
            continue
        answer, before = (_spelt(field, cells[name]) for name in ("new", "old"))
        unsure = not answer and cells.get(NOTE, "").lower().startswith(CANNOT_TELL)
        if not answer and not unsure:
            raise InputError(f"{role}, line {line.number}: new is empty, expected a {field}")
        if len(answer) > _MOST_TOLD or not answer.isprintable():
            raise InputError(f"{role}, line {line.number}: new is no {field}")
        known = answers.setdefault(field, {})
        if known.get(slice_id, answer or None) != (answer or None):
            raise InputError(
                f"{role}, line {line.number}: says two things of {field} of slice "
                f"{shorten(slice_id, _MOST_TOLD)}, expected one"
            )
        known[slice_id] = answer or None
        kept += answer == before or unsure
    return Readings(answers, changes_only=not kept, readers=len(readers))


def _spelt(field: str, text: str) -> str:
    """Return an answer as it is compared: 3.0 is 3, a level its name, codes in their order."""
    if field == "is_patient":
        return _TRUTHS.get(_whole(text).lower(), text)
    parts = [_whole(one.strip()) for one in text.split(",")]
    if field == "level":
        return _LEVELS.get(parts[0], parts[0]) if len(parts) == 1 else text
    return ",".join(sorted(filter(None, parts)))


def _whole(text: str) -> str:
    """Return a whole number without the fraction that spreadsheets give it."""
    before, dot, after = text.partition(".")
    return before if dot and before.isdecimal() and not after.strip("0") else text
