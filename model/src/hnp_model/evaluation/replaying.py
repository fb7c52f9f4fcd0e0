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
from hnp_model.runs.origins import find_split, open_origin
from hnp_model.runs.run_config import RunConfig
from hnp_model.runs.run_folder import WEIGHTS_FILE, RunFolder
from hnp_model.splits.guard import choose_fold, parts_of
from hnp_shared.dataset import Dataset
from hnp_shared.splits import read_split

REPLAY_FOLDER = "replay"


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
    dataset = open_origin(before, out)
    split = split_file or find_split(before)
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
