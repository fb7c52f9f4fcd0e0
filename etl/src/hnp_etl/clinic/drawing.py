"""The sheet of a series, from the pixels of the data set and the maps of `hnp-train explain`."""

import hashlib

import cv2
import numpy as np

from hnp_etl.clinic.picture import Panel, Pixels, sheet
from hnp_etl.clinic.task import Task
from hnp_shared.dataset import Dataset
from hnp_shared.errors import InputError
from hnp_shared.explained_maps import ExplainedMaps
from hnp_shared.vocabulary import LEVEL_NAMES

MOST_MAP_BYTES = 64 * 2**20


def map_digest(maps: ExplainedMaps | None, slice_id: str) -> str:
    """Return the sha256 of the map of a slice; "" where there is none.

    Raises:
        StorageError: it could not be read.
    """
    content = _map_bytes(maps, slice_id)
    return "" if content is None else hashlib.sha256(content).hexdigest()


def drawn(task: Task, dataset: Dataset, maps: ExplainedMaps | None) -> Pixels:
    """Return the sheet of a series, (row, column, colour).

    Raises:
        InputError: pixels or a map cannot be read.
    """
    slices = task.subject.slices
    ids = [each.slice_id for each in slices]
    rows = dataset.manifest.set_index("slice_id", drop=False).loc[ids]
    return sheet(
        [
            Panel(image, _map(maps, each.slice_id), _caption(each.level, each.probability))
            for image, each in zip(dataset.images(rows), slices, strict=True)
        ]
    )


def _map_bytes(maps: ExplainedMaps | None, slice_id: str) -> bytes | None:
    return maps.read(slice_id, most_bytes=MOST_MAP_BYTES) if maps else None


def _map(maps: ExplainedMaps | None, slice_id: str) -> Pixels | None:
    content = _map_bytes(maps, slice_id)
    if content is None:
        return None
    found = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    if found is None:
        raise InputError("a map is no readable PNG, expected those of hnp-train explain")
    return np.ascontiguousarray(found[:, :, ::-1], dtype=np.uint8)


def _caption(level: int | None, probability: float) -> str:
    name = "disc" if level is None else LEVEL_NAMES[level]
    return f"{name}  p {probability:.3f}  research"
