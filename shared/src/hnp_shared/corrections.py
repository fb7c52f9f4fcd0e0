"""A file of corrections: what readers say of slices, as CSV; both programs know it by this.

`slice_id,field,old,new,reader[,note][,time]`: a row for each slice and field that was read. `new`
equal to `old` confirms; a reader who cannot tell leaves `new` empty and says so in the note.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hnp_shared.counted import counted
from hnp_shared.csv_lines import Cells, decode, parse_lines
from hnp_shared.errors import InputError

FIELDS = ("level", "label_code", "is_patient", "age", "sex", "canal_width_mm", "exclude")
"""What may be corrected: columns of the manifest, and whether a slice is to be left out."""

COLUMNS = ("slice_id", "field", "old", "new", "reader", "note")
"""In the order in which the page for readers writes them."""

CANNOT_TELL = "cannot tell"
"""What a note begins with whose reader gives no value."""

MAX_BYTES = 64 * 2**20
"""No file of corrections is longer: a million rows take about as much."""

_NEEDED = frozenset(COLUMNS) - {"note"}
_KNOWN = _NEEDED | {"note", "time"}
_SLICE_ID = re.compile(r"[0-9a-f]{32}")
# What a spreadsheet may take for a formula; full-width signs too, and what we put before them.
_FORMULA_LIKE = re.compile(r"\s*[=+\-@'\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")


@dataclass(frozen=True, slots=True)
class Correction:
    """One row: what one reader says of one field of one slice.

    Attributes:
        line: in the file, from 1.
        old: what the reader was shown; new likewise what it should be, as they are written.
    """

    line: int
    slice_id: str
    field: str
    old: str
    new: str
    reader: str
    note: str

    @property
    def cannot_tell(self) -> bool:
        """Whether the reader looked and gives no value."""
        return not self.new and self.note.casefold().startswith(CANNOT_TELL)


@dataclass(frozen=True, slots=True)
class AppliedFile:
    """What dataset.json says of a file of corrections: no name of it, and none of a reader.

    Attributes:
        adjudicates: whether it decides between readers.
        changed: rows that ask for another value; the others by what they are.
        gone: rows about slices that the data set does not have.
    """

    sha256: str
    adjudicates: bool
    changed: int
    confirmed: int
    cannot_tell: int
    gone: int

    @classmethod
    def parse(cls, found: Mapping[str, Any]) -> "AppliedFile":
        """Return the record of what JSON holds.

        Raises:
            ValueError: it holds something else.
        """
        counts = {name: found[name] for name in ("changed", "confirmed", "cannot_tell", "gone")}
        if not all(type(count) is int for count in counts.values()):
            raise ValueError("counts")
        return cls(str(found["sha256"]), found["adjudicates"] is True, **counts)


def parse_corrections(content: bytes, *, role: str) -> tuple[Correction, ...]:
    """Return the rows of a file of corrections, in their order.

    Args:
        content: of the file.
        role: what the file is, for messages.

    Raises:
        InputError: it is none; names the line.
    """
    lines = parse_lines(decode(content, role=role), _is_header, role=role)
    lines = [line for line in lines if not line.is_comment]
    if not lines or not _is_header(lines[0].cells):
        raise InputError(f"{role} {_no_header(lines[0].cells if lines else ())}")
    names = [cell.casefold() for cell in lines[0].cells]
    return tuple(_correction(line.number, names, line.cells, role) for line in lines[1:])


def defused(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula; `restored` gives the text back.

    >>> defused("=1+1"), defused("- a dash"), defused("a remark"), restored(defused("'+"))
    ("'=1+1", "'- a dash", 'a remark', "'+")
    """
    return f"'{text}" if _FORMULA_LIKE.match(text) else text


def restored(cell: str) -> str:
    """Return the text of a defused cell."""
    return cell[1:] if cell.startswith("'") and _FORMULA_LIKE.match(cell[1:]) else cell


def _is_header(cells: Cells) -> bool:
    names = [cell.casefold() for cell in cells]
    return _NEEDED <= set(names) <= _KNOWN and len(set(names)) == len(names)


def _no_header(cells: Cells) -> str:
    """Return why a first line names no columns of a file of corrections; none of its words."""
    names = [cell.casefold() for cell in cells]
    lacking = [name for name in COLUMNS if name in _NEEDED - set(names)]
    if len(lacking) == len(_NEEDED):
        return f"has no line of columns, expected {','.join(COLUMNS)} at its top"
    if lacking:
        return f"has no column {' and '.join(lacking)}, expected {','.join(COLUMNS)}"
    more = len(names) - len(_KNOWN & set(names))
    return f"has {counted(more, 'column')} more than {','.join(COLUMNS)} and time, expected none"


def _correction(number: int, names: list[str], cells: Cells, role: str) -> Correction:
    where = f"{role}, line {number}"
    if len(cells) > len(names):
        raise InputError(f"{where}: found {len(cells)} cells, expected {len(names)} at most")
    padded = [restored(cell) for cell in cells] + [""] * (len(names) - len(cells))
    row = dict(zip(names, padded, strict=True))
    row.pop("time", None)
    if not _SLICE_ID.fullmatch(row["slice_id"]):
        raise InputError(f"{where}: slice_id is none, expected 32 hex digits")
    if row["field"] not in FIELDS:
        raise InputError(f"{where}: found another field, expected one of {', '.join(FIELDS)}")
    return Correction(line=number, note=row.pop("note", ""), **row)
