"""Counts that can be added up for any choice of hospitals, discs and labels. Pure.

A page that holds them tells the numbers of a choice without holding a single slice.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hnp_etl.report.cells import Indices

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_WANTED_BINS = 20

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Number:
    """A column of numbers.

    Attributes:
        unit: its symbol, or a word of the catalogues.
        band: width of the bands that alone are told, in its unit; None: as fine as the bins.
    """

    name: str
    unit: str
    band: float | None = None


@dataclass(frozen=True, slots=True)
class Word:
    """A column of words."""

    name: str


def patterns(owners: npt.NDArray[np.int64], cell: Indices) -> list[list[object]]:
    """Return in which cells owners have slices, and how many owners have the same ones.

    Whoever has slices in several cells counts once in any choice of cells: counts by cell could
    not be added.

    Args:
        owners: number of each slice's patient or study, (slice,).
        cell: number of its cell, (slice,).

    >>> patterns(np.array([0, 0, 1, 2]), np.array([4, 5, 4, 4]))
    [[[4], 2], [[4, 5], 1]]
    """
    if not owners.size:
        return []
    pairs = np.unique(np.stack([owners, cell], axis=1), axis=0)
    starts = np.flatnonzero(np.diff(pairs[:, 0], prepend=-1))
    found = Counter(tuple(part.tolist()) for part in np.split(pairs[:, 1], starts[1:]))
    return [[list(cells), count] for cells, count in sorted(found.items())]


def edges_of(values: Values, band: float | None = None) -> list[float]:
    """Return round limits of about 20 bins that hold all values, smallest first.

    >>> edges_of(np.array([0.0, 1.0]))[:3], edges_of(np.array([]))
    ([0.0, 0.05, 0.1], [0.0, 1.0])
    """
    known = values[np.isfinite(values)]
    if not known.size:
        return [0.0, 1.0]
    low, high = float(known.min()), float(known.max())
    step = band or _round_step((high - low) / _WANTED_BINS or max(abs(low), 1.0) / _WANTED_BINS)
    first, last = np.floor(low / step), np.floor(high / step) + 1
    return [float(f"{number * step:.10g}") for number in np.arange(first, last + 1)]


def number_tally(column: Number, values: Values, cell: Indices) -> dict[str, object]:
    """Return bins and sums of a column by cell.

    Args:
        column: what it is.
        values: (slice,); NaN is missing.
        cell: (slice,).

    Returns:
        ``edges``, and for each cell ``[missing, known, sum, sum of squares, least, greatest,
        counts]``. Where bands alone are told, all of it is of the bands' middles.
    """
    edges = edges_of(values, column.band)
    bins = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)
    told = values
    if column.band is not None:
        middles = (np.array(edges[:-1]) + edges[1:]) / 2
        told = np.where(np.isfinite(values), middles[bins], np.nan)
    by_cell = {
        int(each): _sums(told[cell == each], bins[cell == each], len(edges) - 1)
        for each in np.unique(cell)
    }
    head = {"name": column.name, "unit": column.unit, "edges": edges}
    return {**head, "band": column.band, "cells": by_cell}


def word_tally(column: Word, words: Sequence[str | None], cell: Indices) -> dict[str, object]:
    """Return how often each word stands in a column, by cell; missing ones are `unknown`."""
    texts = np.array([word or "unknown" for word in words])
    known = sorted(set(texts.tolist()))
    by_cell = {
        int(each): [int((texts[cell == each] == word).sum()) for word in known]
        for each in np.unique(cell)
    }
    return {"name": column.name, "words": known, "cells": by_cell}


def _sums(values: Values, bins: Indices, count: int) -> list[object]:
    known = np.isfinite(values)
    those = values[known]
    counts = np.bincount(bins[known], minlength=count).tolist()
    if not those.size:
        return [int(values.size), 0, 0.0, 0.0, None, None, counts]
    sums = (those.sum(), np.square(those).sum(), those.min(), those.max())
    return [int((~known).sum()), int(those.size), *(float(f"{each:.10g}") for each in sums), counts]


def _round_step(rough: float) -> float:
    ten = 10.0 ** np.floor(np.log10(rough))
    return float(next(each for each in _STEPS if each * ten >= rough * (1 - 1e-9)) * ten)
