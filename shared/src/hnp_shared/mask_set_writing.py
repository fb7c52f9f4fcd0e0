"""Writes a mask set: its files first, what names them last."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from hnp_shared.dataset_info import NamedFile
from hnp_shared.errors import OutputError, StorageError
from hnp_shared.mask_set import (
    IDS_MEMBER,
    MASKS_FILE,
    MASKS_FOLDER,
    MASKS_MEMBER,
    LabelMaps,
    MaskSet,
    MaskSetInfo,
)
from hnp_shared.names import is_dropping
from hnp_shared.shards import add_members
from hnp_shared.storage import DISK, Disk, make_folder, replace_file

Batch = tuple[str, Sequence[str], LabelMaps]
"""The name of a shard, slice ids of it that have a mask, and their masks (slice, row, column)."""


def write_mask_set(
    folder: Path, about: MaskSetInfo, batches: Iterable[Batch], *, disk: Disk = DISK
) -> MaskSet:
    """Write a mask set of a data set into a new folder; `masks.json` comes last.

    Args:
        folder: of the mask set.
        about: all that is known before its files are written.
        batches: of each shard what is outlined.
        disk: where writes go.

    Raises:
        OutputError: the folder holds something.
        StorageError: it could not be written.
    """
    refuse_occupied(folder)
    make_folder(folder / MASKS_FOLDER, role="the mask set", disk=disk)
    files, slices = dict[str, NamedFile](), 0
    for shard, ids, masks in batches:
        members = {MASKS_MEMBER: masks, IDS_MEMBER: np.array(ids, dtype="<U32")}
        written = replace_file(
            folder / MASKS_FOLDER / shard,
            partial(add_members, members=members),
            role="the masks",
            disk=disk,
        )
        files[f"{MASKS_FOLDER}/{shard}"] = NamedFile(written.sha256, written.size)
        slices += len(ids)
    info = replace(about, files=files, slices=slices)
    replace_file(
        folder / MASKS_FILE, lambda sink: sink.write(info.to_json()), role=MASKS_FILE, disk=disk
    )
    return MaskSet(folder, info)


def refuse_occupied(folder: Path) -> None:
    """Refuse a folder that holds something.

    Raises:
        OutputError: it does, or is a file.
        StorageError: it could not be looked into.
    """
    if not os.path.lexists(folder):
        return
    try:
        empty = not folder.is_symlink() and all(is_dropping(e.name) for e in folder.iterdir())
    except NotADirectoryError:
        empty = False
    except OSError as error:
        raise StorageError.of("the mask set", error) from error
    if not empty:
        raise OutputError(f"{folder.name} holds something, expected a new or empty folder")
