"""A table that says which mask is of which slice: CSV with `mask` and `slice_id`, or `image`."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from hnp_etl.masks.linking import Lost, tail_of
from hnp_shared.csv_lines import Cells, decode, parse_lines
from hnp_shared.errors import InputError, StorageError
from hnp_shared.opening import read_regular

_ROLE = "the table of masks"
_MOST_BYTES = 64 * 2**20
MASK, SLICE, IMAGE = "mask", "slice_id", "image"


def read_links(
    table: Path,
    masks: Sequence[str],
    by_path: Mapping[str, Sequence[str]],
    slice_ids: Collection[str],
) -> dict[str, Sequence[str] | Lost]:
    """Return mask -> the slices that it is of, or why it is of none.

    Args:
        table: CSV; `mask` is a path below the folder of masks, `image` a path as `hnp-etl link`
            prints it (of a volume, its folder).
        masks: paths below the folder, all that were found.
        by_path: path -> slices.
        slice_ids: of the data set.

    Raises:
        InputError: it is no such table.
        StorageError: it could not be read.
    """
    try:
        text = decode(read_regular(table, role=_ROLE, most_bytes=_MOST_BYTES), role=_ROLE)
    except OSError as error:
        raise StorageError.of(_ROLE, error) from error
    lines = [line for line in parse_lines(text, _is_header, role=_ROLE) if not line.is_comment]
    if not lines or not _is_header(lines[0].cells):
        raise InputError(f"{_ROLE} has no header, expected {MASK},{SLICE} or {MASK},{IMAGE}")
    header = [cell.casefold() for cell in lines[0].cells]
    said: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for line in lines[1:]:
        cells = dict(zip(header, (*line.cells, *[""] * len(header)), strict=False))
        said.setdefault(tail_of(cells[MASK]), []).append(
            (cells.get(SLICE, ""), cells.get(IMAGE, ""))
        )
    tails = {tail_of(path): ids for path, ids in by_path.items()}
    links = {mask: _of(said.get(tail_of(mask), []), tails, slice_ids) for mask in masks}
    return _once(links)


def _is_header(cells: Cells) -> bool:
    names = {cell.casefold() for cell in cells}
    return MASK in names and bool(names & {SLICE, IMAGE})


def _of(
    said: Sequence[tuple[str, str]],
    tails: Mapping[tuple[str, ...], Sequence[str]],
    slice_ids: Collection[str],
) -> Sequence[str] | Lost:
    if len(set(said)) > 1:
        return Lost.AMBIGUOUS
    if not said:
        return Lost.NO_SLICE
    slice_id, image = said[0]
    if slice_id:
        return [slice_id] if slice_id in slice_ids else Lost.NO_SLICE
    return tails.get(tail_of(image), Lost.NO_SLICE)


def _once(links: Mapping[str, Sequence[str] | Lost]) -> dict[str, Sequence[str] | Lost]:
    seen: dict[str, str] = {}
    found = dict(links)
    for mask, slices in links.items():
        for slice_id in () if isinstance(slices, Lost) else slices:
            if slice_id in seen:
                found[mask] = found[seen[slice_id]] = Lost.SEVERAL
            seen.setdefault(slice_id, mask)
    return found
