"""Split files: a CSV under version control that says which part each patient or slice is in.

Comment lines ``# key: value`` come first, then ``patient_id,part`` (or ``slice_id,part``), sorted
by id. ``pandas.read_csv(path, comment="#")`` reads it.

>>> print(split_bytes(Split("patient", {"seed": "7"}, {"b": "val", "a": "train"})).decode(), end="")
# format: hnp-split 1
# unit: patient
# seed: 7
patient_id,part
a,train
b,val
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from hnp_shared.counted import shorten, some
from hnp_shared.csv_lines import Cells, Line, decode, parse_lines
from hnp_shared.errors import InputError, StorageError
from hnp_shared.opening import read_regular
from hnp_shared.storage import DISK, Disk, replace_file

FORMAT = "hnp-split 1"
PARTS = ("train", "val", "test")

Unit = Literal["patient", "slice"]
_UNITS: tuple[Unit, ...] = ("patient", "slice")

_ROLE = "the split file"

_MOST_BYTES = 64 * 2**20
"""Of a split file: a million slices take 40 MB."""

_MOST_TOLD = 80
"""Letters of a line that are shown."""

_FOLD = re.compile(r"([0-9]{1,9})(?:\.0*)?")  # 3; 3.0, as pandas writes it beside a missing one

# 1.23E+15, 1,23E+15 in other languages, 1.234568e+15 of pandas
_NUMBER_OF_A_SPREADSHEET = re.compile(r"[0-9](?:[.,][0-9]+)?[eE][+-][0-9]+")


@dataclass(frozen=True, slots=True)
class Split:
    """Who is in which part.

    Attributes:
        unit: what the ids name.
        facts: the comment lines (scheme, ratios, seed, data set id and so on), in order.
        parts: id -> train, val or test; or the number of a fold, from "0".
    """

    unit: Unit
    facts: Mapping[str, str]
    parts: Mapping[str, str]

    @property
    def folds(self) -> int:
        """Number of folds of a k-fold split, else 0."""
        names = set(self.parts.values())
        return 0 if names & set(PARTS) else len(names)

    def of_fold(self, fold: int) -> "Split":
        """Return the three-part split of one fold: test is ``fold``, val the one after it.

        Raises:
            InputError: the split has no such fold.
        """
        if not 0 <= fold < self.folds:
            raise InputError(f"found fold {fold}, expected 0 to {self.folds - 1}")
        role = {str(fold): "test", str((fold + 1) % self.folds): "val"}
        parts = {name: role.get(part, "train") for name, part in self.parts.items()}
        return Split(self.unit, self.facts, parts)


def write_split(path: Path, split: Split, *, disk: Disk = DISK) -> None:
    """Write a split file."""
    content = split_bytes(split)
    replace_file(path, lambda sink: sink.write(content), role="the split file", disk=disk)


def split_bytes(split: Split) -> bytes:
    """Return the content of a split file; the same split gives the same bytes."""
    text = io.StringIO()
    for key, value in {"format": FORMAT, "unit": split.unit, **split.facts}.items():
        text.write(f"# {key}: {' '.join(str(value).split())}\n")  # a value forges no line
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([f"{split.unit}_id", "part"])
    writer.writerows(sorted(split.parts.items()))
    return text.getvalue().encode()


def read_split(path: Path) -> Split:
    """Read a split file, also as spreadsheets save it, and with further columns.

    Raises:
        InputError: not a split file; names the line and what was expected there.
        StorageError: the file could not be read.
    """
    try:
        content = read_regular(path, role=_ROLE, most_bytes=_MOST_BYTES + 1)
    except OSError as error:
        raise StorageError.of(_ROLE, error) from error
    if len(content) > _MOST_BYTES:
        raise InputError(f"{_ROLE} has over {_MOST_BYTES:,} bytes, expected a split")
    return parse_split(content)


def parse_split(content: bytes) -> Split:
    """Return what a split file says.

    Raises:
        InputError: as `read_split`.
    """
    lines = parse_lines(decode(content, role=_ROLE), _names_parts, role="split file")
    facts = _facts_of(line for line in lines if line.is_comment)
    if facts.pop("format", FORMAT) != FORMAT:
        raise InputError(f"the split file has another format, expected {FORMAT!r}")
    rows = [line for line in lines if not line.is_comment]
    columns = _columns_of(rows[0].cells if rows else (), facts.pop("unit", None))
    return Split(columns.unit, facts, _parts_of(rows[1:], columns))


class _Columns(NamedTuple):
    unit: Unit
    name: int
    part: int


def _facts_of(comments: Iterable[Line]) -> dict[str, str]:
    pairs = (",".join(line.cells)[1:].partition(":") for line in comments)
    return {key.strip(): value.strip() for key, colon, value in pairs if colon}


def _names_parts(cells: Cells) -> bool:
    cells = [cell.casefold() for cell in cells]
    return "part" in cells and any(f"{unit}_id" in cells for unit in _UNITS)


def _columns_of(header: Cells, stated_unit: str | None) -> _Columns:
    """Return where ids and parts stand.

    Raises:
        InputError: a column is missing, or is there twice.
    """
    if not _names_parts(header):
        told = shorten(",".join(header), _MOST_TOLD)
        raise InputError(f"the split file begins with {told!r}, expected 'patient_id,part'")
    header = [cell.casefold() for cell in header]
    units = [unit for unit in _UNITS if f"{unit}_id" in header]
    if len(units) > 1:  # the slices of a patient may be in one part, and are slices all the same
        units = [unit for unit in units if unit == stated_unit]
    if not units:
        raise InputError(
            "the split file has both patient_id and slice_id, expected one of them, or a line "
            "'# unit: patient' or '# unit: slice' above them"
        )
    name = f"{units[0]}_id"
    twice = [column for column in (name, "part") if header.count(column) > 1]
    if twice:
        raise InputError(f"the split file has column {twice[0]} twice, expected it once")
    return _Columns(units[0], header.index(name), header.index("part"))


def _parts_of(rows: Iterable[Line], columns: _Columns) -> dict[str, str]:
    parts: dict[str, str] = {}
    for line in rows:
        name, part = _read_row(line, columns)
        if parts.setdefault(name, part) != part:
            raise InputError(
                f"split file, line {line.number}: id {name} is there twice, in two parts"
            )
    names = set(parts.values())
    if not (names <= set(PARTS) or names == {str(number) for number in range(len(names))}):
        raise InputError(
            f"the split file has parts {some(sorted(names))}, "
            "expected train, val and test, or folds numbered from 0"
        )
    return parts


def _read_row(line: Line, columns: _Columns) -> tuple[str, str]:
    """Return the id of a line and its part."""
    cells = (*line.cells, "", "")
    name, part = (
        cells[place] if place < len(cells) else "" for place in (columns.name, columns.part)
    )
    fold = _FOLD.fullmatch(part)
    part = str(int(fold[1])) if fold else part.casefold()
    if not name or not (fold or part in PARTS):
        told = shorten(",".join(line.cells), _MOST_TOLD)
        raise InputError(
            f"split file, line {line.number}: found {told!r}, "
            "expected an id and train, val, test or a fold number"
        )
    if _NUMBER_OF_A_SPREADSHEET.fullmatch(name):
        raise InputError(
            f"split file, line {line.number}: found {name}, a number that a spreadsheet made of an "
            "id; take the file that hnp-train wrote, or import the column of ids as text"
        )
    return name, part
