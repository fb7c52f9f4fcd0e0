"""The data set and the split that a run was trained on, looked for where they may lie.

A run names both by what they hold, not by where they lie.
"""

from collections.abc import Iterator
from pathlib import Path

from hnp_model.runs.run_config import RunConfig
from hnp_model.runs.run_folder import RunFolder
from hnp_model.splits.split_facts import describe_split
from hnp_shared.dataset import Dataset, open_dataset
from hnp_shared.dataset_info import DATASET_FILE
from hnp_shared.errors import HnpError, InputError
from hnp_shared.splits import read_split

_MOST_FILES = 1_000
"""Entries of a folder that are looked at for a data set or a split."""


def open_origin(run: RunFolder, out: Path | None) -> Dataset:
    """Open the data set that a run was trained on.

    Args:
        run: the run.
        out: where it lies; None to look for it beside the run and in the working folder.

    Raises:
        InputError: it is another, or was not found.
        StorageError: it could not be read.
    """
    config = run.config()
    dataset = open_dataset(out or _find_dataset(run, config))
    if dataset.info.dataset_id != config.data.dataset_id:
        raise InputError(
            f"found data set {dataset.info.dataset_id}, the run was trained on "
            f"{config.data.dataset_id}"
        )
    return dataset


def find_split(run: RunFolder) -> Path:
    """Return the file of a run's split, beside the run or in the working folder.

    Raises:
        InputError: it was not found.
    """
    config = run.config()
    for path in _entries_near(run):
        if path.suffix == ".csv" and path.is_file() and says_the_same(path, config):
            return path
    raise InputError(
        f"the run's split ({config.split.file}) lies neither beside it nor in the working folder, "
        "expected it by --split"
    )


def says_the_same(path: Path, config: RunConfig) -> bool:
    """Tell whether a file is the split of a run, whatever its name."""
    try:
        return describe_split(path.name, read_split(path)).digest == config.split.digest
    except HnpError:  # another table
        return False


def _find_dataset(run: RunFolder, config: RunConfig) -> Path:
    for path in _entries_near(run):
        if (path / DATASET_FILE).is_file() and _is_of(path, config):
            return path
    raise InputError(
        f"data set {config.data.dataset_id} lies neither beside the run nor in the working folder, "
        "expected it as OUT"
    )


def _is_of(path: Path, config: RunConfig) -> bool:
    try:
        return open_dataset(path).info.dataset_id == config.data.dataset_id
    except HnpError:  # another's
        return False


def _entries_near(run: RunFolder) -> Iterator[Path]:
    for folder in (run.path.absolute().parent, Path.cwd()):
        try:
            yield from sorted(folder.iterdir())[:_MOST_FILES]
        except OSError:  # may not be looked into
            continue
