"""Where the pixels of slices lie, as their headers told the build, for masks laid over them."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from hnp_etl.reading.sealed import unpack_header
from hnp_etl.state.people import opened_to_read


class SliceGrid(NamedTuple):
    """The pixels of the source image of one slice.

    Attributes:
        path: as the contract writes paths.
        frame: 0 in a single-frame file.
        sop_uid: None where the header had none; series_uid likewise.
        rows, columns: of the image.
        spacing_mm: distance of rows and of columns; None without.
        orientation: direction cosines of a row and of a column (PS3.3 C.7.6.2.1.1); None without,
            and in files of several frames.
        position_mm: centre of the first pixel, likewise.
    """

    slice_id: str
    path: str
    frame: int
    sop_uid: str | None
    series_uid: str | None
    rows: int
    columns: int
    spacing_mm: tuple[float, float] | None
    orientation: tuple[float, ...] | None
    position_mm: tuple[float, ...] | None


def slice_grids(private: Path, wanted: Iterable[str]) -> dict[str, SliceGrid]:
    """Return slice_id -> pixels of its source, of those that the state knows.

    Raises:
        InputError: there is no state, or it cannot be read.
    """
    ids = frozenset(wanted)
    with opened_to_read(private) as state:
        rows = state.execute(
            "SELECT slice_id, path, frame, facts FROM slice JOIN file ON file.id = slice.file "
            "WHERE slice_id IS NOT NULL AND facts IS NOT NULL"
        )
        return {row[0]: _grid(*row) for row in rows if row[0] in ids}


def _grid(slice_id: str, path: bytes, frame: int, sealed: str) -> SliceGrid:
    facts = unpack_header(sealed)
    spacing = None
    if facts.row_mm is not None and facts.column_mm is not None:
        spacing = (facts.row_mm, facts.column_mm)
    placed = (None, None) if frame else (facts.orientation, facts.position_mm)
    return SliceGrid(
        slice_id,
        path.decode("utf-8", "surrogateescape"),
        frame,
        facts.sop_uid,
        facts.series_uid,
        facts.rows or 0,
        facts.columns or 0,
        spacing,
        *placed,
    )
