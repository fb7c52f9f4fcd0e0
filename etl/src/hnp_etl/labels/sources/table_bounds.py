"""What a table may hold, counted in its bytes before any of it becomes a value.

A cell costs its file as little as a comma, or nothing once it is packed, and a reader some hundred
bytes: so cells are held against the size of the file. Every pattern looks a bounded way ahead.
"""

import re
import zipfile
from collections.abc import Iterator

from hnp_etl.errors import FileError
from hnp_shared.vocabulary import Reason

_FREE_LINES, _BYTES_A_LINE = 200_000, 16
"""Lines that any table may have, and bytes that one takes in a longer one: it names a file."""

_FREE_CELLS, _BYTES_A_CELL = 1_000_000, 8
"""Cells likewise; many of a wide table are empty."""

_FREE_PACKED_CELLS, _CELLS_A_BYTE = 200_000, 2
"""Cells of an Excel file, and texts that they share, per byte of it as it lies packed."""

_WIDEST = 16_384
"""Cells of a row: Excel's own bound."""

_FREE_INFLATED, _RATIO = 4 * 2**20, 60
_MOST_OTHER_BYTES = 8 * 2**20
"""Of a part that is neither a sheet nor its texts, such as styles."""

_CHUNK = 2**20
_MARKS = re.compile(rb"<(?:\w{1,16}:)?(row|c|si)[\s/>]")


def refuse_many_cells(content: bytes) -> None:
    """Refuse a CSV of more lines or cells than one of its size has.

    Raises:
        FileError: TOO_LARGE.
    """
    lines = max(content.count(b"\n"), content.count(b"\r"))
    if lines > _FREE_LINES + len(content) // _BYTES_A_LINE:
        raise FileError(Reason.TOO_LARGE, f"found {lines:,} lines of next to nothing")
    cells = lines + max(content.count(mark) for mark in (b",", b";", b"\t", b"|"))
    if cells > _FREE_CELLS + len(content) // _BYTES_A_CELL:
        raise FileError(Reason.TOO_LARGE, f"found {cells:,} cells of next to nothing")


def refuse_bomb(packed: zipfile.ZipFile, size: int, most_unpacked: int) -> None:
    """Refuse an Excel file that unpacks to more than one of its size does.

    Args:
        packed: the file.
        size: of the file, in bytes.
        most_unpacked: bytes that it may unpack to whatever its size.

    Raises:
        FileError: TOO_LARGE.
    """
    parts = packed.infolist()
    inflated = sum(item.file_size for item in parts)
    if inflated > min(most_unpacked, _FREE_INFLATED + _RATIO * size):
        raise FileError(Reason.TOO_LARGE, "an Excel file that unpacks to too much")
    most = _FREE_PACKED_CELLS + _CELLS_A_BYTE * size
    for item in parts:
        of_cells = "worksheets/" in item.filename or "sharedStrings" in item.filename
        if not of_cells and item.file_size > _MOST_OTHER_BYTES:
            raise FileError(Reason.TOO_LARGE, "an Excel file whose styles or links are too many")
        most = _count(packed, item, most)  # whatever it is called: a list says which part is which


def _count(packed: zipfile.ZipFile, item: zipfile.ZipInfo, most: int) -> int:
    """Return how many cells and texts may still come after those of a part."""
    width = 0
    for mark in _marks(packed, item):
        width = 0 if mark == b"row" else width + 1
        most -= mark != b"row"
        if most < 0 or (width > _WIDEST and mark == b"c"):
            raise FileError(Reason.TOO_LARGE, "an Excel file of too many cells")
    return most


def _marks(packed: zipfile.ZipFile, item: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield what begins a row, a cell or a text; a mark cut by the end of a chunk is seen next."""
    left, rest = item.file_size, b""
    with packed.open(item) as part:
        while left > 0 and (chunk := part.read(min(_CHUNK, left))):
            left -= len(chunk)
            text = rest + chunk
            end = 0
            for match in _MARKS.finditer(text):
                yield match[1]
                end = match.end()
            rest = text[max(end, len(text) - 24) :]
