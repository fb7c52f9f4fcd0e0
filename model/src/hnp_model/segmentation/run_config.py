"""config.json of a run of segmentation: all that is needed to use its weights."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

from hnp_model.morphometry.spread import Widening
from hnp_model.runs.run_folder import CHECKPOINTS_FOLDER, CONFIG_FILE, RunFolder
from hnp_model.runs.typed_record import DAMAGED_JSON, parse_record
from hnp_model.segmentation.oddity import Usual
from hnp_model.settings.segment import SegmentSettings
from hnp_model.splits.guard import Leakage
from hnp_model.splits.split_facts import SplitFacts
from hnp_shared.errors import InputError, OutputError, StorageError
from hnp_shared.names import is_dropping
from hnp_shared.storage import make_folder, sweep_temporary

FORMAT = "hnp-segment 1"
_ROLE = "the run folder"


@dataclass(frozen=True, slots=True)
class SegmentResult:
    """What was settled on val.

    Attributes:
        best_epochs: of each member, from 1.
        val_dice: of each, mean over slices and classes.
        widenings: measure -> what its errors on val teach of its intervals.
        usual: what slices of val are like, to tell others by.
    """

    best_epochs: tuple[int, ...]
    val_dice: tuple[float, ...]
    widenings: Mapping[str, Widening]
    usual: Usual


@dataclass(frozen=True, slots=True)
class SegmentConfig:
    """The content of config.json; ``result`` is None until the fit is done.

    Attributes:
        mask_set_id: what was learned from.
        told: what that outlines.
        usual_mm: size of a pixel where none is known.
        weights_sha256: of each member, in order of their seeds; () until they are done.
    """

    settings: SegmentSettings
    dataset_id: str
    pixels_id: str
    mask_set_id: str
    told: tuple[str, ...]
    split: SplitFacts
    leakage: Leakage
    usual_mm: tuple[float, float]
    versions: Mapping[str, str] = field(compare=False)
    weights_sha256: tuple[str, ...] = field(compare=False)
    result: SegmentResult | None = field(default=None, compare=False)

    def settled(self) -> SegmentResult:
        """Return what the fit settled.

        Raises:
            InputError: it is not done.
        """
        if self.result is None:
            raise InputError(
                "the fit of this run is not done; the same command with --resume goes on"
            )
        return self.result

    def to_json(self) -> bytes:
        """Return the file's bytes."""
        content = {"format": FORMAT, **asdict(self)}
        text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
        return text.encode() + b"\n"


def weights_file(seed: int) -> str:
    """Return the name of a member's weights in the run."""
    return f"member-{seed}.safetensors"


def read_config(folder: RunFolder) -> SegmentConfig:
    """Return the configuration of a run.

    Raises:
        InputError: the folder holds no run of segmentation.
        StorageError: it could not be read.
    """
    try:
        found = json.loads(folder.read(CONFIG_FILE))
        if found["format"] != FORMAT:
            raise InputError(
                f"the run has another format, expected {FORMAT!r}: segment fit makes it"
            )
        return parse_record(SegmentConfig, found)
    except DAMAGED_JSON as error:
        raise InputError(
            f"{CONFIG_FILE} is damaged, expected that of hnp-train segment fit"
        ) from error


def claim(folder: RunFolder, config: SegmentConfig, *, resume: bool) -> SegmentConfig:
    """Make the folder this fit's, and return its configuration as it stands.

    Raises:
        OutputError: it holds something else, or a fit when none is to be resumed.
    """
    try:
        names = [e.name for e in folder.path.iterdir() if not is_dropping(e.name)]
    except OSError as error:
        raise StorageError.of(_ROLE, error) from error
    if any(not name.startswith(".tmp-") for name in names):
        try:
            held = read_config(folder)
        except InputError as error:
            raise OutputError(f"{_ROLE} holds something else, expected an empty one") from error
        if not resume:
            raise OutputError(f"{_ROLE} holds a fit; --resume goes on with it")
        if held != config:
            raise OutputError(f"{_ROLE} holds another fit; the same flags resume it")
        config = replace(config, versions=held.versions, result=held.result)
    sweep_temporary(folder.path, role=_ROLE, disk=folder.disk)
    make_folder(folder.checkpoints, role=_ROLE, disk=folder.disk)
    sweep_temporary(folder.path / CHECKPOINTS_FOLDER, role=_ROLE, disk=folder.disk)
    folder.write(CONFIG_FILE, config.to_json())
    return config
