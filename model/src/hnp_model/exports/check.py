"""An exported file looked at, and tried on a data set."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hnp_model.data.slices import read_slices
from hnp_model.exports.described import Described
from hnp_model.exports.feeding import open_feeder
from hnp_model.exports.session import Session
from hnp_model.exports.trust import read_file
from hnp_shared.dataset import open_dataset
from hnp_shared.errors import InputError
from hnp_shared.progress import track

_BATCH = 32


@dataclass(frozen=True, slots=True)
class Tried:
    """What the file says of a data set.

    Attributes:
        slice_count: slices judged.
        called: of them, at or above the threshold by slice.
    """

    slice_count: int
    called: int


def check(file: Path, out: Path | None) -> tuple[Described, Tried | None]:
    """Return what an exported file says of itself and, if one is given, of a data set.

    Args:
        file: ONNX file; anybody may have made it.
        out: the data set.

    Raises:
        InputError: the file is refused, or takes other arrays than the data set's.
        StorageError: a read failed.
    """
    content, described = read_file(file)
    session = Session(content)
    if out is None:
        return described, None
    dataset = open_dataset(out)
    if dataset.info.pixels_id != described.pixels_id:
        raise InputError(
            f"found pixels_id {dataset.info.pixels_id}, the file takes {described.pixels_id}: the "
            "images were made by another recipe"
        )
    slices = read_slices(dataset, labelled=False, columns=described.further)
    feeder = open_feeder(dataset, slices, described)
    batches = np.array_split(np.arange(len(slices)), -(-len(slices) // _BATCH))
    tracked = track(batches, "scoring", total=len(batches), unit="step")
    probability = np.concatenate([session.run(feeder.batch(rows))[1] for rows in tracked])
    if probability.shape != (len(slices),) or not np.isfinite(probability).all():
        raise InputError("the graph of the file gives no probability of each slice")
    return described, Tried(len(slices), int((probability >= described.thresholds["slice"]).sum()))
