"""From mask sets of a data set to a table of measures."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hnp_model.data.slices import Slices, read_slices
from hnp_model.morphometry.catalogue import (
    MEASURES,
    Measured,
    Missing,
    measure_slice,
    missing,
)
from hnp_model.morphometry.healthy import Standing, standings
from hnp_model.morphometry.spread import interval_of, widenings_of
from hnp_model.morphometry.table import Row, write_measures
from hnp_shared.dataset import open_dataset
from hnp_shared.dataset_info import DatasetInfo
from hnp_shared.errors import InputError
from hnp_shared.mask_set import MaskSet, open_mask_set
from hnp_shared.places import refuse_place
from hnp_shared.progress import track

OUT_OF_DISTRIBUTION = "out_of_distribution"
"""In the source of a mask set: slices that its model does not know, and did not outline."""

Table = Sequence[Sequence[Measured]]
"""Of each slice, each measure in the order of `MEASURES`."""


@dataclass(frozen=True, slots=True)
class MeasureReport:
    """What was measured.

    Attributes:
        slices: of the data set; measured: those with a mask.
        medians: measure -> median, and 2.5 and 97.5 % of its values, and how many there are.
        reasons: why values are missing, and how many.
        intervals: measures of slices that have an interval.
        source: mask set id.
    """

    slices: int
    measured: int
    medians: Mapping[str, tuple[float, float, float, int]]
    reasons: Mapping[str, int]
    intervals: int
    source: str


def measure(
    out: Path, masks: Path, members: Sequence[Path], target: Path, *, force: bool
) -> MeasureReport:
    """Measure every slice of a data set and write the table.

    Args:
        out: the data set.
        masks: whose measures are told.
        members: mask sets that tell how sure they are; none for no intervals.
        target: the table.
        force: whether it may be written over.

    Raises:
        InputError: a mask set is of another data set.
        OutputError: the table may not be written there.
        StorageError: a read or write failed.
    """
    refuse_place(target, force=force)
    dataset = open_dataset(out)
    first, *others = [_opened(path, dataset.info) for path in (masks, *members)]
    slices = read_slices(dataset, labelled=False)
    told = measure_all(first, slices)
    spread = [measure_all(each, slices) for each in others]
    rows = list(_rows(first, slices, told, spread))
    write_measures(target, rows, dataset.info.dataset_id)
    has_mask = sum(first.mask(slice_id) is not None for slice_id in slices.slice_id.tolist())
    return MeasureReport(
        len(slices),
        has_mask,
        _medians(told),
        Counter(row.reason for row in rows if row.reason),
        sum(row.low is not None for row in rows),
        first.mask_set_id,
    )


def _opened(path: Path, info: DatasetInfo) -> MaskSet:
    masks = open_mask_set(path)
    masks.refuse_other(info)
    return masks


def measure_all(masks: MaskSet, slices: Slices) -> Table:
    """Return the measures of every slice; those without a mask have none."""
    strange = set(masks.info.source.get(OUT_OF_DISTRIBUTION, ()))
    pixels = np.stack([slices.pixel_row_mm, slices.pixel_col_mm], axis=1).tolist()
    found = []
    pairs = list(zip(slices.slice_id.tolist(), pixels, strict=True))
    for slice_id, (row_mm, col_mm) in track(pairs, "measuring", total=len(pairs), unit="slice"):
        mask = masks.mask(slice_id)
        if mask is None:
            why = Missing.OUT_OF_DISTRIBUTION if slice_id in strange else Missing.NO_MASK
            found.append(missing(why))
        else:
            found.append(measure_slice(mask, (row_mm, col_mm), masks.info.told))
    return found


def values_of(table: Table, place: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return one measure of all slices, (slice,); NaN where missing."""
    values = [np.nan if row[place].value is None else row[place].value for row in table]
    return np.array(values, dtype=np.float64)


def _rows(masks: MaskSet, slices: Slices, told: Table, members: Sequence[Table]) -> Iterator[Row]:
    widenings = widenings_of(masks.info.intervals)
    healthy = [_standings(told, place, slices) for place in range(len(MEASURES))]
    for at, slice_id in enumerate(slices.slice_id.tolist()):
        for place, about in enumerate(MEASURES):
            mine = told[at][place]
            theirs = [member[at][place].value for member in members]
            ends = interval_of(mine.value, theirs, widenings.get(about.name), about.unit)
            standing = healthy[place][at]
            yield Row(
                slice_id,
                about.name,
                mine.value,
                ends.low,
                ends.high,
                about.unit,
                mine.reason,
                masks.mask_set_id,
                ends.reason,
                standing.percentile,
                standing.among or None,
            )


def _standings(told: Table, place: int, slices: Slices) -> list[Standing]:
    if MEASURES[place].unit == "code":
        return [Standing(None, "", 0)] * len(slices)
    return standings(values_of(told, place), slices)


def _medians(told: Table) -> dict[str, tuple[float, float, float, int]]:
    found = {}
    for place, about in enumerate(MEASURES):
        values = values_of(told, place)
        values = values[np.isfinite(values)]
        if values.size:
            low, middle, high = np.quantile(values, (0.025, 0.5, 0.975)).tolist()
            found[about.name] = (middle, low, high, values.size)
    return found


def refuse_nothing(report: MeasureReport) -> None:
    """Refuse a table in which nothing was measured.

    Raises:
        InputError: says why.
    """
    if not report.medians:
        reasons = ", ".join(f"{count} {why}" for why, count in report.reasons.items())
        raise InputError(f"nothing was measured ({reasons}), expected some values")
