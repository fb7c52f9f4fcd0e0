"""Masks found, and the slice each is of: a function that reads it, once it is wanted."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hnp_etl.masks.classes import Meaning, meaning_of
from hnp_etl.masks.files import (
    MaskKind,
    find_masks,
    phantom_paths,
    read_nifti,
    read_phantom,
    read_png,
)
from hnp_etl.masks.linking import Lost, link_masks
from hnp_etl.masks.table import read_links
from hnp_etl.state.slice_grids import SliceGrid
from hnp_shared.errors import InputError
from hnp_shared.extras import needing
from hnp_shared.mask_set import LabelMaps

Read = Callable[[], LabelMaps | None]


@dataclass(slots=True)
class Taken:
    """What is taken of a folder of masks.

    Attributes:
        kind: what they are written as.
        paths: of all files found.
        reads: slice_id -> reads its mask in the pixels of its image; None: it does not reach there.
        lost: path below the folder -> why it was not taken.
        told: of segmentations, what they outline; None: numbers tell.
    """

    kind: MaskKind
    paths: tuple[Path, ...]
    reads: dict[str, Read] = field(default_factory=dict)
    lost: dict[str, Lost] = field(default_factory=dict)
    told: tuple[str, ...] | None = None

    def counts(self) -> Counter[Lost]:
        """Return how many were not taken, by reason."""
        return Counter(self.lost.values())


def take_masks(source: Path, table: Path | None, grids: Mapping[str, SliceGrid]) -> Taken:
    """Find masks and the slices they are of.

    Args:
        source: a folder of masks, or one file.
        table: CSV that says which mask is of which slice or image; None: paths tell.
        grids: slice_id -> pixels of its image.

    Raises:
        InputError: there are no masks, or the table cannot be used.
        StorageError: a read failed.
    """
    kind, found = find_masks(source)
    taken = Taken(kind, tuple(found.values()))
    if kind is MaskKind.SEG:
        _take_segs(taken, found, grids)
        return taken
    reads: dict[str, Callable[[SliceGrid], LabelMaps | None]]
    if kind is MaskKind.PHANTOM:
        if len(found) > 1:
            raise InputError(f"found {len(found)} .npz files, expected one DIR.truth.npz")
        (path,) = found.values()
        reads = {name: partial(_of_phantom, path, name) for name in phantom_paths(path)}
    else:
        how = _of_png if kind is MaskKind.PNG else _of_nifti
        reads = {name: partial(how, path) for name, path in found.items()}
    links = _links(list(reads), table, grids, kind)
    for name, slices in links.items():
        if isinstance(slices, Lost):
            taken.lost[name] = slices
            continue
        taken.reads |= {each: partial(reads[name], grids[each]) for each in slices}
    return taken


def _links(
    names: list[str], table: Path | None, grids: Mapping[str, SliceGrid], kind: MaskKind
) -> Mapping[str, Sequence[str] | Lost]:
    """Return mask -> the slices that it is of; a volume is of a series, the images of a folder."""
    by_path: dict[str, list[str]] = {}
    for slice_id, grid in grids.items():
        by_path.setdefault(grid.path, []).append(slice_id)
    if kind is not MaskKind.NIFTI:
        if table is not None:
            return read_links(table, names, by_path, frozenset(grids))
        alone = {path: ids for path, ids in by_path.items() if len(ids) == 1}
        return link_masks(names, alone)  # a flat mask is of one frame
    by_series: dict[str | None, list[str]] = {}
    for slice_id, grid in grids.items():
        by_series.setdefault(grid.series_uid, []).append(slice_id)
    if table is None:
        return link_masks(names, _folders(grids))
    links = read_links(table, names, by_path, frozenset(grids))
    return {
        name: each if isinstance(each, Lost) else by_series[grids[each[0]].series_uid]
        for name, each in links.items()
    }


def _folders(grids: Mapping[str, SliceGrid]) -> dict[str, list[str]]:
    """Return the folders that hold images of one series only -> their slices."""
    folders: dict[str, list[str]] = {}
    for slice_id, grid in grids.items():
        folders.setdefault(grid.path.rpartition("/")[0], []).append(slice_id)
    return {
        path: ids for path, ids in folders.items() if len({grids[i].series_uid for i in ids}) == 1
    }


def _of_png(path: Path, _grid: SliceGrid) -> LabelMaps | None:
    return read_png(path)


def _of_nifti(path: Path, grid: SliceGrid) -> LabelMaps | None:
    volume = read_nifti(path)
    return None if volume is None else volume.at(grid)


def _of_phantom(path: Path, name: str, _grid: SliceGrid) -> LabelMaps | None:
    return read_phantom(path, name)


def _take_segs(taken: Taken, found: Mapping[str, Path], grids: Mapping[str, SliceGrid]) -> None:
    with needing("highdicom", "hnp-etl[clinic]"):
        from hnp_etl.masks.seg_reading import SegFile, read_seg  # noqa: PLC0415  # an extra

    opened = lru_cache(maxsize=4)(read_seg)
    by_uid: dict[str, list[SliceGrid]] = {}
    for grid in grids.values():
        if grid.sop_uid:
            by_uid.setdefault(grid.sop_uid, []).append(grid)
    told = set[str]()

    def read(path: Path, grid: SliceGrid) -> LabelMaps | None:
        seg: SegFile | None = opened(path)
        return None if seg is None or grid.sop_uid is None else seg.mask(grid.sop_uid, grid.frame)

    for name, path in found.items():
        seg = opened(path)
        if seg is None or not seg.segments:
            taken.lost[name] = Lost.UNREADABLE
            continue
        mine = [grid for uid in dict.fromkeys(seg.sources()) for grid in by_uid.get(uid, ())]
        if not mine:
            taken.lost[name] = Lost.NO_SLICE
        elif any(grid.slice_id in taken.reads for grid in mine):
            taken.lost[name] = Lost.SEVERAL
        else:
            told |= set(seg.told)
            taken.reads |= {grid.slice_id: partial(read, path, grid) for grid in mine}
    taken.told = tuple(sorted(told))


def settle_meaning(
    taken: Taken, grids: Mapping[str, SliceGrid], values: Mapping[int, str]
) -> Meaning:
    """Read every mask once, drop those that do not fit, and return what their numbers mean.

    Raises:
        InputError: numbers mean nothing.
        StorageError: a read failed.
    """
    seen = np.zeros(256, np.bool_)
    for slice_id, read in list(taken.reads.items()):
        why = _look(read, grids[slice_id], seen, elsewhere=taken.kind is MaskKind.NIFTI)
        if why:
            del taken.reads[slice_id]
            taken.lost[f"slice {slice_id}"] = why
    found = [int(value) for value in np.flatnonzero(seen)]
    if taken.told is not None:
        meaning = meaning_of(found, {})
        names = {number: name for number, name in meaning.names.items() if name in taken.told}
        if "disc" in taken.told and "annulus" not in taken.told:
            names[2] = "disc"
        return Meaning("segments", {0: "background", **names})
    return meaning_of(found, values, phantom=taken.kind is MaskKind.PHANTOM)


def _look(
    read: Read, grid: SliceGrid, seen: npt.NDArray[np.bool_], *, elsewhere: bool
) -> Lost | None:
    """Note what numbers a mask has; return why it cannot be taken, None where it can."""
    try:
        mask = read()
    except InputError:
        return Lost.UNREADABLE
    if mask is None:
        return Lost.NO_PLACE if elsewhere else Lost.UNREADABLE
    if mask.shape != (grid.rows, grid.columns):
        return Lost.OTHER_SIZE
    seen[np.unique(mask)] = True
    return None
