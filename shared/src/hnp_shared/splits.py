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
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hnp_shared.errors import InputError, StorageError
from hnp_shared.opening import read_regular
from hnp_shared.storage import DISK, Disk, replace_file

FORMAT = "hnp-split 1"
PARTS = ("train", "val", "test")

Unit = Literal["patient", "slice"]
_UNITS: tuple[Unit, ...] = ("patient", "slice")

SEPARATORS = (",", ";", "\t")
"""What spreadsheets put between cells: the comma, or what the language of the computer asks for."""


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
        text.write(f"# {key}: {value}\n")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([f"{split.unit}_id", "part"])
    writer.writerows(sorted(split.parts.items()))
    return text.getvalue().encode()


def read_split(path: Path) -> Split:
    """Read a split file, also as spreadsheets save it.

    They change the separator, quote cells, fill lines up with empty ones, and make cells of
    comment lines too.

    Raises:
        InputError: not a split file; names the line and what was expected there.
        StorageError: the file could not be read.
    """
    try:
        lines = read_regular(path, role="the split file").decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(
            "the split file is no UTF-8 text, expected CSV (in spreadsheets: CSV UTF-8)"
        ) from error
    except OSError as error:
        raise StorageError.of("the split file", error) from error
    separator = _separator_of(lines)
    rows = [(number, _cells(number, line, separator)) for number, line in enumerate(lines, 1)]
    comments = [",".join(cells)[1:] for _, cells in rows if cells and cells[0][:1] == "#"]
    facts = {
        key.strip(): value.strip()
        for key, colon, value in (comment.partition(":") for comment in comments)
        if colon
    }
    if facts.pop("format", FORMAT) != FORMAT:
        raise InputError(f"the split file has another format, expected {FORMAT!r}")
    facts.pop("unit", None)
    rows = [(number, cells) for number, cells in rows if cells and cells[0][:1] != "#"]
    unit = _unit_of(rows[0][1] if rows else [])
    return Split(unit, facts, _parts_of(rows[1:]))


def _separator_of(lines: list[str]) -> str:
    """Return what separates the header's cells: a comma, or what a spreadsheet made of it."""
    for line in lines:
        for separator in SEPARATORS:
            if _cells(0, line, separator) in [[f"{unit}_id", "part"] for unit in _UNITS]:
                return separator
    return ","


def _cells(number: int, line: str, separator: str) -> list[str]:
    """Return a line's cells without the empty ones at its end; a whole line may be one cell."""
    if line.startswith("sep="):  # Excel's own first line
        return []
    try:
        cells = _filled(next(csv.reader([line], delimiter=separator), []))
        if len(cells) == 1 and cells[0] != line:
            cells = _filled(next(csv.reader(cells), []))
    except csv.Error as error:
        raise InputError(f"split file, line {number}: no line of a CSV ({error})") from error
    is_comment = cells and cells[0].startswith("#")
    return cells if is_comment else [cell.strip() for cell in cells]


def _filled(cells: list[str]) -> list[str]:
    while cells and not cells[-1].strip():
        cells = cells[:-1]
    return cells


def _unit_of(header: list[str]) -> Unit:
    for unit in _UNITS:
        if header == [f"{unit}_id", "part"]:
            return unit
    raise InputError(f"the split file begins with {','.join(header)!r}, expected 'patient_id,part'")


def _parts_of(rows: list[tuple[int, list[str]]]) -> dict[str, str]:
    parts: dict[str, str] = {}
    for number, row in rows:
        if len(row) != 2 or not (row[1] in PARTS or row[1].isdecimal()):
            raise InputError(
                f"split file, line {number}: found {','.join(row)!r}, "
                "expected an id and train, val, test or a fold number"
            )
        if row[0] in parts:
            raise InputError(f"split file, line {number}: id {row[0]} is there twice")
        parts[row[0]] = row[1]
    names = set(parts.values())
    if not (names <= set(PARTS) or names == {str(number) for number in range(len(names))}):
        raise InputError(
            f"the split file has parts {', '.join(sorted(names))}, "
            "expected train, val and test, or folds numbered from 0"
        )
    return parts
