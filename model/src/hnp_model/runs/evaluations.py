"""Where a run's evaluations lie: its own test at the top, every other in a folder of its own."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from hnp_model.runs.run_config import RunConfig
from hnp_model.runs.run_folder import CONFIG_FILE, METRICS_FILE, WEIGHTS_FILE, RunFolder
from hnp_model.runs.typed_record import DAMAGED_JSON
from hnp_shared.errors import InputError, OutputError, StorageError
from hnp_shared.places import is_folder
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


def choose_alike(
    first: Sequence[Kept], second: Sequence[Kept], part: str
) -> tuple[RunFolder, RunFolder] | None:
    """Return an evaluation of each run that are about the same; those at the top come first.

    None when no two are.

    Raises:
        InputError: several are, and none of them is the run's own.
    """
    pairs = [(a, b) for a in first for b in second if a.parts[part] == b.parts[part]]
    if not pairs:
        return None
    if len(pairs) > 1 and not any(one.folder.has(CONFIG_FILE) for one in pairs[0]):
        raise InputError(
            f"both runs were judged on {part} of {len(pairs)} data sets or splits, expected one: "
            f"name a folder of each run's {EVALUATIONS_FOLDER}/"
        )
    return pairs[0][0].folder, pairs[0][1].folder


def read_kept(folder: RunFolder) -> Kept | None:
    """Return what lies in a folder; None when that is no evaluation, or a damaged one."""
    try:
        found = json.loads(folder.read(METRICS_FILE))
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


def _text(found: object) -> str | None:
    return None if found is None else str(found)


def _weights_of(place: RunFolder) -> object:
    return json.loads(place.read(METRICS_FILE)).get("weights_sha256")


def _holds_something(place: RunFolder) -> bool:
    if not is_folder(place.path):
        return False  # nothing, or a file, which whoever makes the folder tells
    return any(not name.startswith(TEMPORARY_PREFIX) for name in _names_in(place.path))


def _names_in(folder: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in folder.iterdir())
    except OSError as error:
        raise StorageError.of("the folder of the evaluation", error) from error
