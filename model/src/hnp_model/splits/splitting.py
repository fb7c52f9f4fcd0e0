"""From a data set to split files: what `hnp-train split` does."""

import os
from dataclasses import dataclass
from pathlib import Path

from hnp_model.data.slices import read_slices
from hnp_model.data.thumbnails import read_thumbnails
from hnp_model.settings.split import SplitSettings
from hnp_model.splits.making import MadeSplit, make_splits
from hnp_model.splits.near_copies import Looks, NearCopies, find_near_copies
from hnp_model.splits.stable import find_moved
from hnp_shared.dataset import open_dataset
from hnp_shared.errors import InputError, OutputError
from hnp_shared.leftovers import sweep_leftovers
from hnp_shared.opening import read_regular
from hnp_shared.places import is_file, refuse_existing, refuse_place
from hnp_shared.splits import Split, read_split, split_bytes, write_split


@dataclass(frozen=True, slots=True)
class WrittenSplit:
    """A split and the file it lies in.

    Attributes:
        path: the file.
        made: the split.
        moved: in a stable split, patients whose part is another than in the earlier split given,
            or else in the stable split that lay in the file before.
        near_copies: slices of two patients in two parts that are nearly the same picture.
    """

    path: Path
    made: MadeSplit
    moved: tuple[str, ...]
    near_copies: NearCopies


def split_dataset(
    out: Path,
    target: Path,
    settings: SplitSettings,
    earlier_file: Path | None = None,
    *,
    force: bool = False,
) -> tuple[WrittenSplit, ...]:
    """Split the data set ``out`` and write ``target``, or one file a hospital next to it.

    Args:
        out: the data set.
        target: the split file.
        settings: how to split.
        earlier_file: a split whose patients keep their parts in a stable split.
        force: whether another split file may be written over.

    Raises:
        InputError: no labelled data set, or too little in it to split.
        OutputError: a file is in the way, or the place is none to write to.
        StorageError: a read or write failed.
    """
    refuse_place(target, force=True)  # a file that is there may be what is made anyway
    sweep_leftovers(target.absolute().parent)
    dataset = open_dataset(out)
    earlier = read_split(earlier_file) if earlier_file else None
    slices = read_slices(dataset)
    made = make_splits(slices, dataset.info.dataset_id, settings, earlier)
    near = find_near_copies(Looks.of(slices, slices.hospital, read_thumbnails(dataset, slices)))
    written = []
    for one in made:
        path = target.with_name(f"{target.stem}{one.suffix}{target.suffix}")
        _refuse_another(path, one.split, force=force)
        before = earlier or _replaced(path, one.split)
        moved = _moved(before, one.split, settings)
        written.append(WrittenSplit(path, one, moved, near.placed(one.split).across()))
    for file in written:
        write_split(file.path, file.made.split)
    return tuple(written)


def _refuse_another(path: Path, split: Split, *, force: bool) -> None:
    """Refuse a file of other content: the same arguments and data set give the same bytes."""
    size = path.stat().st_size if is_file(path) else -1
    content = split_bytes(split)
    same = size == len(content) and read_regular(path, role=path.name) == content
    refuse_existing(path, force=force or same)


def _replaced(path: Path, split: Split) -> Split | None:
    """Return the split that lies in the file, if it was made like the new one."""
    if not os.path.lexists(path):
        return None
    try:
        before = read_split(path)
    except InputError as error:
        raise OutputError(f"{path.name} exists and is no split file") from error
    alike = all(
        before.facts.get(name) == split.facts[name] for name in ("scheme", "ratios", "seed")
    )
    return before if alike and before.unit == split.unit else None


def _moved(before: Split | None, split: Split, settings: SplitSettings) -> tuple[str, ...]:
    return find_moved(before.parts, split.parts) if before and settings.stable else ()
