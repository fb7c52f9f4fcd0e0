"""Decimal commas, as programs write them where a semicolon or tab stands between values. Pure."""

import re
from collections.abc import Container, Sequence

from hnp_etl.labels.document import Scalar

# "6,5", "-1,25e1", "14,5 mm": one comma, as the only thing between digits.
_COMMA = re.compile(r"\s*[+-]?[0-9]*,[0-9]+(?:[eE][+-]?[0-9]+)?\s*(?:[^\d\s,.][^\d,.]*[23]?)?")
# "3,0", "1001,00": a whole number that went through a program as a float.
_WHOLE = re.compile(r"\s*([+-]?[0-9]+),0+\s*")


def with_points(
    cells: Sequence[Scalar], sizes: Container[int], lists: Container[int]
) -> tuple[Scalar, ...]:
    """Return cells with a point for each decimal comma.

    >>> with_points(("63,4", "3,0", "3,1", "3,0", "7,0"), sizes={0}, lists={3})
    ('63.4', '3.0', '3,1', '3,0', '7.0')

    Args:
        cells: of one line.
        sizes: columns of ages and widths, from 0; elsewhere "3,1" may be two codes, or a name.
        lists: columns in which "3,0" is two codes.
    """
    return tuple(
        _pointed(cell, is_size=number in sizes, is_list=number in lists)
        for number, cell in enumerate(cells)
    )


def _pointed(cell: Scalar, *, is_size: bool, is_list: bool) -> Scalar:
    if type(cell) is not str:
        return cell
    decimal = _COMMA.fullmatch(cell) if is_size else not is_list and _WHOLE.fullmatch(cell)
    return cell.replace(",", ".") if decimal else cell
