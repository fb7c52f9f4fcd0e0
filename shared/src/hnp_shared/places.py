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
        if holds_dataset(folder):
            raise OutputError(f"{target.name} lies in a data set, expected a place outside")
        if is_private(folder):
            raise OutputError(f"{target.name} lies in a private folder, expected a place outside")


def refuse_dataset(folder: Path) -> None:
    """Refuse a data set in the place of a private folder.

    Raises:
        OutputError: it is one.
    """
    if holds_dataset(folder):
        raise OutputError(f"the private folder {folder.name} is a data set, expected another place")


def refuse_place(target: Path, *, force: bool) -> None:
    """Refuse a place where a command may not write the file that the user named.

    Raises:
        OutputError: its folder does not exist, it lies in a data set, or it exists.
    """
    refuse_in_dataset(target)
    if not is_folder(target.absolute().parent):
        raise OutputError(
            f"the folder of {target.name} does not exist, expected one; mkdir -p makes it"
        )
    refuse_existing(target, force=force)


def refuse_existing(target: Path, *, force: bool) -> None:
    """Refuse to write over a file, unless that is asked for.

    Raises:
        OutputError: it exists, or is a folder, device or pipe.
    """
    if is_folder(target):
        raise OutputError(f"{target.name} is a folder, expected a file to write")
    if os.path.exists(target) and not is_file(target):  # noqa: PTH110  # as below
        raise OutputError(f"{target.name} is a device or pipe, expected a file to write")
    if not force and os.path.lexists(target):
        raise OutputError(f"{target.name} exists, expected a new file; --force overwrites it")


def holds_dataset(folder: Path) -> bool:
    """Tell whether a folder is a data set."""
    ours = (folder / SHARDS_FOLDER, folder / TABLES_FOLDER)  # other tools write dataset.json too
    return is_file(folder / DATASET_FILE) and any(map(is_folder, ours))


def is_private(folder: Path) -> bool:
    """Tell whether a folder is a private one, by what lies in it or beside it."""
    beside = folder.parent / folder.name.removesuffix(PRIVATE_SUFFIX)
    if beside != folder and holds_dataset(beside):
        return True
    return any(is_file(folder / name) for name in _PRIVATE_FILES)


def is_file(path: Path) -> bool:
    """Tell whether a file is there; a folder that may not be looked into holds none."""
    return os.path.isfile(path)  # noqa: PTH113  # Path.is_file raises where it may not look


def is_folder(path: Path) -> bool:
    """Tell whether a folder is there; one that may not be looked into holds none."""
    return os.path.isdir(path)  # noqa: PTH112  # Path.is_dir raises where it may not look
