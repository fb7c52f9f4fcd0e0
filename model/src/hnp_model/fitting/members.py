"""The trainings of a run: one, or one a seed whose mean is the prediction."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hnp_model.fitting.networks.choice import build_network
from hnp_model.fitting.networks.ensemble import Ensemble
from hnp_model.fitting.samples import Samples
from hnp_model.fitting.training import train
from hnp_model.runs.checkpoint import load_weights, write_weights
from hnp_model.runs.history import History, Watch, to_csv_by_seed
from hnp_model.runs.run_folder import CHECKPOINTS_FOLDER, HISTORY_FILE, RunFolder
from hnp_model.runs.val_logits import read_val_logits
from hnp_model.settings.fit import FitSettings
from hnp_shared.storage import make_folder, sweep_temporary

MEMBERS_FOLDER = "members"


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """What the trainings of a run leave beside weights.

    Attributes:
        histories: of each member.
        by_epoch: (epoch, slice) logits of val of each member; () where they are not known.
    """

    histories: tuple[History, ...]
    by_epoch: tuple[npt.NDArray[np.float64], ...]


def train_members(
    train_part: Samples,
    val: Samples,
    settings: FitSettings,
    folder: RunFolder,
    watch: Watch | None = None,
) -> Trained:
    """Train, or go on, and return what each member leaves; a watch sees the only one.

    Several train one after the other, each in a folder of its own; those done are not done again.
    Then their weights are put together into those of the run.

    Raises:
        InputError: a loss is no longer a number.
        StorageError: a read or write failed.
    """
    if settings.seeds is None:
        return what_is_left([folder], [train(train_part, val, settings, folder, watch)], len(val))
    histories, members, folders = {}, [], []
    for member in settings.members():
        own = _folder_of(folder, member)
        folders.append(own)
        histories[member.seed] = train(train_part, val, member, own)
        network = build_network(member)
        load_weights(own, network)
        members.append(network)
    folder.write(HISTORY_FILE, to_csv_by_seed(histories))
    write_weights(folder, Ensemble(members))
    return what_is_left(folders, list(histories.values()), len(val))


def what_is_left(folders: list[RunFolder], histories: list[History], val_count: int) -> Trained:
    """Return what trainings have left in their folders; ``val_count`` slices are judged there."""
    found = [
        read_val_logits(folder, len(history), val_count)
        for folder, history in zip(folders, histories, strict=True)
    ]
    known = tuple(each for each in found if each is not None)
    return Trained(tuple(histories), known if len(known) == len(found) else ())


def _folder_of(folder: RunFolder, member: FitSettings) -> RunFolder:
    path = folder.path / MEMBERS_FOLDER / f"seed-{member.seed}"
    for made in (path, path / CHECKPOINTS_FOLDER):
        make_folder(made, role="the folder of a member", disk=folder.disk)
        sweep_temporary(made, role="the folder of a member", disk=folder.disk)
    return replace(folder, path=Path(path))
