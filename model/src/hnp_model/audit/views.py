"""What each suspect sees of the discs: a few numbers, from the manifest and from the pictures."""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from sklearn.kernel_approximation import Nystroem

from hnp_model.audit.crossfit import SEED, standardised
from hnp_model.audit.discs import Discs
from hnp_model.audit.pictures import PictureFacts, box_inside, picture_facts
from hnp_model.data.slices import UNKNOWN, Slices, Strings
from hnp_shared.dataset import Dataset
from hnp_shared.images import open_images

SuspectName = Literal[
    "missing", "acquisition", "border", "surroundings", "sharpness", "noise", "greys"
]
"""What should know nothing of the disc beyond the baseline."""

SUSPECTS: tuple[SuspectName, ...] = (
    "missing",
    "acquisition",
    "border",
    "surroundings",
    "sharpness",
    "noise",
    "greys",
)

DISC = "disc"
"""The one view that should tell something."""

ACQUISITION_NUMBERS = (
    "echo_time_ms",
    "repetition_time_ms",
    "field_strength_t",
    "slice_thickness_mm",
    "source_rows",
    "source_cols",
    "pixel_row_mm",
    "pixel_col_mm",
)
"""Columns of the manifest; with hospital and vendor, all that tells one scanner from another."""

LANDMARKS = 60
"""Kinds of protocol that are told apart beside the straight lines."""

Numbers = npt.NDArray[np.float64]


def gather_views(dataset: Dataset, slices: Slices, discs: Discs) -> Mapping[str, Numbers]:
    """Return what each suspect sees, and what the disc shows; each (disc, feature), standardised.

    Args:
        dataset: an opened data set.
        slices: all its slices, in the order of the manifest.
        discs: those they show.

    Raises:
        InputError: shards are damaged, or images too small.
        StorageError: a file could not be read.
    """
    table = dataset.manifest_table()
    images = open_images(dataset, slices)
    row_mm, column_mm = (_column(table, name) for name in ("pixel_row_mm", "pixel_col_mm"))
    facts = picture_facts(images, len(slices), box_inside(images.size, row_mm, column_mm))
    return views_of(discs, slices, _protocol(table), facts)


def views_of(
    discs: Discs, slices: Slices, protocol: Numbers, facts: PictureFacts
) -> Mapping[str, Numbers]:
    """Return what each suspect sees, and what the disc shows; each (disc, feature), standardised.

    Args:
        discs: the discs.
        slices: their slices.
        protocol: (slice, `ACQUISITION_NUMBERS`), NaN where missing.
        facts: of the pictures.
    """

    def seen(values: Numbers) -> Numbers:
        return standardised(discs.mean(values))

    around, border = (_with_oddest(seen(one)) for one in (facts.surroundings, facts.border))
    return {
        "missing": seen(_missing(slices)),
        "acquisition": _with_kinds(seen(_acquisition(slices, protocol))),
        "border": border,
        "surroundings": around,
        "sharpness": _with_kinds(seen(facts.sharpness)),
        "noise": _with_kinds(seen(facts.noise)),
        "greys": _with_kinds(seen(facts.greys)),
        DISC: _with_oddest(seen(facts.disc)),
    }


def one_hot(values: Strings) -> Numbers:
    """Return 1.0 in the column of each value, (slice, distinct value)."""
    return np.equal(values[:, None], np.unique(values)).astype(np.float64)


def _missing(slices: Slices) -> Numbers:
    unknown = [np.isnan(slices.age), slices.sex == UNKNOWN, np.isnan(slices.canal_width_mm)]
    return np.stack(unknown, axis=1).astype(np.float64)


def _acquisition(slices: Slices, protocol: Numbers) -> Numbers:
    """Return numbers of the protocol, which of them are missing, hospital and vendor."""
    unknown = np.isnan(protocol).astype(np.float64)
    return np.hstack([protocol, unknown, one_hot(slices.hospital), one_hot(slices.vendor)])


def _protocol(table: Any) -> Numbers:  # noqa: ANN401  # pyarrow has no types
    return np.stack([_column(table, name) for name in ACQUISITION_NUMBERS], axis=1)


def _column(table: Any, name: str) -> Numbers:  # noqa: ANN401  # as above
    values: Numbers = table.column(name).to_numpy().astype(np.float64)
    return values


def _with_kinds(features: Numbers) -> Numbers:
    """Return features and how near each disc is to some of the others: what is not straight."""
    if not features.shape[1]:
        return features
    kinds = np.unique(features.round(6), axis=0)
    count = min(LANDMARKS, len(kinds))
    near = Nystroem(gamma=0.5 / features.shape[1], n_components=count, random_state=SEED)
    return np.hstack([features, standardised(near.fit(kinds).transform(features))])


def _with_oddest(blocks: Numbers) -> Numbers:
    """Return blocks and how odd the oddest are: a mark need not always be at the same place."""
    if not blocks.shape[1]:
        return blocks
    oddest = [blocks.max(axis=1), blocks.min(axis=1), np.abs(blocks).mean(axis=1)]
    return np.hstack([blocks, standardised(np.stack(oddest, axis=1))])
