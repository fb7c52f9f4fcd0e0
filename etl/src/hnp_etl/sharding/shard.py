"""Builds one shard in a worker: read, decode, transform, settle copies, write.

Rows come back, never pixels. What goes in is fixed by the plan, so no engine changes the result.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import numpy as np

from hnp_etl.dicom.header import HeaderFacts
from hnp_etl.errors import FileError
from hnp_etl.limits import SHARD_SLICES
from hnp_etl.pixels.sample import read_sample, stored_pixel_mm
from hnp_etl.pixels.transform import Array, Sample, use_one_plain_thread
from hnp_etl.reading.sealed import unpack_header
from hnp_etl.recipes.recipe import Image
from hnp_etl.sharding.shard_plan import PlannedSlice, ShardPlan
from hnp_etl.sharding.shard_result import Refusal, SampleRow, ShardResult, verdicts
from hnp_shared.shards import write_shard
from hnp_shared.storage import DISK, Disk
from hnp_shared.vocabulary import Reason


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
        The pixels of the slices that stay, good until this thread's next shard, and what became of
        the plan, without a file.
    """
    use_one_plain_thread()
    images, taken, refused = _decode_all(plan)
    digests = {each.slice.id: each.sha256 for each in taken}
    found = verdicts(plan.slices, digests)
    kept = [index for index, each in enumerate(taken) if each.slice.id not in found]
    refused += [Refusal(number, reason, digests[number]) for number, reason in found.items()]
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
    killers = tuple(Refusal(each.id, Reason.CRASHED) for each in plan.slices if each not in sound)
    built = attempt(replace(plan, slices=sound)) if sound else None
    if built is None:
        everyone = tuple(Refusal(each.id, Reason.CRASHED) for each in plan.slices)
        return ShardResult(plan.digest(), None, (), everyone)
    return replace(built, plan=plan.digest(), refused=(*built.refused, *killers))


@dataclass(frozen=True, slots=True)
class _Taken:
    """A decoded slice, without its pixels."""

    slice: PlannedSlice
    facts: HeaderFacts
    sha256: str
    source_min: float
    source_max: float
    has_text: bool


class _Room(threading.local):
    """Memory for a shard, kept for the next: fresh pages cost as much as decoding.

    Each thread has its own: what two shared would hold slices of two shards.
    """

    def __init__(self) -> None:
        self._images: Array = np.empty((0, 0, 0), np.float32)

    def of(self, slices: int, image: Image) -> Array:
        """Return room for so many slices, (slice, row, column); what it holds means nothing."""
        shape, dtype = (slices, *image.size), np.dtype(image.dtype)
        if (self._images.shape, self._images.dtype) != (shape, dtype):
            self._images = np.empty(shape, dtype)
        return self._images


_ROOM = _Room()


def _decode_all(plan: ShardPlan) -> tuple[Array, list[_Taken], list[Refusal]]:
    images = _ROOM.of(max(len(plan.slices), SHARD_SLICES), plan.image)
    taken: list[_Taken] = []
    refused: list[Refusal] = []
    for each in plan.slices:
        try:
            facts = unpack_header(each.header)
            sample = _read(each, facts, plan)
        except FileError as error:
            refused.append(Refusal(each.id, error.reason, detail=error.what))
            continue
        images[len(taken)] = sample.array
        digest = sha256(images[len(taken)].data).hexdigest()
        ends = (sample.source_min, sample.source_max)
        taken.append(_Taken(each, facts, digest, *ends, sample.has_text))
    return images, taken, refused


def _read(each: PlannedSlice, facts: HeaderFacts, plan: ShardPlan) -> Sample:
    seek = plan.burned_text != "keep"
    sample = read_sample(each.file, facts, plan.image, plan.limits, seek_text=seek)
    if sample.has_text and plan.burned_text == "reject":
        raise FileError(Reason.BURNED_IN, "letters near an edge of the picture")
    return sample


def _row(taken: _Taken, row: int, image: Image) -> SampleRow:
    pixel_mm = stored_pixel_mm(taken.facts, image)
    return SampleRow(
        id=taken.slice.id,
        row=row,
        sha256=taken.sha256,
        source_min=taken.source_min,
        source_max=taken.source_max,
        pixel_row_mm=pixel_mm[0] if pixel_mm else None,
        pixel_col_mm=pixel_mm[1] if pixel_mm else None,
        has_text=taken.has_text,
    )
