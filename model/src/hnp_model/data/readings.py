"""What one reader says of slices: a file of corrections, in which confirmed readings stand too.

The contract's columns are slice_id, field, old, new and reader; note may follow. `new` equals `old`
where the reader confirms it, and is empty with a note `cannot tell` where the reader cannot tell.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hnp_shared.corrections import CANNOT_TELL, restored
from hnp_shared.counted import shorten
from hnp_shared.csv_lines import Cells, Line, decode, parse_lines
from hnp_shared.errors import InputError, StorageError
from hnp_shared.opening import read_regular
from hnp_shared.spelling import bare_text
from hnp_shared.vocabulary import LEVEL_NAMES

HEADER = ("slice_id", "field", "old", "new", "reader")
NOTE = "note"
FIELDS = ("level", "label_code", "is_patient")
"""What readers are compared by; other fields are no reading of an image."""

_MOST_TOLD = 40
_KNOWN: Mapping[str, Sequence[str]] = {"level": LEVEL_NAMES, "is_patient": ("normal", "patient")}
"""Field -> its answers, where they do not hang on a recipe."""

_TRUTHS = {
    **dict.fromkeys(("true", "yes", "1"), "patient"),
    **dict.fromkeys(("false", "no", "0"), "normal"),
}


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


@dataclass(frozen=True, slots=True)
class Spellings:
    """How one answer may be written, as a build reads it.

    Attributes:
        levels: bare spelling, or number of the column -> name of the level.
        codes: bare spelling -> code, where a recipe tells.
    """

    levels: Mapping[str, str]
    codes: Mapping[str, str]


def spellings_of(recipe: Mapping[str, Any] | None) -> Spellings:
    """Return how answers may be written.

    Args:
        recipe: as dataset.json holds it; of a merged data set, a record of several. None: no data
            set was named, and levels have their usual spellings alone.
    """
    levels = {str(number): name for number, name in enumerate(LEVEL_NAMES)}
    for name in LEVEL_NAMES:
        levels |= {bare_text(name): name, bare_text(name.replace("-", "-L")): name}
    codes: dict[str, str] = {}
    for each in recipe.get("merged", [recipe]) if recipe else []:
        label = each.get("label", {})
        codes |= {bare_text(code): code for code in label.get("codes", {})}
        for name, aliases in label.get("levels", {}).items():
            for alias in aliases:
                levels.setdefault(bare_text(alias.rpartition(".")[2]), name)
    return Spellings(levels, codes)


def read_readings(path: Path, which: str, spellings: Spellings) -> Readings:
    """Read a file of corrections.

    Args:
        path: of the file.
        which: how messages call it ("first").
        spellings: how answers may be written.

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
    header = [cell.casefold() for cell in rows[0].cells]
    return _parse(header, rows[1:], role, spellings)


def _is_header(cells: Cells) -> bool:
    return set(HEADER) <= {cell.casefold() for cell in cells}


def _parse(header: Cells, lines: list[Line], role: str, spellings: Spellings) -> Readings:
    answers: dict[str, dict[str, str | None]] = {}
    kept, readers = 0, Counter[str]()
    for line in lines:
        texts = (*map(restored, line.cells), *[""] * len(header))
        cells = dict(zip(header, texts, strict=False))
        field, slice_id = cells["field"], cells["slice_id"]
        if not slice_id or not field:
            raise InputError(f"{role}, line {line.number}: no slice_id or field, expected both")
        readers[cells["reader"]] += 1
        if field not in FIELDS:
            continue
        answer, before = (_spelt(field, cells[name], spellings) for name in ("new", "old"))
        unsure = not answer and cells.get(NOTE, "").lower().startswith(CANNOT_TELL)
        if not answer and not unsure:
            raise InputError(f"{role}, line {line.number}: new is empty, expected a {field}")
        is_known = not answer or answer in _KNOWN.get(field, (answer,))
        if not is_known or len(answer) > _MOST_TOLD or not answer.isprintable():
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


def _spelt(field: str, text: str, spellings: Spellings) -> str:
    """Return an answer as it is compared: 3.0 is 3, a level its name, codes in their order."""
    if field == "is_patient":
        return _TRUTHS.get(_whole(text).casefold(), text)
    if field == "level":
        return spellings.levels.get(bare_text(_whole(text)), text)
    parts = [_whole(one.strip()) for one in text.split(",")]
    return ",".join(sorted({spellings.codes.get(bare_text(one), one) for one in parts if one}))


def _whole(text: str) -> str:
    """Return a whole number without the fraction that spreadsheets give it."""
    before, dot, after = text.partition(".")
    return before if dot and before.isdecimal() and not after.strip("0") else text
