"""Where a run's evaluations lie: its own test at the top, every other in a folder of its own."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from hnp_model.runs.predicted_files import paths_of
from hnp_model.runs.run_config import RunConfig
from hnp_model.runs.run_folder import (
    CONFIG_FILE,
    DIGEST_KEYS,
    METRICS_FILE,
    PREDICTED_FILE,
    PREDICTIONS_FILE,
    REPORT_FILES,
    WEIGHTS_FILE,
    RunFolder,
)
from hnp_model.runs.typed_record import DAMAGED_JSON
from hnp_shared.counted import shorten
from hnp_shared.errors import InputError, OutputError, StorageError
from hnp_shared.names import is_dropping
from hnp_shared.places import is_folder
from hnp_shared.plain_json import plain_json
from hnp_shared.storage import TEMPORARY_PREFIX

EVALUATIONS_FOLDER = "evaluations"
_NAME = re.compile(r"[0-9A-Za-z]{1,64}")
"""Of a data set id that becomes the name of a folder."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What figures are about; those about something else are never written over.

    Attributes:
        dataset_id: the data set judged.
        part: the part judged; `all` without a split.
        split_digest: of the split; None without one.
        tta: whether each picture was looked at mirrored too.
    """

    dataset_id: str
    part: str
    split_digest: str | None
    tta: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """An evaluation on the disk: what each part of it is about."""

    folder: RunFolder
    parts: Mapping[str, Subject]

    @property
    def subject(self) -> Subject:
        """What was asked for; val comes along with any other part."""
        asked = [part for part in self.parts if part != "val"] or ["val"]
        return self.parts[asked[0]]


def place_of(run: RunFolder, config: RunConfig, subject: Subject) -> RunFolder:
    """Return where an evaluation goes that nobody has named a folder for.

    Raises:
        InputError: the data set's id is none.
    """
    if subject == Subject(config.data.dataset_id, "test", config.split.digest):
        return run
    if not _NAME.fullmatch(subject.dataset_id):
        raise InputError("the data set id in dataset.json is damaged, expected 16 hex digits")
    name = f"{subject.dataset_id}-{subject.part}{'-tta' if subject.tta else ''}"
    return replace(run, path=run.path / EVALUATIONS_FOLDER / name)


def refuse_another(place: RunFolder, run: RunFolder, subject: Subject, *, ours: bool) -> None:
    """Refuse a folder that holds another evaluation, or that is somebody else's.

    Args:
        place: where the evaluation is to go.
        run: the run judged.
        subject: what the new evaluation is about.
        ours: whether the folder is one of the run's own, which only we write in.

    Raises:
        OutputError: says what it holds.
        StorageError: it could not be looked into.
    """
    name = place.path.name
    kept = read_kept(place)
    if kept is None and not ours and _holds_something(place):
        raise OutputError(f"{name} holds something else, expected an empty folder or a new one")
    if kept is None:
        return
    held = kept.subject
    if held != subject:
        other = f"data set {held.dataset_id}, part {held.part}"
        if (held.dataset_id, held.part) == (subject.dataset_id, subject.part):
            other += ", by another split" if held.tta == subject.tta else ", with or without --tta"
        raise OutputError(
            f"{name} holds the evaluation of {other}; --out DIR writes elsewhere, --force over it"
        )
    if not ours and _weights_of(place) != sha256(run.read(WEIGHTS_FILE)).hexdigest():
        raise OutputError(
            f"{name} holds an evaluation of other weights; --out DIR writes elsewhere, "
            "--force over it"
        )


def find_kept(path: Path, part: str) -> tuple[Kept, ...]:
    """Return a run's evaluations that judge a part: the one at the top, then others by name."""
    below = path / EVALUATIONS_FOLDER
    others = _names_in(below) if is_folder(below) else []
    kept = (read_kept(RunFolder(folder)) for folder in (path, *(below / name for name in others)))
    return tuple(one for one in kept if one and part in one.parts)


def choose_alike(kept_by_run: Sequence[Sequence[Kept]], part: str) -> tuple[RunFolder, ...] | None:
    """Return an evaluation of each run, all about the same; those at the top come first.

    None when there are none such.

    Args:
        kept_by_run: the evaluations of each of two or more runs.
        part: the part judged.

    Raises:
        InputError: several are, and none of them is the run's own.
    """
    by_subject = [{one.parts[part]: one for one in reversed(kept)} for kept in kept_by_run]
    shared = [
        tuple(run[one.parts[part]] for run in by_subject)
        for one in kept_by_run[0]
        if all(one.parts[part] in run for run in by_subject)
    ]
    if not shared:
        return None
    if len(shared) > 1 and not any(one.folder.has(CONFIG_FILE) for one in shared[0]):
        runs = "both runs were" if len(kept_by_run) == 2 else "the runs were all"
        raise InputError(
            f"{runs} judged on {part} of {len(shared)} data sets or splits, expected one: "
            f"name a folder of each run's {EVALUATIONS_FOLDER}/"
        )
    return tuple(one.folder for one in shared[0])


def read_kept(folder: RunFolder) -> Kept | None:
    """Return what lies in a folder; None when that is no evaluation, or a damaged one."""
    try:
        found = plain_json(folder.read(METRICS_FILE))
        parts = {
            part: Subject(
                *(str(said["about"]["dataset_id"]), part, _text(said["about"]["split_digest"])),
                said["about"].get("tta") is True,
            )
            for part, said in found.items()
            if isinstance(said, dict)
        }
    except (InputError, StorageError, *DAMAGED_JSON):
        return None
    return Kept(folder, parts) if parts else None


def refuse_strangers(place: RunFolder) -> None:
    """Refuse a folder that is no run and holds what no evaluation leaves, even when forced.

    Raises:
        OutputError: it does.
        StorageError: it could not be looked into.
    """
    if _is_run(place):
        return
    names = _names_in(place.path) if is_folder(place.path) else []
    strangers = [name for name in names if not _is_ours(name)]
    if strangers:
        raise OutputError(
            f"{place.path.name} holds something else ({shorten(strangers[0], 40)!r}), expected a "
            "new folder, or one that only evaluations were written to; --force goes over those"
        )


def is_other_weights(place: RunFolder, weights_sha256: str) -> bool:
    """Tell whether a folder holds an evaluation of other weights than these."""
    return read_kept(place) is not None and _weights_of(place) != weights_sha256


def _is_run(place: RunFolder) -> bool:
    try:
        place.config()
    except (InputError, StorageError):
        return False
    return True


def _is_ours(name: str) -> bool:
    tables = (paths_of(Path(file)).values() for file in (PREDICTIONS_FILE, PREDICTED_FILE))
    predicted = {path.name for paths in tables for path in paths}
    ours = name in {*DIGEST_KEYS, *REPORT_FILES, *predicted} - {WEIGHTS_FILE}
    return ours or name.startswith(TEMPORARY_PREFIX) or is_dropping(name)


def _text(found: object) -> str | None:
    return None if found is None else str(found)


def _weights_of(place: RunFolder) -> object:
    return plain_json(place.read(METRICS_FILE)).get("weights_sha256")


def _holds_something(place: RunFolder) -> bool:
    if not is_folder(place.path):
        return False  # nothing, or a file, which whoever makes the folder tells
    return any(not name.startswith(TEMPORARY_PREFIX) for name in _names_in(place.path))


def _names_in(folder: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in folder.iterdir())
    except OSError as error:
        raise StorageError.of("the folder of the evaluation", error) from error
