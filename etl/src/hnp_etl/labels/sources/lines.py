"""Tables as they lie in their files: sheets of numbered lines, free of any recipe."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hnp_etl.errors import FileError
from hnp_etl.labels.document import Number, Scalar
from hnp_shared.vocabulary import Reason


class NoValue(str):
    """What stands in a cell that holds no value: `an error value`, say."""

    __slots__ = ()


class Line(NamedTuple):
    """One line of a table; `number` as an editor counts, from 1."""

    number: int
    cells: tuple[Scalar, ...]

    @property
    def is_filled(self) -> bool:
        """Whether a cell holds anything."""
        return any(cell not in ("", None) for cell in self.cells)


class Sheet(NamedTuple):
    """The lines that hold anything; `name` is empty for a CSV file.

    Attributes:
        commas: numbers may have decimal commas: it is not commas that stand between values.
    """

    name: str
    lines: tuple[Line, ...]
    commas: bool = False


_ERRORS = "#N/A #DIV/0! #REF! #VALUE! #NAME? #NUM! #NULL! #SPILL! #CALC! #GETTING_DATA"
ERROR_VALUES = frozenset(_ERRORS.split())
"""What spreadsheets show where a formula failed, and save into CSV files (ECMA-376 18.17.3)."""


# ="001": how programs tell Excel that a value is a text.
_AS_TEXT = re.compile(r'\s*="([^"]*)"\s*')


def sound_cell(cell: Scalar) -> Scalar:
    """Return a cell, one with an error value as what it is.

    >>> sound_cell('="001"'), sound_cell("#N/A")
    ('001', 'an error value')
    """
    if not isinstance(cell, str):
        return cell
    if cell in ERROR_VALUES:
        return NoValue("an error value")
    return match[1] if (match := _AS_TEXT.fullmatch(cell)) else cell


def sheets_to_json(sheets: Iterable[Sheet]) -> str:
    """Return sheets as JSON, for the private state."""
    return json.dumps(
        [[name, [(number, [_pack(cell) for cell in cells]) for number, cells in lines], commas]
         for name, lines, commas in sheets]
    )  # fmt: skip


def refusal_to_json(error: FileError) -> str:
    """Return why a table has no sheets, with what was found, in their place."""
    return json.dumps({"reason": error.reason, "what": error.what})


def sheets_from_json(text: str) -> list[Sheet]:
    """Return the sheets that `sheets_to_json` wrote.

    Raises:
        FileError: what `refusal_to_json` wrote.
    """
    packed = json.loads(text)
    if isinstance(packed, dict):
        raise FileError(Reason(packed["reason"]), packed["what"])
    return [
        Sheet(
            name, tuple(Line(number, tuple(map(_unpack, cells))) for number, cells in lines), commas
        )
        for name, lines, commas in packed
    ]


def _pack(cell: Scalar) -> object:
    if isinstance(cell, (Number, NoValue)):
        return [str(cell), isinstance(cell, Number)]
    return cell


def _unpack(packed: str | bool | Sequence[object] | None) -> Scalar:
    if packed is None or isinstance(packed, (str, bool)):
        return packed
    text, is_number = packed
    return Number(text) if is_number else NoValue(text)
