"""Mask sets: label maps of slices of one data set, in the pixels of its stored arrays.

A mask set is a folder of `masks.json` and of one file a shard, of the shard's name below `masks/`;
slices that nobody has outlined are in none of them.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from hnp_shared.dataset_info import DatasetInfo, NamedFile
from hnp_shared.errors import InputError, StorageError
from hnp_shared.opening import read_regular
from hnp_shared.shards import map_members

MASKS_FILE = "masks.json"
MASKS_FOLDER = "masks"
FORMAT = "hnp-masks 1"
MASKS_MEMBER = "masks.npy"
IDS_MEMBER = "slice_ids.npy"

_MOST_BYTES = 64 * 2**20
_ID_DIGITS = 16

LabelMaps = npt.NDArray[np.uint8]


class MaskClass(IntEnum):
    """What a pixel shows."""

    BACKGROUND = 0
    NUCLEUS = 1
    ANNULUS = 2
    SAC = 3
    POSTERIOR = 4
    LIGAMENT = 5


CLASS_NAMES: Mapping[int, str] = {
    MaskClass.BACKGROUND: "background",
    MaskClass.NUCLEUS: "nucleus",
    MaskClass.ANNULUS: "annulus",
    MaskClass.SAC: "sac",
    MaskClass.POSTERIOR: "posterior elements",
    MaskClass.LIGAMENT: "ligament",
}

DISC = "disc"
"""Stands in `told` for nucleus and annulus where a source outlines both as one: all is annulus."""

STRUCTURES = (DISC, *(name for number, name in CLASS_NAMES.items() if number))


@dataclass(frozen=True, slots=True)
class MaskSetInfo:
    """The content of masks.json.

    Attributes:
        dataset_id: of the data set whose slices they are.
        pixels_id: what its images were made by.
        told: of `STRUCTURES`, what the source outlines; what it does not is background.
        source: what made the masks: its kind, and digests; never a path.
        slices: how many have a mask.
        files: path below the folder -> digest and size.
        intervals: measure -> how far off it may be, where a model that was tried tells; see
            `hnp-train segment`.
    """

    dataset_id: str
    pixels_id: str
    told: tuple[str, ...]
    source: Mapping[str, Any]
    slices: int = 0
    files: Mapping[str, NamedFile] = field(default_factory=dict)
    intervals: Mapping[str, Any] = field(default_factory=dict)

    @property
    def mask_set_id(self) -> str:
        """The first 16 hex of a digest over all the rest."""
        return hashlib.sha256(_text(self._plain()).encode()).hexdigest()[:_ID_DIGITS]

    def to_json(self) -> bytes:
        """Return the file's bytes."""
        return _text({**self._plain(), "mask_set_id": self.mask_set_id}).encode() + b"\n"

    def _plain(self) -> dict[str, Any]:
        files = {name: {"sha256": f.sha256, "size": f.size} for name, f in self.files.items()}
        told = {"intervals": dict(self.intervals)} if self.intervals else {}
        return {
            "format": FORMAT,
            "dataset_id": self.dataset_id,
            "pixels_id": self.pixels_id,
            "classes": {str(int(number)): name for number, name in CLASS_NAMES.items()},
            "told": list(self.told),
            "source": dict(self.source),
            "slices": self.slices,
            "files": files,
            **told,
        }


@dataclass(frozen=True)
class MaskSet:
    """An opened mask set.

    Attributes:
        folder: where it lies.
        info: what its masks.json says.
    """

    folder: Path
    info: MaskSetInfo

    @property
    def mask_set_id(self) -> str:
        """Names it in tables of measures."""
        return self.info.mask_set_id

    @cached_property
    def _places(self) -> dict[str, tuple[LabelMaps, int]]:
        found: dict[str, tuple[LabelMaps, int]] = {}
        for name in self.info.files:
            masks, ids = open_masks(self.folder / name)
            for row, slice_id in enumerate(ids):
                found[slice_id] = (masks, row)
        return found

    @property
    def slice_ids(self) -> tuple[str, ...]:
        """The slices that have a mask, by shard."""
        return tuple(self._places)

    def mask(self, slice_id: str) -> LabelMaps | None:
        """Return the label map of a slice, (row, column); None where it has none.

        Raises:
            InputError: a file is damaged.
            StorageError: it could not be read.
        """
        place = self._places.get(slice_id)
        return None if place is None else np.asarray(place[0][place[1]])

    def refuse_other(self, info: DatasetInfo) -> None:
        """Refuse masks of another data set, or of other pixels.

        Raises:
            InputError: they are.
        """
        for name in ("dataset_id", "pixels_id"):
            found, expected = getattr(self.info, name), getattr(info, name)
            if found != expected:
                raise InputError(
                    f"the masks are of {name} {found}, expected {expected}; hnp-etl masks makes "
                    "them for this data set"
                )


def open_masks(path: Path) -> tuple[LabelMaps, tuple[str, ...]]:
    """Map one file of a mask set: (slice, row, column), and slice ids.

    Raises:
        InputError: it is damaged, or holds something else.
        StorageError: it could not be read.
    """
    role = f"masks {path.name}"
    masks, ids = map_members(path, (MASKS_MEMBER, IDS_MEMBER), role=role)
    if masks.dtype != np.uint8 or masks.ndim != 3 or ids.shape != masks.shape[:1]:
        raise InputError(f"{role} holds {masks.dtype} {masks.shape}, ids {ids.shape}")
    return cast("LabelMaps", masks), tuple(str(value) for value in ids)


def open_mask_set(folder: Path) -> MaskSet:
    """Open the mask set in a folder.

    Raises:
        InputError: there is none, or it is damaged.
        StorageError: it could not be read.
    """
    try:
        content = read_regular(folder / MASKS_FILE, role=MASKS_FILE, most_bytes=_MOST_BYTES)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InputError(f"no mask set: found no {MASKS_FILE} in the folder given") from error
    except OSError as error:
        raise StorageError.of(MASKS_FILE, error) from error
    return MaskSet(folder, parse_masks(content))


def parse_masks(content: bytes) -> MaskSetInfo:
    """Return the record of a masks.json.

    Raises:
        InputError: it is none, or was changed since.
    """
    try:
        found = json.loads(content)
        if found["format"] != FORMAT:
            raise InputError(f"{MASKS_FILE} is of another format, expected {FORMAT}")
        files = {
            _below(name): NamedFile(str(one["sha256"]), int(one["size"]))
            for name, one in found["files"].items()
        }
        info = MaskSetInfo(
            str(found["dataset_id"]),
            str(found["pixels_id"]),
            tuple(map(str, found["told"])),
            dict(found["source"]),
            int(found["slices"]),
            files,
            dict(found.get("intervals", {})),
        )
        stated = found["mask_set_id"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(f"{MASKS_FILE} is damaged, expected that of hnp-etl masks") from error
    if stated != info.mask_set_id:
        raise InputError(f"{MASKS_FILE} was changed after it was written")
    return info


def _below(name: str) -> str:
    parts = name.split("/")
    if len(parts) != 2 or parts[0] != MASKS_FOLDER or parts[1] in ("", ".", ".."):
        raise ValueError("expected files below masks/")
    return name


def _text(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
