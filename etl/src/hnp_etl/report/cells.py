"""Slices by hospital, disc and label: what a report counts by, and how few stand for many. Pure."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hnp_shared.vocabulary import LEVEL_NAMES

DISCS = (*LEVEL_NAMES, "no disc")
LABELS = ("normal", "herniated", "unlabelled")

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Where every slice belongs.

    Attributes:
        hospitals: names, sorted.
        hospital: (slice,), index into ``hospitals``.
        disc: (slice,), index into `DISCS`.
        label: (slice,), index into `LABELS`.
    """

    hospitals: tuple[str, ...]
    hospital: Indices
    disc: Indices
    label: Indices

    @property
    def count(self) -> int:
        """How many cells there are, with those that are empty."""
        return len(self.hospitals) * len(DISCS) * len(LABELS)

    @property
    def cell(self) -> Indices:
        """Number of each slice's cell, (slice,): hospital by hospital, disc by disc."""
        found: Indices = (self.hospital * len(DISCS) + self.disc) * len(LABELS) + self.label
        return found

    def rows(self, hospital: int, disc: int, label: int) -> Indices:
        """Return the rows of one cell, in their order."""
        same = (self.hospital == hospital) & (self.disc == disc) & (self.label == label)
        return np.flatnonzero(same)


def cells_of(manifest: pa.Table) -> Cells:
    """Return hospital, disc and label of every row of a manifest."""
    named = manifest.column("hospital").combine_chunks().dictionary_encode()
    order = np.argsort(np.array(named.dictionary.to_pylist(), dtype=object), kind="stable")
    places = np.empty(order.size, np.int64)
    places[order] = np.arange(order.size)
    names = named.dictionary.to_pylist()
    hospital = places[named.indices.to_numpy(zero_copy_only=False).astype(np.int64)]
    disc = manifest.column("level").fill_null(len(LEVEL_NAMES)).to_numpy().astype(np.int64)
    ill = manifest.column("is_patient").cast(pa.int8()).fill_null(2).to_numpy().astype(np.int64)
    return Cells(tuple(names[place] for place in order), hospital, disc, ill)


def evenly(rows: Indices, most: int) -> Indices:
    """Return at most ``most`` of the rows, as far from each other as they can be.

    >>> evenly(np.arange(100), 4).tolist(), evenly(np.arange(2), 4).tolist()
    ([12, 37, 62, 87], [0, 1])
    """
    if rows.size <= most:
        return rows
    return rows[((np.arange(most) + 0.5) * rows.size / most).astype(np.int64)]


def values_of(manifest: pa.Table, name: str) -> npt.NDArray[np.float64]:
    """Return a column of numbers, (slice,); NaN is missing."""
    found: npt.NDArray[np.float64] = (
        manifest.column(name).cast(pa.float64()).fill_null(np.nan).to_numpy()
    )
    return found


def numbered(manifest: pa.Table, name: str) -> Indices:
    """Return a number for each different text of a column, (slice,)."""
    coded = manifest.column(name).combine_chunks().dictionary_encode()
    return np.asarray(coded.indices.to_numpy(zero_copy_only=False), np.int64)
