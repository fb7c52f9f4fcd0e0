"""The trainings of a run: one, or one a seed whose mean is the prediction."""

from dataclasses import replace
from pathlib import Path

from hnp_model.fitting.networks.choice import build_network
from hnp_model.fitting.networks.ensemble import Ensemble
from hnp_model.fitting.samples import Samples
from hnp_model.fitting.training import train
from hnp_model.runs.checkpoint import load_weights, write_weights
from hnp_model.runs.history import History, to_csv_by_seed
from hnp_model.runs.run_folder import CHECKPOINTS_FOLDER, HISTORY_FILE, RunFolder
from hnp_model.settings import FitSettings
from hnp_shared.storage import make_folder, sweep_temporary

MEMBERS_FOLDER = "members"


def train_members(
    train_part: Samples, val: Samples, settings: FitSettings, folder: RunFolder
) -> tuple[History, ...]:
    """Train, or go on, and return the history of each member.

    Several train one after the other, each in a folder of its own; those done are not done again.
    Then their weights are put together into those of the run.

    Raises:
        InputError: a loss is no longer a number.
        StorageError: a read or write failed.
    """
    if settings.seeds is None:
        return (train(train_part, val, settings, folder),)
    histories, members = {}, []
    for member in settings.members():
        own = _folder_of(folder, member)
        histories[member.seed] = train(train_part, val, member, own)
        network = build_network(member)
        load_weights(own, network)
        members.append(network)
    folder.write(HISTORY_FILE, to_csv_by_seed(histories))
    write_weights(folder, Ensemble(members))
    return tuple(histories.values())


def _folder_of(folder: RunFolder, member: FitSettings) -> RunFolder:
    path = folder.path / MEMBERS_FOLDER / f"seed-{member.seed}"
    for made in (path, path / CHECKPOINTS_FOLDER):
        make_folder(made, role="the folder of a member", disk=folder.disk)
        sweep_temporary(made, role="the folder of a member", disk=folder.disk)
    return replace(folder, path=Path(path))
