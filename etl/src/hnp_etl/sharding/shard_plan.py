"""What goes into a shard: fixed before any worker starts, and known again by its digest."""

import json
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version

from hnp_etl.files.source_file import SourceFile
from hnp_etl.limits import LIMITS, Limits
from hnp_etl.recipes.recipe import ARRAY_VERSION, BurnedText, Image

_PIXEL_LIBRARIES = (
    *("numpy", "opencv-python-headless"),
    *("pydicom", "pyjpegls", "pylibjpeg-openjpeg", "python-gdcm"),
)


@dataclass(frozen=True, slots=True)
class PlannedSlice:
    """One slice of a plan.

    Attributes:
        id: row in the state.
        path: bytes by which paths are compared.
        file: as its header was read.
        finding: level and label code; decides between copies, not about pixels.
        header: sealed `HeaderFacts`, of one frame where the file holds several.
        excluded: whether a reader leaves it out, and with it every copy.
        frame: of several, from 1; 0 in a file of one.
    """

    id: int
    slice_id: str
    patient_id: str
    path: bytes
    file: SourceFile
    finding: tuple[int | None, str | None]
    header: str
    excluded: bool = False
    frame: int = 0


@dataclass(frozen=True, slots=True)
class ShardPlan:
    """Everything that a shard's bytes depend on, and where it goes.

    Attributes:
        burned_text: what becomes of slices with letters in them.
    """

    slices: tuple[PlannedSlice, ...]
    image: Image
    limits: Limits = LIMITS
    burned_text: BurnedText = "keep"

    def digest(self) -> str:
        """Return the hash by which pixels decoded before are known again, whatever labels say."""
        recipe = [section.model_dump(mode="json") for section in (self.image, self.limits)]
        digest = sha256(json.dumps([library_versions(), self.burned_text, *recipe]).encode())
        for each in self.slices:
            parts = (each.id, each.slice_id, each.path, each.file.raw, tuple(each.file.stat))
            digest.update(repr(parts).encode())
            digest.update(each.header.encode())
        return digest.hexdigest()


def library_versions() -> list[str]:
    """Return the versions that stored pixels depend on."""
    return [f"arrays {ARRAY_VERSION}", *(f"{name} {version(name)}" for name in _PIXEL_LIBRARIES)]
