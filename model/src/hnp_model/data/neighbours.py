"""Which slices lie next to a slice in its series, by position.

Neighbours are told by the manifest alone, all of it: neither the part of a split, nor order, nor a
batch changes them. They share patient, study, series and tilt, and lie on other positions.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hnp_model.data.slices import Slices, Strings, read_slices, texts_of
from hnp_shared.dataset import Dataset

FARTHEST_MM = 10.0
"""From one slice to the next. Axial slices of a lumbar spine are 3 to 6 mm apart, gap and all, and
two discs 30 mm and more: what is farther away is another disc, or slices lack between."""

SAME_PLACE_MM = 0.1
"""Slices nearer than this show one place twice (echoes, repeats)."""

SAME_TILT_DEG = 1.0
"""Stacks of one series that are tilted otherwise (one a disc) measure positions along another
axis, so these say nothing of what lies between them."""

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """Where the channels of each slice lie.

    Attributes:
        places: the slices that are needed, each once.
        rows: (slice, channel), indices into ``places``, positions rising; the slice in the middle.
        there: (slice, channel without the middle), whether the channel is a neighbour; where it is
            not, the slice itself stands for it.
    """

    places: Slices
    rows: Indices
    there: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Positions:
    """What tells neighbours; every array is (slice,).

    Attributes:
        series: equal for slices of one patient, study and series.
        position_mm: along the slice normal, NaN when missing.
        tilt_deg: of the normal, NaN when missing.
        slice_id: decides between slices of one place.
    """

    series: Indices
    position_mm: npt.NDArray[np.float64]
    tilt_deg: npt.NDArray[np.float64]
    slice_id: Strings


def find_neighbours(dataset: Dataset, slices: Slices, channels: int) -> Neighbours:
    """Return the channels of some slices of a data set.

    Args:
        dataset: an opened data set.
        slices: of it.
        channels: an odd number.

    Raises:
        InputError: the manifest is damaged.
        StorageError: it could not be read.
    """
    everything = read_slices(dataset, labelled=False)
    table = dataset.manifest_table()
    keys = np.stack(
        [everything.patient_id, everything.study_id, texts_of(table, "series_id")], axis=1
    )
    numbers = {
        name: np.array(table.column(name).to_pylist(), np.float64)
        for name in ("slice_position_mm", "tilt_deg")
    }
    series = np.unique(keys, axis=0, return_inverse=True)[1].reshape(-1)
    positions = Positions(
        series, numbers["slice_position_mm"], numbers["tilt_deg"], everything.slice_id
    )
    row_of = {name: row for row, name in enumerate(everything.slice_id.tolist())}
    own = np.array([row_of[name] for name in slices.slice_id.tolist()], dtype=np.int64)
    rows, there = channels_of(positions, channels)
    needed, found = np.unique(rows[own], return_inverse=True)
    return Neighbours(everything.take(needed), found.reshape(-1, channels), there[own])


def channels_of(positions: Positions, channels: int) -> tuple[Indices, npt.NDArray[np.bool_]]:
    """Return the channels of every slice, as `Neighbours` has ``rows`` and ``there``.

    A second neighbour lies next to the first; without a first there is none.
    """
    count, reach = len(positions.slice_id), channels // 2
    above, below = _next_of(positions)
    columns = [np.arange(count)]
    steps = {False: np.arange(count), True: np.arange(count)}
    for _ in range(reach):
        steps = {
            up: np.where(steps[up] < 0, -1, following[steps[up]])
            for up, following in ((False, below), (True, above))
        }
        columns = [steps[False], *columns, steps[True]]
    found = np.stack(columns, axis=1)
    there = np.delete(found >= 0, reach, axis=1)
    return np.where(found < 0, np.arange(count)[:, None], found), there


def _next_of(positions: Positions) -> tuple[Indices, Indices]:
    """Return the next slice above and below each, (slice,); -1 where there is none."""
    above, below = (np.full(len(positions.slice_id), -1, np.int64) for _ in range(2))
    stacks = _stacks(positions)
    order = np.lexsort((positions.slice_id, positions.position_mm, stacks))
    order = order[np.isfinite(positions.position_mm[order])]
    ends = np.flatnonzero(np.diff(stacks[order])) + 1
    for stack in np.split(order, ends):
        # Slices of one place are met as one, in whose name the first by id stands.
        mm = positions.position_mm[stack]
        place = np.concatenate([[0], np.cumsum(np.diff(mm) > SAME_PLACE_MM)])[: stack.size]
        firsts = [
            members[np.argmin(positions.slice_id[members])]
            for members in (stack[place == number] for number in np.unique(place))
        ]
        at = positions.position_mm[firsts] if firsts else mm
        for lower in np.flatnonzero(np.diff(at) <= FARTHEST_MM).tolist():
            above[stack[place == lower]] = firsts[lower + 1]
            below[stack[place == lower + 1]] = firsts[lower]
    return above, below


def _stacks(positions: Positions) -> Indices:
    """Return a number for each series and tilt, (slice,); an unknown tilt is one of its own."""
    tilt = np.where(np.isnan(positions.tilt_deg), np.inf, positions.tilt_deg)
    order = np.lexsort((tilt, positions.series))
    with np.errstate(invalid="ignore"):  # two unknown ones: inf - inf
        turned = np.diff(tilt[order]) > SAME_TILT_DEG
    apart = turned | (np.diff(positions.series[order]) != 0)
    numbers = np.empty(len(order), np.int64)
    numbers[order] = np.concatenate([[0], np.cumsum(apart)])[: len(order)]
    return numbers
