"""Cells of a wanted column as columns of the manifest: numbers, or 0 and 1 a word. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import pyarrow as pa

from hnp_etl.further.revealing import number_fault, rounded, words_fault
from hnp_etl.further.wanted import Wanted
from hnp_etl.labels.document import Scalar
from hnp_etl.labels.sources.lines import NoValue
from hnp_etl.labels.values import is_missing
from hnp_etl.recipes.grammar import number, plain, word
from hnp_shared.errors import InputError

V = TypeVar("V", float, str)


class Cell(NamedTuple):
    """What one line says of somebody.

    Attributes:
        place: of the line, for people.
        key: of the line.
        owner: patient_id or study_id of whom it names.
    """

    place: str
    key: str
    owner: str
    value: Scalar


@dataclass(frozen=True, slots=True)
class FurtherColumn:
    """A new column of the manifest.

    Attributes:
        meaning: what it holds, in words.
        values: owner -> value; who is not there has none.
    """

    name: str
    type: pa.DataType
    meaning: str
    values: Mapping[str, float]


class Read(NamedTuple):
    """What became of one wanted column.

    Attributes:
        unreadable: places of lines whose value is neither missing nor readable.
    """

    columns: Sequence[FurtherColumn]
    unreadable: Sequence[str]


def read_column(
    wanted: Wanted, cells: Sequence[Cell], missing: frozenset[str], digits: int | None
) -> Read:
    """Return what the cells of a column give.

    Args:
        wanted: the column.
        cells: of the lines that name somebody of the data set.
        missing: words for a missing value, beside the usual ones.
        digits: significant digits to round numbers with fractions to; None leaves them.

    Raises:
        InputError: its values could tell who somebody is, two lines disagree, or nothing is left.
    """
    filled = list(_filled(cells, missing))
    numbers = {cell: value for cell in filled if (value := _number(cell)) is not None}
    if not filled:
        raise InputError(f"column {wanted.header} holds no value of a patient of the data set")
    if 2 * len(numbers) < len(filled):
        return _category(wanted, filled)
    if digits is not None:
        numbers = {cell: rounded(value, digits) for cell, value in numbers.items()}
    values = _one_each(wanted, numbers)
    keys = {cell.owner: cell.key for cell in reversed(numbers)}
    _refuse(wanted, number_fault(list(values.values()), [keys[owner] for owner in values]))
    column = FurtherColumn(wanted.name, pa.float64(), "a number", values)
    return Read((column,), [cell.place for cell in filled if cell not in numbers])


def _filled(cells: Sequence[Cell], missing: frozenset[str]) -> Iterator[Cell]:
    """Yield the cells with a value: -1 is one in a column that has other negative numbers."""
    found = (number(str(cell.value)) for cell in cells)
    is_signed = any(value is not None and value < 0 and value != -1 for value in found)
    for cell in cells:
        is_one = is_signed and number(str(cell.value)) == -1 and "-1" not in missing
        if is_one or not is_missing(cell.value, missing):
            yield cell


def _number(cell: Cell) -> float | None:
    is_text = isinstance(cell.value, str) and not isinstance(cell.value, NoValue)
    value = number(str(cell.value)) if is_text else None
    return None if value is None else value + 0.0  # no -0.0


def _category(wanted: Wanted, filled: Sequence[Cell]) -> Read:
    readable = [cell for cell in filled if not isinstance(cell.value, NoValue)]
    said = _one_each(wanted, {cell: word(str(cell.value)) for cell in readable})
    _refuse(wanted, words_fault(said))
    shown = _spellings(readable)
    words = sorted(set(said.values()))
    told = words[1:] if len(words) == 2 else words  # of two words, one column tells both
    if len(words) < 2:
        raise InputError(f"column {wanted.header} holds one word for all, expected several")
    columns = [
        FurtherColumn(
            _name(wanted, each),
            pa.int8(),
            f"1 where it is {shown[each]}, 0 where it is "
            + ", ".join(shown[other] for other in words if other != each),
            {owner: int(other == each) for owner, other in said.items()},
        )
        for each in told
    ]
    if len({column.name for column in columns}) < len(columns):
        raise InputError(f"column {wanted.header} holds words alike but for signs; join them")
    return Read(columns, [cell.place for cell in filled if isinstance(cell.value, NoValue)])


def _spellings(cells: Iterable[Cell]) -> dict[str, str]:
    """Return word -> its commonest spelling, of several the first by letters."""
    counts: dict[str, Counter[str]] = {}
    for cell in cells:
        text = str(cell.value)
        counts.setdefault(word(text), Counter())[plain(text)] += 1
    return {
        said: min(found, key=lambda text: (-found[text], text)) for said, found in counts.items()
    }


def _name(wanted: Wanted, said: str) -> str:
    return wanted.name + "_" + re.sub(r"\W+", "_", said).strip("_")


def _one_each(wanted: Wanted, values: Mapping[Cell, V]) -> dict[str, V]:
    """Return owner -> value.

    Raises:
        InputError: two lines name one owner and say otherwise.
    """
    found: dict[str, V] = {}
    first: dict[str, str] = {}
    contrary: list[tuple[str, str]] = []
    for cell, value in values.items():
        if found.setdefault(cell.owner, value) != value:
            contrary.append((first[cell.owner], cell.place))
        first.setdefault(cell.owner, cell.place)
    if contrary:
        (one, other), *more = contrary
        others = f", and {len(more)} more pairs" if more else ""
        raise InputError(
            f"column {wanted.header}: {one} and {other} name one patient and say "
            f"otherwise{others}; expected one value a patient (--key study takes one a study)"
        )
    return found


def _refuse(wanted: Wanted, fault: str | None) -> None:
    if fault:
        raise InputError(f"column {wanted.header} holds {fault}, or leave the column out")
