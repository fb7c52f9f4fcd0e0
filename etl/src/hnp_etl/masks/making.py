"""From masks of any source to a mask set of a data set."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pydantic import ValidationError

from hnp_etl.masks.classes import Meaning
from hnp_etl.masks.files import digest_of
from hnp_etl.masks.linking import Lost
from hnp_etl.masks.placing import to_stored
from hnp_etl.masks.taking import Taken, settle_meaning, take_masks
from hnp_etl.pixels.transform import CropBox, crop_box
from hnp_etl.private.folder import hold_still, refuse_no_private
from hnp_etl.private.linkage import read_linkage
from hnp_etl.recipes.recipe import Image
from hnp_etl.state.slice_grids import SliceGrid, slice_grids
from hnp_etl.walking.walk import refuse_overlap
from hnp_shared.dataset import Dataset, open_dataset
from hnp_shared.dataset_info import DatasetInfo
from hnp_shared.errors import InputError
from hnp_shared.mask_set import MaskSet, MaskSetInfo
from hnp_shared.mask_set_writing import Batch, refuse_occupied, write_mask_set
from hnp_shared.places import refuse_in_dataset
from hnp_shared.progress import track
from hnp_shared.storage import DISK, Disk


@dataclass(frozen=True, slots=True)
class MasksConfig:
    """What a user asks for.

    Attributes:
        source: folder of masks, or one file.
        out: the data set.
        private: its private folder.
        target: folder of the mask set.
        table: CSV that says which mask is of which slice; None: paths tell.
        values: number -> class, as the user says; {}: nothing was said.
        disk: where writes go.
    """

    source: Path
    out: Path
    private: Path
    target: Path
    table: Path | None
    values: Mapping[int, str]
    disk: Disk = DISK


@dataclass(frozen=True, slots=True)
class MasksReport:
    """What was made.

    Attributes:
        masks: the mask set.
        kind: what its masks are written as, and how their numbers were read.
        slices: of the data set.
        lost: masks that were not taken, by reason.
    """

    masks: MaskSet
    kind: str
    slices: int
    lost: Mapping[Lost, int]


def make_masks(config: MasksConfig) -> MasksReport:
    """Make a mask set of all masks that belong to slices of a data set.

    Raises:
        InputError: masks, data set or private folder cannot be used together.
        OutputError: the target holds something, or lies in a data set.
        StorageError: a read or write failed.
    """
    refuse_in_dataset(config.target)
    refuse_occupied(config.target)
    refuse_overlap([config.source], {"-o": config.target}, of="SRC-MASKS")
    refuse_no_private(config.private)
    with hold_still(config.out), hold_still(config.private):
        dataset = open_dataset(config.out)
        manifest = dataset.manifest_table()
        grids = grids_of(manifest, config.private)
        taken = take_masks(config.source, config.table, grids)
        meaning = settle_meaning(taken, grids, config.values)
        lost = taken.counts()
        if not taken.reads:
            raise InputError(f"found no mask of a slice, {_reasons(lost)}; expected some")
        about = MaskSetInfo(
            dataset.info.dataset_id,
            dataset.info.pixels_id,
            meaning.told,
            _source(taken, meaning),
        )
        batches = _batches(dataset, manifest, taken, grids, meaning)
        masks = write_mask_set(config.target, about, batches, disk=config.disk)
    kind = taken.kind if taken.told is not None else f"{taken.kind}, numbers {meaning.kind}"
    return MasksReport(masks, kind, manifest.num_rows, lost)


def grids_of(manifest: pa.Table, private: Path) -> dict[str, SliceGrid]:
    """Return the pixels of the source image of every slice, linked by the private folder.

    Raises:
        InputError: the private folder is another data set's.
    """
    ids = manifest.column("slice_id").to_pylist()
    linked = {link.slice_id: link.path for link in read_linkage(private)}
    grids = slice_grids(private, ids)
    known = {name: grid for name, grid in grids.items() if linked.get(name) == grid.path}
    if len(known) < len(ids):
        raise InputError(
            f"the private folder links {len(known)} of {len(ids)} slices to their sources, "
            "expected all; --private DIR says which folder is the data set's"
        )
    return known


def image_rule(info: DatasetInfo) -> Image:
    """Return the image section of the recipe that a data set was built by.

    Raises:
        InputError: it is merged of data sets whose recipes differ, or damaged.
    """
    recipes: Sequence[Mapping[str, Any]] = info.recipe.get("merged", [info.recipe])
    try:
        found = {Image.model_validate(each.get("image", {})) for each in recipes}
    except (ValidationError, TypeError) as error:
        raise InputError("the recipe in dataset.json has no image section that is known") from error
    if len(found) != 1:
        raise InputError(
            f"the data set is merged of {len(found)} ways to cut images, expected one: make masks "
            "of its parts"
        )
    return found.pop()


def box_of(grid: SliceGrid, image: Image) -> CropBox:
    """Return what a recipe keeps of an image."""
    return crop_box(grid.rows, grid.columns, image, grid.spacing_mm)


def _batches(
    dataset: Dataset,
    manifest: pa.Table,
    taken: Taken,
    grids: Mapping[str, SliceGrid],
    meaning: Meaning,
) -> Iterator[Batch]:
    image = image_rule(dataset.info)
    by_shard: dict[str, list[tuple[int, str]]] = {}
    columns = (manifest.column(name).to_pylist() for name in ("shard", "row", "slice_id"))
    for shard, row, slice_id in zip(*columns, strict=True):
        if slice_id in taken.reads:
            by_shard.setdefault(shard, []).append((row, slice_id))
    for shard in track(sorted(by_shard), "masks", total=len(by_shard), unit="shard"):
        ids = [slice_id for _, slice_id in sorted(by_shard[shard])]
        stack = np.zeros((len(ids), *image.size), np.uint8)
        for place, slice_id in enumerate(ids):
            mask = taken.reads[slice_id]()
            if mask is None:
                raise InputError("a mask was changed while it was read, expected it to stay")
            grid = grids[slice_id]
            stack[place] = to_stored(meaning.translate(mask), box_of(grid, image), image.size)
        yield shard, ids, stack


def _source(taken: Taken, meaning: Meaning) -> dict[str, Any]:
    return {
        "kind": str(taken.kind),
        "numbers": meaning.kind,
        "files": len(taken.paths),
        "sha256": digest_of(taken.paths),
    }


def _reasons(lost: Counter[Lost]) -> str:
    told = (f"{count} refused: {why}" for why, count in lost.most_common())
    return "; ".join(told) or "none was there"
