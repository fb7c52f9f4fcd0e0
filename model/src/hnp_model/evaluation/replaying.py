"""Training a run once more, from what its folder says, and telling whether the same came out.

A run names its data set and its split by what they hold, not by where they lie: both are looked for
beside it. On the same processor with as many threads and the same versions the bits are the same;
elsewhere last digits differ, and how far apart the two models judge val is what counts.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from hnp_model.data.slices import read_slices
from hnp_model.evaluation.predicting import predict
from hnp_model.fitting.fitting import fit
from hnp_model.runs.run_config import RunConfig
from hnp_model.runs.run_folder import WEIGHTS_FILE, RunFolder
from hnp_model.splits.guard import choose_fold, parts_of
from hnp_model.splits.split_facts import describe_split
from hnp_shared.dataset import Dataset, open_dataset
from hnp_shared.dataset_info import DATASET_FILE
from hnp_shared.errors import HnpError, InputError
from hnp_shared.splits import read_split

REPLAY_FOLDER = "replay"
_MOST_FILES = 1_000
"""Entries of a folder that are looked at for a data set or a split."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came out of a second training.

    Attributes:
        run: its folder.
        same_weights: whether all bits of the weights are as before.
        differences: what differs, each with its old and its new value.
        largest_difference: between both probabilities of a slice of val.
    """

    run: Path
    same_weights: bool
    differences: tuple[tuple[str, str, str], ...]
    largest_difference: float


def replay(run: Path, out: Path | None, split_file: Path | None, target: Path | None) -> Replayed:
    """Train a run again with its own settings and compare what came out.

    Args:
        run: a finished run.
        out: its data set; None to look for it beside the run and in the working folder.
        split_file: its split, found likewise.
        target: where the second run goes; None for a folder of the run. Goes on after a stop.

    Raises:
        InputError: no finished run, or its data set or split was not found.
        OutputError: the target holds something else.
        StorageError: a read or write failed.
    """
    before = RunFolder(run)
    config = before.config()
    config.settled()  # or there is nothing to compare with
    near = (run.absolute().parent, Path.cwd())
    dataset = open_dataset(out or _find_dataset(near, config))
    if dataset.info.dataset_id != config.data.dataset_id:
        raise InputError(
            f"found data set {dataset.info.dataset_id}, the run was trained on "
            f"{config.data.dataset_id}"
        )
    split = split_file or _find_split(near, config)
    again = RunFolder(target or run / REPLAY_FOLDER)
    fitted = fit(dataset.folder, split, again.path, config.settings, resume=True)
    weights = (before.read(WEIGHTS_FILE), again.read(WEIGHTS_FILE))
    return Replayed(
        again.path,
        weights[0] == weights[1],
        tuple(_differ(_outcome(config), _outcome(fitted.config))),
        _largest_difference(before, again, dataset, split),
    )


def _largest_difference(
    before: RunFolder, again: RunFolder, dataset: Dataset, split: Path
) -> float:
    config = before.config()
    slices = read_slices(dataset, columns=config.settings.columns)
    chosen = choose_fold(read_split(split), config.settings.fold)
    parts = parts_of(slices, chosen, dataset.info.dataset_id)
    val = slices.take(parts == "val")
    first, second = (
        predict(folder, folder.config(), dataset, val, parts[parts == "val"]).probability
        for folder in (before, again)
    )
    return float(np.abs(first - second).max())


def _outcome(config: RunConfig) -> dict[str, object]:
    return {**asdict(config.settled()), **config.versions}


def _differ(before: dict[str, object], now: dict[str, object]) -> Iterator[tuple[str, str, str]]:
    for name, value in before.items():
        if value != now.get(name):
            yield name, str(value), str(now.get(name))


def _find_dataset(near: tuple[Path, ...], config: RunConfig) -> Path:
    for path in _entries(near):
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


def _find_split(near: tuple[Path, ...], config: RunConfig) -> Path:
    for path in _entries(near):
        if path.suffix == ".csv" and path.is_file() and _says_the_same(path, config):
            return path
    raise InputError(
        f"the run's split ({config.split.file}) lies neither beside it nor in the working folder, "
        "expected it by --split"
    )


def _says_the_same(path: Path, config: RunConfig) -> bool:
    try:
        return describe_split(path.name, read_split(path)).digest == config.split.digest
    except HnpError:  # another table
        return False


def _entries(near: tuple[Path, ...]) -> Iterator[Path]:
    for folder in near:
        try:
            yield from sorted(folder.iterdir())[:_MOST_FILES]
        except OSError:  # may not be looked into
            continue
