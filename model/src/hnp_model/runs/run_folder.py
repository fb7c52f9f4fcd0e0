"""The folder of a run: which files it has, and who may write them."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from hnp_model.runs.run_config import RunConfig, parse_config
from hnp_shared.counted import counted
from hnp_shared.errors import InputError, OutputError, StorageError
from hnp_shared.names import is_dropping
from hnp_shared.opening import read_regular
from hnp_shared.places import is_file, is_folder
from hnp_shared.storage import (
    DISK,
    TEMPORARY_PREFIX,
    Disk,
    make_folder,
    replace_file,
    sweep_temporary,
)

CONFIG_FILE = "config.json"
HISTORY_FILE = "history.csv"
WEIGHTS_FILE = "model.safetensors"
CALIBRATION_FILE = "calibration.json"
CHECKPOINTS_FOLDER = "checkpoints"
PREDICTIONS_FILE = "predictions.parquet"
PREDICTED_FILE = "predicted.parquet"
"""What predict leaves beside an evaluation, which the other table belongs to."""
METRICS_FILE = "metrics.json"
ROC_FILE = "roc.png"
RELIABILITY_FILE = "reliability.png"
DECISION_FILE = "decision.png"
DECISION_TABLE = "decision.csv"
CARD_FILE = "card.md"
APPLIED_CARD_FILE = "card.json"
"""The card for programs; people open the other."""
REPORT_FILES = (CARD_FILE, ROC_FILE, RELIABILITY_FILE, DECISION_FILE, METRICS_FILE)
"""What an evaluation leaves for people to open."""
DIGEST_KEYS = {
    WEIGHTS_FILE: "weights_sha256",
    CALIBRATION_FILE: "calibration_sha256",
    PREDICTIONS_FILE: "predictions_sha256",
    ROC_FILE: "roc_sha256",
    RELIABILITY_FILE: "reliability_sha256",
    DECISION_FILE: "decision_sha256",
    DECISION_TABLE: "decision_table_sha256",
    CARD_FILE: "card_sha256",
    APPLIED_CARD_FILE: "applied_card_sha256",
}
"""File that figures belong to -> what its sha256 is called in metrics.json."""


_MOST_TEXT_BYTES = 64 * 2**20
"""Of a file of figures, or of one row a disc of val."""

_SMALL_TABLES = (HISTORY_FILE, "referral.csv", "val-discs.csv")

_MOST_BYTES = 2**31
"""Of weights, checkpoints and pictures."""


def _most_bytes(name: str) -> int:
    is_text = name.endswith((".json", ".md")) or name in _SMALL_TABLES
    return _MOST_TEXT_BYTES if is_text else _MOST_BYTES


def refuse_own_file(target: Path) -> None:
    """Refuse to write over what makes a run a run.

    Raises:
        OutputError: the file is one of the run in whose folder it lies.
    """
    own = (
        *(CONFIG_FILE, HISTORY_FILE, WEIGHTS_FILE, CALIBRATION_FILE, PREDICTIONS_FILE),
        *(*REPORT_FILES, APPLIED_CARD_FILE),
    )
    if target.name in own and is_file(target.parent / CONFIG_FILE):
        raise OutputError(
            f"{target.name} is a file of the run in its folder, expected another name"
        )


@dataclass(frozen=True, slots=True)
class RunFolder:
    """A run on the disk."""

    path: Path
    disk: Disk = DISK

    @property
    def checkpoints(self) -> Path:
        """The folder of what only this program needs: to resume, and to know what it has seen."""
        return self.path / CHECKPOINTS_FOLDER

    def write(self, name: str, content: bytes | memoryview) -> str:
        """Write a file of the run, whole or not at all, and return its sha256."""
        path = self.path / name
        return replace_file(
            path, lambda sink: sink.write(content), role=name, disk=self.disk
        ).sha256

    def rename(self, name: str, new: str) -> None:
        """Give a file of the run another name, over what has that name; the next write syncs it.

        Raises:
            StorageError: it could not be done.
        """
        try:
            self.disk.rename(self.path / name, self.path / new)
        except OSError as error:
            raise StorageError.of(name, error) from error

    def read(self, name: str) -> bytes:
        """Return the content of a file of the run.

        Raises:
            InputError: the run has no such file, or something that is no file.
            StorageError: it could not be read.
        """
        try:
            content = read_regular(self.path / name, role=name, most_bytes=_most_bytes(name) + 1)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise InputError(f"the run has no {name}") from error
        except IsADirectoryError as error:  # nothing is wrong with the disk
            raise InputError(f"{name} is a folder, expected a file") from error
        except OSError as error:
            raise StorageError.of(name, error) from error
        if len(content) > _most_bytes(name):
            raise InputError(f"{name} has over {_most_bytes(name):,} bytes, expected a run's")
        return content

    def has(self, name: str) -> bool:
        """Tell whether something of that name is there, whatever it is."""
        return os.path.lexists(self.path / name)

    def config(self) -> RunConfig:
        """Return the run's configuration.

        Raises:
            InputError: the folder holds no run.
            StorageError: it could not be looked into.
        """
        if is_folder(self.path) and not self.has(CONFIG_FILE):
            raise InputError(f"no run: found no {CONFIG_FILE} in the folder given")
        return parse_config(self.read(CONFIG_FILE))


@contextlib.contextmanager
def hold(path: Path, *, role: str = "the run folder", disk: Disk = DISK) -> Iterator[RunFolder]:
    """Keep other commands from writing into a folder; makes it where there is none.

    Raises:
        OutputError: another command writes into it, or a file is in the way.
    """
    refuse_file(path, role=role)
    make_folder(path, role=role, disk=disk)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise StorageError.of(role, error) from error
    try:
        _lock(descriptor, role)
        yield RunFolder(path, disk)
    finally:
        os.close(descriptor)  # also ends the lock


def refuse_file(path: Path, *, role: str) -> None:
    """Refuse a file in the place of a folder.

    Raises:
        OutputError: there is one.
    """
    if os.path.lexists(path) and not is_folder(path):
        place = role.removeprefix("the ").removesuffix(" folder")
        raise OutputError(f"found a file where the {place} should go, expected a folder or nothing")


def claim(folder: RunFolder, config: RunConfig, *, resume: bool) -> RunConfig:
    """Make the folder this fit's, and return its configuration as it stands.

    Raises:
        OutputError: it holds something else, or a fit when none is to be resumed.
    """
    held = _held_config(folder)
    if held is not None:
        _refuse_other(held, config, resume=resume)
        config = replace(config, versions=held.versions)
        if held.settings.epochs == config.settings.epochs:
            config = replace(config, result=held.result)
    sweep_temporary(folder.path, role="the run folder", disk=folder.disk)
    folder.write(CONFIG_FILE, config.to_json())
    make_folder(folder.checkpoints, role="the run folder", disk=folder.disk)
    sweep_temporary(folder.checkpoints, role="the run folder", disk=folder.disk)
    return config


def device_before(folder: RunFolder) -> str | None:
    """Return what the fit in a folder ran on; None: there is none that can be read."""
    try:
        return folder.config().settings.device
    except (InputError, StorageError):  # `claim` says so
        return None


def _lock(descriptor: int, role: str) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise OutputError(f"{role} is in use by another hnp-train") from error
    except OSError as error:
        raise StorageError.of(f"the lock on {role}", error) from error


def _held_config(folder: RunFolder) -> RunConfig | None:
    try:
        names = sorted(entry.name for entry in folder.path.iterdir())
    except OSError as error:
        raise StorageError.of("the run folder", error) from error
    names = [name for name in names if not (name.startswith(TEMPORARY_PREFIX) or is_dropping(name))]
    if not names:
        return None
    try:
        return folder.config()
    except InputError as error:
        what = str(error) if folder.has(CONFIG_FILE) else f"{names[0]!r} and so on"
        raise OutputError(
            f"the run folder holds something else ({what}), expected an empty one or a run"
        ) from error


def _refuse_other(held: RunConfig, asked: RunConfig, *, resume: bool) -> None:
    if not resume:
        state = "a finished fit" if held.result else "a fit that was stopped"
        raise OutputError(f"the run folder holds {state}; --resume goes on with it")
    if held.settings.epochs > asked.settings.epochs:
        raise OutputError(
            f"the run folder holds a fit of {counted(held.settings.epochs, 'epoch')}, "
            f"asked {asked.settings.epochs}; expected as many or more"
        )
    for name in ("settings", "data", "split", "standardisation", "image_size"):
        before, now = getattr(held, name), getattr(asked, name)
        if name == "settings" and before.recipe.schedule == "constant":
            before = replace(before, epochs=now.epochs)  # else rates hang on how many there are
        if name == "split":
            before = replace(before, file=now.file)
        if before != now:
            raise OutputError(
                f"the run folder holds a fit with another {name}: "
                f"{_difference(before, now)}; the same flags resume it"
            )


def _difference(before: object, now: object) -> str:
    names = getattr(before, "__dataclass_fields__", {})
    pairs = [(name, getattr(before, name), getattr(now, name)) for name in names]
    differing = [pair for pair in pairs if pair[1] != pair[2]]
    if differing and all(hasattr(one, "__dataclass_fields__") for one in differing[0][1:]):
        return _difference(*differing[0][1:])
    told = [f"{name} {old!r}, asked {new!r}" for name, old, new in differing]
    return told[0] if told else f"{before!r}, asked {now!r}"
