"""What a sample of the stored pictures looks like: greys, and small pictures to be shown."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hnp_etl.report.cells import Cells, Indices, evenly
from hnp_etl.report.drawing import fitted, jpeg
from hnp_etl.report.looking import Picture, pictures
from hnp_shared.dataset import Dataset
from hnp_shared.progress import track

GREY_BINS = 32
LOOKED_AT = 4_000
"""Slices that are looked at, of a data set that has more: a minute and 1 GB must do."""

_FEWEST_A_CELL = 4
_SHOWN, _SHOWN_A_CELL = 960, 6
"""Small pictures on the page, of 4 kB each."""

_SHOWN_PX = 112


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Slices that were looked at.

    Attributes:
        rows: of the manifest, (seen,).
        greys: pixels of each grey, (seen, bin), from black to white.
        texture: mean absolute step from pixel to pixel, along rows and columns, (seen, 2).
        shown: row -> JPEG.
    """

    rows: Indices
    greys: npt.NDArray[np.int64]
    texture: npt.NDArray[np.float64]
    shown: dict[int, bytes] = field(default_factory=dict)

    @property
    def mean(self) -> npt.NDArray[np.float64]:
        """Mean grey of each slice, 0..1, (seen,)."""
        middles = (np.arange(GREY_BINS) + 0.5) / GREY_BINS
        mean: npt.NDArray[np.float64] = self.greys @ middles / self.greys.sum(axis=1)
        return mean


def look(
    dataset: Dataset, manifest: pa.Table, cells: Cells, aspects: npt.NDArray[np.float64]
) -> Sample:
    """Return what slices of every cell look like, chosen evenly: the same ones each time.

    Raises:
        InputError: a shard is damaged.
        StorageError: a shard could not be read.
    """
    cell = cells.cell
    groups = [np.flatnonzero(cell == each) for each in np.unique(cell)]
    share = max(_FEWEST_A_CELL, LOOKED_AT // len(groups))
    few = min(_SHOWN_A_CELL, max(1, _SHOWN // len(groups)))
    fitting = groups[:_SHOWN]
    shown = set(np.concatenate([evenly(group, few) for group in fitting]).tolist())
    chosen = np.concatenate([evenly(group, share) for group in groups])
    rows = np.union1d(chosen, np.array(sorted(shown)))
    found = Sample(rows, np.zeros((rows.size, GREY_BINS), np.int64), np.zeros((rows.size, 2)))
    places = {row: place for place, row in enumerate(rows.tolist())}
    seen = pictures(dataset, manifest, rows)
    for row, picture in track(seen, "looking", total=rows.size, unit="slice"):
        place = places[row]
        found.greys[place] = _greys(picture)
        found.texture[place] = [np.abs(np.diff(picture, axis=axis)).mean() for axis in (0, 1)]
        if row in shown:
            found.shown[row] = jpeg(fitted(picture, float(aspects[row]), _SHOWN_PX))
    return found


def _greys(picture: Picture) -> npt.NDArray[np.int64]:
    bins = np.clip((picture * GREY_BINS).astype(np.int64), 0, GREY_BINS - 1)
    return np.bincount(bins.ravel(), minlength=GREY_BINS)
