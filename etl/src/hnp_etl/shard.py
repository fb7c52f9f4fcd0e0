"""Builds one shard in a worker: read, decode, transform, settle copies, write.

Rows come back, never pixels. What goes in is fixed by the plan, so no engine changes the result.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import numpy as np

from hnp_etl.copies import Picture, settle_copies
from hnp_etl.errors import FileError
from hnp_etl.header import HeaderFacts
from hnp_etl.limits import LIMITS, Limits
from hnp_etl.pixels import Array, use_one_plain_thread
from hnp_etl.recipe import ARRAY_VERSION, Image
from hnp_etl.slice_pixels import read_sample, stored_pixel_mm
from hnp_shared.shards import write_shard
from hnp_shared.storage import DISK, Disk, Written
from hnp_shared.vocabulary import UNCACHED_REASONS, Reason

_PIXEL_LIBRARIES = (
    *("numpy", "opencv-python-headless"),
    *("pydicom", "pyjpegls", "pylibjpeg-openjpeg", "python-gdcm"),
)


@dataclass(frozen=True, slots=True)
class PlannedSlice:
    """One slice of a plan.

    Attributes:
        id: row in the state.
        raw: bytes of the path on the disk.
        path: bytes by which paths are compared.
        stat: size, times and inode that the facts were read at.
        finding: level and label code.
    """

    id: int
    slice_id: str
    patient_id: str
    raw: bytes
    path: bytes
    stat: tuple[int, ...]
    finding: tuple[int | None, str | None]
    facts: HeaderFacts


@dataclass(frozen=True, slots=True)
class ShardPlan:
    """Everything that a shard's bytes depend on, and where it goes."""

    slices: tuple[PlannedSlice, ...]
    image: Image
    limits: Limits = LIMITS

    def digest(self) -> str:
        """Return the hash by which a shard built before is known again."""
        recipe = [section.model_dump(mode="json") for section in (self.image, self.limits)]
        digest = sha256(json.dumps([library_versions(), *recipe]).encode())
        for each in self.slices:
            parts = (each.id, each.slice_id, each.path, each.raw, each.stat, each.finding)
            digest.update(repr(parts).encode())
            digest.update(each.facts.to_json().encode())
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class SampleRow:
    """What one stored slice adds to the manifest; `pixel_row_mm` is that of the stored array."""

    id: int
    row: int
    sha256: str
    source_min: float
    source_max: float
    pixel_row_mm: float | None
    pixel_col_mm: float | None


@dataclass(frozen=True, slots=True)
class ShardResult:
    """What became of a plan.

    Attributes:
        plan: the plan's digest.
        file: None when no slice was usable, or nothing was to be written.
        refused: state row and reason of each slice that is not in.
    """

    plan: str
    file: Written | None
    rows: tuple[SampleRow, ...]
    refused: tuple[tuple[int, Reason], ...]

    @property
    def lasting(self) -> bool:
        """False when a refusal may come out otherwise next time."""
        return not any(reason in UNCACHED_REASONS for _, reason in self.refused)

    def to_json(self) -> tuple[str, str]:
        """Return rows and refusals as JSON, for the private state."""
        return json.dumps([asdict(row) for row in self.rows]), json.dumps(self.refused)


def library_versions() -> list[str]:
    """Return the versions that stored pixels depend on."""
    return [f"arrays {ARRAY_VERSION}", *(f"{name} {version(name)}" for name in _PIXEL_LIBRARIES)]


def build_shard(plan: ShardPlan, *, folder: Path, disk: Disk = DISK) -> ShardResult:
    """Decode, transform and write one shard.

    Args:
        plan: which slices, in the order of the manifest.
        folder: the shards folder.
        disk: where writes go.

    Raises:
        StorageError: the shard could not be written.
    """
    images, result = settle_shard(plan)
    if not result.rows:
        return result
    names = {each.id: each.slice_id for each in plan.slices}
    file = write_shard(folder, images, [names[row.id] for row in result.rows], disk=disk)
    return replace(result, file=file)


def settle_shard(plan: ShardPlan) -> tuple[Array, ShardResult]:
    """Decode, transform and settle copies, without writing.

    Returns:
        The pixels of the slices that stay, and what became of the plan, without a file.
    """
    use_one_plain_thread()
    images, taken, refused = _decode_all(plan)
    verdicts = settle_copies([each.picture for each in taken])
    kept = [index for index, verdict in enumerate(verdicts) if verdict is None]
    refused += [
        (each.slice.id, verdict)
        for each, verdict in zip(taken, verdicts, strict=True)
        if verdict is not None
    ]
    stays = images[: len(taken)] if len(kept) == len(taken) else images[kept]
    rows = tuple(_row(taken[index], row, plan.image) for row, index in enumerate(kept))
    return stays, ShardResult(plan.digest(), None, rows, tuple(refused))


def build_without_killers(
    plan: ShardPlan, attempt: Callable[[ShardPlan], ShardResult | None]
) -> ShardResult:
    """Build a shard of which a slice kills the process that works on it.

    Each slice is tried in a shard of its own, which goes at the commit like all unnamed files.
    """
    sound = tuple(
        each for each in plan.slices if attempt(replace(plan, slices=(each,))) is not None
    )
    killers = tuple((each.id, Reason.CRASHED) for each in plan.slices if each not in sound)
    built = attempt(replace(plan, slices=sound)) if sound else None
    if built is None:
        everyone = tuple((each.id, Reason.CRASHED) for each in plan.slices)
        return ShardResult(plan.digest(), None, (), everyone)
    return replace(built, plan=plan.digest(), refused=(*built.refused, *killers))


@dataclass(frozen=True, slots=True)
class _Taken:
    """A decoded slice, without its pixels."""

    slice: PlannedSlice
    sha256: str
    source_min: float
    source_max: float

    @property
    def picture(self) -> Picture:
        return Picture(self.slice.patient_id, self.slice.path, self.sha256, self.slice.finding)


def _decode_all(plan: ShardPlan) -> tuple[Array, list[_Taken], list[tuple[int, Reason]]]:
    images = np.empty((len(plan.slices), *plan.image.size), np.dtype(plan.image.dtype))
    taken: list[_Taken] = []
    refused: list[tuple[int, Reason]] = []
    for each in plan.slices:
        try:
            sample = read_sample(each.raw, each.facts, plan.image, plan.limits)
        except FileError as error:
            refused.append((each.id, error.reason))
            continue
        images[len(taken)] = sample.array
        digest = sha256(np.ascontiguousarray(sample.array).data).hexdigest()
        taken.append(_Taken(each, digest, sample.source_min, sample.source_max))
    return images, taken, refused


def _row(taken: _Taken, row: int, image: Image) -> SampleRow:
    pixel_mm = stored_pixel_mm(taken.slice.facts, image)
    return SampleRow(
        id=taken.slice.id,
        row=row,
        sha256=taken.sha256,
        source_min=taken.source_min,
        source_max=taken.source_max,
        pixel_row_mm=pixel_mm[0] if pixel_mm else None,
        pixel_col_mm=pixel_mm[1] if pixel_mm else None,
    )
