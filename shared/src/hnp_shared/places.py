"""Where the programs may write: never among what a data set or a private folder holds."""

import os
from pathlib import Path

from hnp_shared.dataset_info import DATASET_FILE, SHARDS_FOLDER, TABLES_FOLDER
from hnp_shared.errors import OutputError

PRIVATE_SUFFIX = ".private"
_PRIVATE_FILES = ("state.sqlite", "linkage.csv")
"""Either of them tells a private folder, whatever its name."""


def refuse_in_dataset(target: Path) -> None:
    """Refuse an output that lies in a data set or in a private folder, or is one.

    Args:
        target: file or folder to be written; it need not exist.

    Raises:
        OutputError: says which of both it lies in.
    """
    whole = Path(os.path.realpath(target))  # Path.resolve fails on a loop of links
    for folder in (whole, *whole.parents):
        if _is_dataset(folder):
            raise OutputError(f"{target.name} lies in a data set, expected a place outside")
        if _is_private(folder):
            raise OutputError(f"{target.name} lies in a private folder, expected a place outside")


def refuse_place(target: Path, *, force: bool) -> None:
    """Refuse a place where a command may not write the file that the user named.

    Raises:
        OutputError: its folder does not exist, it lies in a data set, or it exists.
    """
    refuse_in_dataset(target)
    if not target.absolute().parent.is_dir():
        raise OutputError(f"the folder of {target.name} does not exist, expected one")
    refuse_existing(target, force=force)


def refuse_existing(target: Path, *, force: bool) -> None:
    """Refuse to write over a file, unless that is asked for.

    Raises:
        OutputError: it exists, or is a folder.
    """
    if target.is_dir():
        raise OutputError(f"{target.name} is a folder, expected a file to write")
    if not force and (target.exists() or target.is_symlink()):
        raise OutputError(f"{target.name} exists, expected a new file; --force overwrites it")


def _is_dataset(folder: Path) -> bool:
    ours = (folder / SHARDS_FOLDER, folder / TABLES_FOLDER)  # other tools write dataset.json too
    return (folder / DATASET_FILE).is_file() and any(each.is_dir() for each in ours)


def _is_private(folder: Path) -> bool:
    beside = folder.parent / folder.name.removesuffix(PRIVATE_SUFFIX)
    if beside != folder and _is_dataset(beside):
        return True
    return any((folder / name).is_file() for name in _PRIVATE_FILES)
