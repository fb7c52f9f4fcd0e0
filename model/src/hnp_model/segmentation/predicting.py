"""A mask set of what a run outlines, and one of each member beside it."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hnp_model.data.slices import Slices, read_slices
from hnp_model.morphometry.measuring import OUT_OF_DISTRIBUTION
from hnp_model.segmentation.asking import Segmenter, ask, open_run
from hnp_model.segmentation.outlining import Masks
from hnp_model.segmentation.samples import open_pictures
from hnp_shared.dataset import open_dataset
from hnp_shared.dataset_info import DatasetInfo
from hnp_shared.mask_set import MaskSet, MaskSetInfo
from hnp_shared.mask_set_writing import Batch, refuse_occupied, write_mask_set
from hnp_shared.places import refuse_in_dataset

MEMBERS_FOLDER = "members"


@dataclass(frozen=True, slots=True, eq=False)
class Segmented:
    """What was outlined in a data set.

    Attributes:
        slices: all of it.
        masks: (slice, row, column).
        members: (member, slice, row, column).
        odd: which are out of distribution, (slice,).
        distance: how far off each is, in deviations, (slice,).
    """

    slices: Slices
    masks: Masks
    members: Masks
    odd: npt.NDArray[np.bool_]
    distance: npt.NDArray[np.float64]


def predict_masks(run: Path, out: Path, target: Path) -> tuple[MaskSet, int]:
    """Write what a run outlines in a data set, and return the mask set and how many are odd.

    Raises:
        InputError: run or data set cannot be used.
        OutputError: the target holds something or lies in a data set.
        StorageError: a read or write failed.
    """
    refuse_in_dataset(target)
    refuse_occupied(target)
    segmenter = open_run(run)
    dataset = open_dataset(out)
    slices = read_slices(dataset, labelled=False)
    usual = segmenter.config.settled().usual
    pictures = open_pictures(dataset, slices, segmenter.config.usual_mm)
    answers = list(ask(segmenter, pictures))
    features = np.concatenate([one.features for one in answers])
    segmented = Segmented(
        slices,
        np.concatenate([one.masks for one in answers]),
        np.concatenate([one.members for one in answers], axis=1),
        usual.is_odd(features),
        usual.distance(features),
    )
    about = _about(segmenter, dataset.info, segmented)
    written = write_mask_set(target, about, _batches(segmented, segmented.masks))
    for number, member in enumerate(segmented.members):
        source = {**about.source, "member": number}
        apart = MaskSetInfo(about.dataset_id, about.pixels_id, about.told, source)
        folder = target / MEMBERS_FOLDER / f"{number:02d}"
        write_mask_set(folder, apart, _batches(segmented, member))
    return written, int(segmented.odd.sum())


def _about(segmenter: Segmenter, info: DatasetInfo, segmented: Segmented) -> MaskSetInfo:
    config = segmenter.config
    source: dict[str, Any] = {
        "kind": "segmentation",
        "weights_sha256": list(config.weights_sha256),
        "learned_from": {"dataset_id": config.dataset_id, "mask_set_id": config.mask_set_id},
        OUT_OF_DISTRIBUTION: sorted(segmented.slices.slice_id[segmented.odd].tolist()),
    }
    widenings = {name: asdict(one) for name, one in config.settled().widenings.items()}
    return MaskSetInfo(info.dataset_id, info.pixels_id, config.told, source, intervals=widenings)


def _batches(segmented: Segmented, masks: Masks) -> Iterator[Batch]:
    """Yield the masks of each shard's slices that are not odd, in the order of its rows."""
    slices = segmented.slices
    for shard in np.unique(slices.shard).tolist():
        mine = np.flatnonzero((slices.shard == shard) & ~segmented.odd)
        mine = mine[np.argsort(slices.row[mine])]
        if mine.size:
            yield shard, slices.slice_id[mine].tolist(), masks[mine]
